"""Reads the connectors and the names of secrets in organisation.yaml, and refuses what could not run."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from engine.content.connectors import (
    LONGEST_URL,
    MOST_SECONDS,
    USUAL_SECONDS,
    Connector,
    DeclaredSecret,
    ErrorRule,
    Method,
    SecretUse,
)
from engine.content.placeholders import OPENING, Phrase, PlaceholderError, parse_phrase
from engine.content.yaml_file import Entry
from engine.feel import Expression, FeelSyntaxError, compile_expression

TOPIC = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}")
SECRET_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
ERROR_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}")
VARIABLE = re.compile(r"[^\W\d]\w{0,127}")
OURS = frozenset(
    {"connection", "content-length", "content-type", "host", "idempotency-key"}
    | {"transfer-encoding", "upgrade", "te", "trailer", "expect"}
)
"""Headers that Remit sets itself."""

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that hold secrets, which are in no file."""

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where http is as good as https: in development, on this machine."""


def read_secrets(entry: Entry | None) -> tuple[DeclaredSecret, ...]:
    """Return the secrets that the organisation's connectors may name."""
    secrets: dict[str, DeclaredSecret] = {}
    for item in entry.items() if entry else ():
        found = item.fields(required=("name", "description"))
        if not {"name", "description"} <= found.keys():
            continue
        name = _matching(found["name"], SECRET_NAME, "lower-case letters, digits, _ and -")
        if name in secrets:
            found["name"].refuse("duplicate_secret", f"the secret {name!r} is listed twice.")
        secrets[name] = DeclaredSecret(name, found["description"].text())
    return tuple(secrets.values())


def read_connectors(
    entry: Entry | None,
    *,
    hosts: Collection[str],
    secrets: Collection[str],
    taken: Collection[str],
) -> tuple[Connector, ...]:
    """Return the connectors that the entry lists.

    `hosts` are those that they may call, `secrets` the names that they may use, `taken` the topics
    that programs outside serve.
    """
    connectors: dict[str, Connector] = {}
    for item in entry.items() if entry else ():
        connector = _connector(item, hosts, secrets)
        if connector is None:
            continue
        if connector.topic in connectors or connector.topic in taken:
            item.refuse("duplicate_topic", f"the topic {connector.topic!r} is served twice.")
        connectors[connector.topic] = connector
    return tuple(connectors.values())


def _connector(entry: Entry, hosts: Collection[str], secrets: Collection[str]) -> Connector | None:
    required = ("topic", "description", "method", "url")
    found = entry.fields(
        required=required,
        optional=("headers", "body", "secret", "answer", "errors", "seconds"),
    )
    if not set(required) <= found.keys():
        return None
    topic = _matching(found["topic"], TOPIC, "letters, digits and _ . : -")
    method = _method(found["method"])
    url, host = _url(found["url"], hosts)
    body = _expression(found["body"]) if "body" in found else None
    if method is not None and "body" in found and not method.has_body:
        found["body"].refuse("wrong_value", f"{method} sends no body; POST, PUT and PATCH do.")
    headers = found["headers"].entries() if "headers" in found else {}
    made = {name: _header(name, value) for name, value in headers.items()}
    answer = found["answer"].entries() if "answer" in found else {}
    secret = _secret(found["secret"], secrets) if "secret" in found else None
    rules = [_rule(item) for item in (found["errors"].items() if "errors" in found else ())]
    if method is None or url is None:
        return None
    return Connector(
        topic=topic,
        description=found["description"].text(),
        method=method,
        url=url,
        host=host,
        headers={name: phrase for name, phrase in made.items() if phrase is not None},
        body=body,
        secret=secret,
        answer={
            name: expression
            for name, value in answer.items()
            if (expression := _mapped(name, value)) is not None
        },
        errors=tuple(rule for rule in rules if rule is not None),
        seconds=_seconds(found.get("seconds")),
    )


def _method(entry: Entry) -> Method | None:
    text = entry.text().upper()
    if text not in set(Method):
        entry.refuse("wrong_value", f"known are {', '.join(Method)}.")
        return None
    return Method(text)


