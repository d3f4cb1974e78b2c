"""One element while its node is made: what it was drawn as, and what it refers to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from engine.execution.process_spec import Element, Reference
from engine.execution.reading.drawing import Drawing
from engine.execution.reading.extensions import CORRELATION_KEY, Extensions
from engine.execution.reading.names import dialect
from engine.execution.timers import ZONED, NotATime, duration_of, moment_of
from engine.model.xml_tree import Node

VERSION = re.compile(r"[0-9]{1,9}")
BINDINGS = ("latest", "deployment", "version", "versionTag")


@dataclass(slots=True)
class Found:
    """What a process refers to outside itself, gathered while its elements are read."""

    forms: list[Reference] = field(default_factory=list)
    decisions: list[Reference] = field(default_factory=list)
    calls: list[Reference] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    """Candidate groups, each with the first element that names it."""


@dataclass(slots=True)
class Making:
    """One element while its node is made; `scope` is the process or sub-process it is drawn in."""

    drawing: Drawing
    graph: Any
    node: Node
    element: Element
    extensions: Extensions
    found: Found
    scope: Node

    @property
    def owner(self) -> str:
        return self.element.id

    def error(self, code: str, message: str, node: Node | None = None) -> None:
        """Note why this element cannot run."""
        self.drawing.error(code, message, node or self.node, self.owner)


def form_reference(making: Making) -> Reference | None:
    """Return the form that a user task or start event names."""
    key = dialect(making.node, "formRef")
    if not key:
        return None
    form = reference(making, key, "formRef", "form", allowed=("latest", "deployment", "version"))
    if form is not None and making.element.type == "userTask":
        making.found.forms.append(form)
    return form


def reference(
    making: Making,
    key: str,
    prefix: str,
    what: str,
    *,
    allowed: tuple[str, ...] = BINDINGS,
) -> Reference | None:
    """Return a reference with its binding, noting one that cannot be resolved."""
    node = making.node
    if key.strip().startswith("=") or "${" in key or "#{" in key:
        making.error(
            "computed_reference",
            f"The {what} “{key}” is computed, so nobody could check at deployment that it exists: "
            f"name the {what}, and choose between several with a gateway.",
        )
        return None
    binding = (dialect(node, f"{prefix}Binding") or "latest").strip()
    if binding not in allowed:
        making.error(
            "unknown_binding", f"The binding “{binding}” is not known: {', '.join(allowed)}."
        )
        return None
    version = None
    if binding in ("version", "versionTag"):
        suffix = "Version" if binding == "version" else "VersionTag"
        version = (dialect(node, f"{prefix}{suffix}") or "").strip()
        if not version or (binding == "version" and not VERSION.fullmatch(version)):
            making.error("missing_version", f"The {what} is bound to a {binding} but names none.")
            return None
    return Reference(making.owner, key.strip(), binding, version)


def check_moment(making: Making, text: str, what: str) -> None:
    """Refuse a literal date that is none or does not say its time zone."""
    try:
        if text.startswith("P"):
            duration_of(text)
            return
        moment_of(text)
    except NotATime as error:
        making.error("not_a_time", f"The {what}: {error}.")
        return
    if not ZONED.fullmatch(text):
        making.error(
            "no_time_zone",
            f"The {what} “{text}” does not say its time zone. Write {text[:10]}"
            f"{text[10:] or 'T09:00:00'}Z for UTC, or "
            f'= date and time("{text[:10]}{text[10:] or "T09:00:00"}@Europe/London").',
        )


def correlation_key(making: Making) -> Any:
    """Return what the extension property `correlation_key` says."""
    return making.drawing.said(
        making.extensions.properties.get(CORRELATION_KEY),
        making.node,
        making.owner,
        "The correlation key",
    )
