"""Other systems that send what happened there, and what becomes of it: read from organisation.yaml.

Owns the values, their reading and the mapping of a payload; checks no signature and runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from engine.content.yaml_file import Entry
from engine.feel import (
    Evaluation,
    Expression,
    FeelSyntaxError,
    Value,
    compile_expression,
    to_json,
)
from engine.model.errors import RemitError

ID = re.compile(r"[a-z][a-z0-9_-]{0,62}")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
LARGEST_PAYLOAD = 1_000_000
USUAL_PAYLOAD = 100_000
LONGEST_KEY = 200


class SignatureScheme(StrEnum):
    """How a source proves that a request is its own."""

    STANDARD_WEBHOOKS = "standard_webhooks"
    HMAC = "hmac"
    """HMAC-SHA256 of the raw body in a header, in hexadecimal or base64."""
    BEARER = "bearer"
    """The secret itself in the header Authorization."""


class SourceAction(StrEnum):
    """What a payload does."""

    MESSAGE = "message"
    START = "start"
    COMPLETE = "complete"


class PayloadNotMapped(RemitError):
    """The payload lacks what the source's mapping needs."""

    code: ClassVar[str] = "payload_not_mapped"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a payload would do: to which message, process or user task, by which key, with what."""

    action: SourceAction
    target: str
    key: str | None
    variables: Mapping[str, Value]
    event_id: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """One system that may send, and the mapping of its payloads; expressions read `body`."""

    id: str
    description: str
    scheme: SignatureScheme
    action: SourceAction
    target: str | Expression
    key: Expression | None = None
    variables: Mapping[str, Expression] = field(default_factory=dict)
    event_id: Expression | None = None
    header: str = ""
    prefix: str = ""
    largest: int = USUAL_PAYLOAD

    def mapped(self, body: Value, evaluation: Evaluation) -> Mapped:
        """Return what this payload does; raise PayloadNotMapped when it does not say to what."""

        def text(expression: Expression | None, longest: int = LONGEST_KEY) -> str | None:
            value = expression.evaluate({"body": body}, evaluation) if expression else None
            if isinstance(value, list | dict | bool):
                raise PayloadNotMapped(
                    f"The mapping of {self.id} needs a text or a number, not {to_json(value)!r:.80}."
                )
            found = None if value is None else str(to_json(value))
            if found is not None and len(found) > longest:
                raise PayloadNotMapped(
                    f"The mapping of {self.id} finds a text longer than {longest} characters."
                )
            return found

        target = self.target if isinstance(self.target, str) else text(self.target)
        key = text(self.key)
        if not target or (self.key is not None and not key):
            what = "a key" if target else "a user task"
            raise PayloadNotMapped(
                f"The mapping of {self.id} finds {what} nowhere in the payload."
            )
        event_id = text(self.event_id, LARGEST_PAYLOAD)
        variables = {
            name: expression.evaluate({"body": body}, evaluation)
            for name, expression in self.variables.items()
        }
        warnings = tuple(dict.fromkeys(warning.message for warning in evaluation.warnings))
        return Mapped(self.action, target, key, variables, event_id, warnings)


def read_webhook_sources(entry: Entry, processes: Collection[str]) -> tuple[WebhookSource, ...]:
    """Return the sources that the entry lists; `processes` are those that a source may start."""
    sources: dict[str, WebhookSource] = {}
    for item in entry.items():
        source = _source(item, processes)
        if source is None:
            continue
        if source.id in sources:
            item.refuse("duplicate_source", f"the source {source.id!r} is listed twice.")
        sources[source.id] = source
    return tuple(sources.values())


def _source(entry: Entry, processes: Collection[str]) -> WebhookSource | None:
    found = entry.fields(
        required=("id", "description", "signature"),
        optional=("event_id", "largest", "message", "start", "complete"),
    )
    actions = [action for action in SourceAction if action in found]
    if len(actions) != 1:
        entry.refuse("wrong_value", "exactly one of message, start and complete is needed.")
    if not {"id", "description", "signature"} <= found.keys() or len(actions) != 1:
        return None
    source_id = found["id"].text(longest=63)
    if not ID.fullmatch(source_id):
        found["id"].refuse("wrong_value", "lower-case letters, digits, _ and - are allowed here.")
    scheme, header, prefix = _signature(found["signature"])
    action = actions[0]
    names = _NAMES[action]
    does = found[action].fields(
        required=names[:1] if action is SourceAction.MESSAGE else names,
        optional=("variables", *names),
    )
    if names[0] not in does or scheme is None:
        return None
    target: str | Expression | None
    if action is SourceAction.COMPLETE:
        target = _expression(does["user_task"])
    else:
        target = does[names[0]].text(longest=127)
    if action is SourceAction.START and target not in processes:
        does["process"].refuse("unknown_process", f"{target!r} is no procedure of procedures.")
    if not target:
        return None
    variables = does["variables"].entries() if "variables" in does else {}
    mapping = {name: _expression(value) for name, value in variables.items()}
    return WebhookSource(
        id=source_id,
        description=found["description"].text(),
        scheme=scheme,
        header=header,
        prefix=prefix,
        action=action,
        target=target,
        key=_expression(does[names[1]]) if len(names) > 1 and names[1] in does else None,
        variables={name: made for name, made in mapping.items() if made is not None},
        event_id=_expression(found["event_id"]) if "event_id" in found else None,
        largest=_largest(found.get("largest")),
    )


_NAMES = {
    SourceAction.MESSAGE: ("name", "correlation_key"),
    SourceAction.START: ("process", "business_key"),
    SourceAction.COMPLETE: ("user_task",),
}
"""What each action names: first what it is about, then by which key."""


def _signature(entry: Entry) -> tuple[SignatureScheme | None, str, str]:
    found = entry.fields(required=("scheme",), optional=("header", "prefix"))
    if "scheme" not in found:
        return None, "", ""
    text = found["scheme"].text()
    if text not in set(SignatureScheme):
        found["scheme"].refuse("wrong_value", f"known are {', '.join(SignatureScheme)}.")
        return None, "", ""
    scheme = SignatureScheme(text)
    header = found["header"].text() if "header" in found else ""
    if (scheme is SignatureScheme.HMAC) != bool(header):
        entry.refuse("wrong_value", "header names where an hmac is; no other scheme has one.")
    if header and not HEADER.fullmatch(header):
        found["header"].refuse("wrong_value", f"{header!r} is not the name of a header.")
    return scheme, header, found["prefix"].text() if "prefix" in found else ""


def _expression(entry: Entry) -> Expression | None:
    text = entry.text()
    if not text.startswith("="):
        entry.refuse("bad_expression", f"= and FEEL over `body` are expected, not {text!r}.")
        return None
    try:
        made = compile_expression(text[1:])
    except FeelSyntaxError as error:
        entry.refuse("bad_expression", str(error))
        return None
    others = sorted(made.free_names - {"body"})
    if others:
        entry.refuse("unknown_variable", f"only 'body' is known here, not {', '.join(others)}.")
    return made


def _largest(entry: Entry | None) -> int:
    if entry is None:
        return USUAL_PAYLOAD
    text = entry.text(longest=9)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_PAYLOAD):
        entry.refuse("wrong_value", f"a number of bytes up to {LARGEST_PAYLOAD} is expected.")
        return USUAL_PAYLOAD
    return int(text)
