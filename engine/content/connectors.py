"""Connectors: how a service task asks another system over HTTP, and what becomes of its answer.

Owns the values, the making of a request and the mapping of an answer; sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from engine.content.placeholders import Phrase
from engine.feel import Evaluation, Expression, Value, Warning, from_json, to_json
from engine.model.errors import RemitError
from engine.model.service_tasks import ResultWarning

LARGEST_BODY = 1_000_000
LONGEST_URL = 8_000
USUAL_SECONDS = 15.0
MOST_SECONDS = 30.0


class Method(StrEnum):
    """What a connector asks with."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"

    @property
    def has_body(self) -> bool:
        return self in (Method.POST, Method.PUT, Method.PATCH)


class ConnectorNotAsked(RemitError):
    """The process's values make no request that could be sent."""

    code: ClassVar[str] = "connector_not_asked"


@dataclass(frozen=True, slots=True)
class DeclaredSecret:
    """A secret by its name: its value is an administrator's, and in no file."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class SecretUse:
    """Which secret a connector sends, and in which header after which text."""

    name: str
    header: str = "Authorization"
    prefix: str = "Bearer "


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """When an answer is a failure that the diagram knows: a BPMN error with this code."""

    when: Expression
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class ConnectorRequest:
    """What is asked of the other system. The secret is not in it: the way out adds it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None


@dataclass(frozen=True, slots=True)
class ConnectorAnswer:
    """What came back: `body` is JSON data, text, or None; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an answer: variables for the process, or the error that the diagram knows."""

    variables: Mapping[str, Value] = field(default_factory=dict)
    error: ErrorRule | None = None
    warnings: tuple[ResultWarning, ...] = ()
    """What a success was expected to hold and does not."""


@dataclass(frozen=True, slots=True)
class Connector:
    """How the service tasks of one topic ask another system; the request's expressions read the
    variables of the task, those of the answer read `answer`."""

    topic: str
    description: str
    method: Method
    url: Phrase
    host: str
    headers: Mapping[str, Phrase] = field(default_factory=dict)
    body: Expression | None = None
    secret: SecretUse | None = None
    answer: Mapping[str, Expression] = field(default_factory=dict)
    errors: tuple[ErrorRule, ...] = ()
    seconds: float = USUAL_SECONDS

    @property
    def reads(self) -> frozenset[str]:
        """The variables that the request reads."""
        phrases = (self.url, *self.headers.values())
        names = [phrase.free_names for phrase in phrases]
        return frozenset().union(*names, self.body.free_names if self.body else ())

    def request(self, variables: Mapping[str, Value], evaluation: Evaluation) -> ConnectorRequest:
        """Return what these variables ask; raise ConnectorNotAsked when they make no request."""
        url = _url(self.url, variables, evaluation)
        if (urlsplit(url).hostname or "") != self.host:
            raise ConnectorNotAsked(f"A value leads away from {self.host}.")
        headers = {
            name: _header(name, phrase, variables, evaluation)
            for name, phrase in self.headers.items()
        }
        if self.body is None:
            return ConnectorRequest(self.method, url, headers, None)
        value = self.body.evaluate(variables, evaluation)
        body = json.dumps(to_json(value))
        if len(body) > LARGEST_BODY:
            raise ConnectorNotAsked(f"The body is larger than {LARGEST_BODY} bytes.")
        return ConnectorRequest(self.method, url, headers, body)

    def outcome(self, answer: ConnectorAnswer, evaluation: Evaluation) -> Outcome | None:
        """Return what becomes of an answer; None for a failure that the content does not know.

        The rules for errors are asked first, in order, whatever the status.
        """
        read: dict[str, Value] = {
            "answer": from_json(
                {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
            )
        }
        mapped: dict[str, Value] = {}
        warnings: list[ResultWarning] = []
        for name, expression in self.answer.items():
            before = len(evaluation.warnings)
            mapped[name] = expression.evaluate(read, evaluation)
            said = evaluation.warnings[before:]
            warnings += _warnings(name, expression, mapped[name], said)
        for rule in self.errors:
            if rule.when.evaluate(read, evaluation) is True:
                return Outcome(mapped, rule)
        return Outcome(mapped, warnings=tuple(warnings)) if answer.is_success else None


def _warnings(
    name: str, expression: Expression, value: Value, said: Sequence[Warning]
) -> Iterator[ResultWarning]:
    for one in said:
        yield ResultWarning(name, expression.text, one.message, one.position, one.code)
    if value is None and not said:
        message = f"The answer gives nothing for {name}: it is null"
        yield ResultWarning(name, expression.text, message, 0, "null_answer")


def _url(phrase: Phrase, variables: Mapping[str, Value], evaluation: Evaluation) -> str:
    parts = []
    for part in phrase.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        text = _plain(part, variables, evaluation, "The address")
        if text in ("", ".", ".."):
            raise ConnectorNotAsked(f"The address needs a value for {part.text!r}.")
        parts.append(quote(text, safe="", errors="replace"))
    url = "".join(parts)
    if len(url) > LONGEST_URL:
        raise ConnectorNotAsked(f"The address is longer than {LONGEST_URL} characters.")
    return url


def _header(
    name: str, phrase: Phrase, variables: Mapping[str, Value], evaluation: Evaluation
) -> str:
    text = "".join(
        part
        if isinstance(part, str)
        else _plain(part, variables, evaluation, f"The header {name}")
        for part in phrase.parts
    )
    # A line break in a value must not become another header.
    if not (text.isascii() and text.isprintable()):
        raise ConnectorNotAsked(
            f"The header {name} holds a line break or a letter beyond ASCII: it is not sent."
        )
    return text


def _plain(
    expression: Expression, variables: Mapping[str, Value], evaluation: Evaluation, where: str
) -> str:
    """Return a value as a program writes it; null, a list and a context have no such writing."""
    value = to_json(expression.evaluate(variables, evaluation))
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, list | dict):
        raise ConnectorNotAsked(
            f"{where} needs a text, a number or a date from {expression.text!r}, which gives "
            f"{'nothing' if value is None else 'a list or a context'}."
        )
    return str(value)