def _url(entry: Entry, hosts: Collection[str]) -> tuple[Phrase | None, str]:
    """Return the address and its host, which no value may change."""
    text = entry.text(longest=LONGEST_URL)
    if not text:
        return None, ""
    try:
        phrase = parse_phrase(text)
        parts = urlsplit(text.partition(OPENING)[0])
        host = parts.hostname or ""
        _ = parts.port
    except PlaceholderError as error:
        entry.refuse(error.code, str(error))
        return None, ""
    except ValueError:
        entry.refuse("wrong_value", f"{text!r} is not an address.")
        return None, ""
    written = text.partition(OPENING)[0]
    ended = len(written) == len(text) or any(
        sign in written.partition("//")[2] for sign in ("/", "?")
    )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOCAL):
        entry.refuse("wrong_value", "an address begins with https://.")
    elif not host or not ended or parts.username is not None or "#" in text or " " in written:
        entry.refuse(
            "wrong_value",
            "an address is https://host/path: the host is written out, values come after it, "
            "and there is no user name and no fragment.",
        )
    elif not any(_is_allowed(host, allowed) for allowed in hosts):
        entry.refuse(
            "host_not_allowed",
            f"{host} is none of connector_hosts: list there which hosts connectors may call.",
        )
    return phrase, host


def _is_allowed(host: str, allowed: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


def _header(name: str, entry: Entry) -> Phrase | None:
    if not HEADER.fullmatch(name):
        entry.refuse("wrong_value", f"{name!r} is not the name of a header.")
    elif name.lower() in OURS:
        entry.refuse("wrong_value", f"Remit sets the header {name} itself.")
    elif name.lower() in SECRET_HEADERS:
        entry.refuse("wrong_value", f"what {name} holds is a secret: name one under secret.")
    try:
        return parse_phrase(entry.text(longest=1000))
    except PlaceholderError as error:
        entry.refuse(error.code, str(error))
        return None


def _secret(entry: Entry, secrets: Collection[str]) -> SecretUse | None:
    found = entry.fields(required=("name",), optional=("header", "prefix"))
    if "name" not in found:
        return None
    name = found["name"].text(longest=63)
    if name not in secrets:
        known = ", ".join(sorted(secrets)) or "none"
        found["name"].refuse(
            "unknown_secret",
            f"{name!r} is none of connector_secrets ({known}): list its name there.",
        )
    header = found["header"].text() if "header" in found else "Authorization"
    if not HEADER.fullmatch(header) or header.lower() in OURS:
        entry.refuse("wrong_value", f"{header!r} is no header that a secret may go into.")
    if "prefix" in found:
        # The space between a scheme and what follows belongs to the scheme.
        prefix = f"{found['prefix'].text(longest=40)} "
    else:
        prefix = "Bearer " if header == "Authorization" else ""
    return SecretUse(name, header, prefix)


def _rule(entry: Entry) -> ErrorRule | None:
    found = entry.fields(required=("when", "code"), optional=("message",))
    if not {"when", "code"} <= found.keys():
        return None
    when = _expression(found["when"], only="answer")
    code = _matching(found["code"], ERROR_CODE, "the code of an error in a diagram")
    message = found["message"].text(longest=500) if "message" in found else ""
    return ErrorRule(when, code, message) if when is not None else None


def _mapped(name: str, entry: Entry) -> Expression | None:
    if not VARIABLE.fullmatch(name):
        entry.refuse("wrong_value", f"{name!r} is not the name of a variable.")
    return _expression(entry, only="answer")


def _expression(entry: Entry, *, only: str | None = None) -> Expression | None:
    text = entry.text()
    if not text.startswith("="):
        entry.refuse("bad_expression", f"= and FEEL are expected, not {text!r}.")
        return None
    try:
        made = compile_expression(text[1:])
    except FeelSyntaxError as error:
        entry.refuse("bad_expression", str(error))
        return None
    others = sorted(made.free_names - {only}) if only else []
    if others:
        entry.refuse("unknown_variable", f"only {only!r} is known here, not {', '.join(others)}.")
    return made


def _seconds(entry: Entry | None) -> float:
    if entry is None:
        return USUAL_SECONDS
    text = entry.text(longest=3)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_SECONDS):
        entry.refuse("wrong_value", f"whole seconds from 1 to {MOST_SECONDS:.0f} are expected.")
        return USUAL_SECONDS
    return float(text)


def _matching(entry: Entry, pattern: re.Pattern[str], means: str) -> str:
    text = entry.text(longest=200)
    if text and not pattern.fullmatch(text):
        entry.refuse("wrong_value", f"{text!r} is not allowed here: {means}.")
    return text
