"""A form's components as a page draws them: names, values as typed, errors beside their fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.content import ComponentKind, FieldError, PresentedComponent
from web.forms.markdown import to_html
from web.forms.submission import ANSWER

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]+")
_OF_THE_PAGE = frozenset({"main", "answers", "to", "comment"})
"""Ids that the pages around a form use themselves, and that questions may be called as well."""
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(.+))?")

TEMPLATES: Mapping[ComponentKind, str] = {
    ComponentKind.TEXTFIELD: "text",
    ComponentKind.TEXTAREA: "textarea",
    ComponentKind.NUMBER: "number",
    ComponentKind.DATETIME: "date",
    ComponentKind.CHECKBOX: "checkbox",
    ComponentKind.CHECKLIST: "choices",
    ComponentKind.TAGLIST: "choices",
    ComponentKind.RADIO: "choices",
    ComponentKind.SELECT: "select",
    ComponentKind.FILEPICKER: "file",
    ComponentKind.GROUP: "group",
    ComponentKind.DYNAMICLIST: "rows",
    ComponentKind.TEXT: "prose",
    ComponentKind.HTML: "prose",
    ComponentKind.TABLE: "table",
    ComponentKind.EXPRESSION: "computed",
    ComponentKind.SEPARATOR: "separator",
    ComponentKind.SPACER: "spacer",
}
"""Which macro of `form.html` draws which kind."""

FIELDS = frozenset({"text", "textarea", "number", "date", "checkbox", "choices", "select", "file"})


@dataclass(frozen=True)
class Choice:
    """One choice of a field."""

    id: str
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Box:
    """One of the boxes of a date."""

    id: str
    name: str
    label: str
    value: str
    style: str


@dataclass(frozen=True)
class Control:
    """One component ready for its macro. `anchor` is the input that an error links to."""

    template: str
    component: PresentedComponent
    id: str
    name: str
    anchor: str
    value: str
    choices: tuple[Choice, ...]
    boxes: tuple[Box, ...]
    error: str
    prose: Markup
    rows: tuple[tuple[Control, ...], ...]

    @property
    def several(self) -> bool:
        """Whether more than one choice may be taken."""
        return self.component.kind in (
            ComponentKind.CHECKLIST,
            ComponentKind.TAGLIST,
            ComponentKind.FILEPICKER,
        )

    @property
    def described_by(self) -> str:
        """The ids of what a screen reader reads after the label."""
        parts = [f"{self.id}-hint"] if self.component.description else []
        return " ".join([*parts, f"{self.id}-error"] if self.error else parts)

    @property
    def shown(self) -> str:
        """The value in words, where it may only be read."""
        if self.choices:
            return ", ".join(choice.label for choice in self.choices if choice.selected)
        if self.template == "checkbox":
            return "Yes" if self.component.value else "No"
        if self.boxes:
            return " ".join(box.value for box in self.boxes if box.value)
        return self.value


def controls(
    components: Iterable[PresentedComponent],
    errors: Sequence[FieldError] = (),
    raw: Mapping[str, list[str]] | None = None,
) -> tuple[Control, ...]:
    """Return the visible components, with what was typed (`raw`) and what is wrong with it."""
    said = {error.field: error.message for error in reversed(errors)}
    return tuple(
        _control(component, said, raw or {}) for component in components if component.visible
    )


def fields(shown: Iterable[Control]) -> Iterator[Control]:
    """Yield every field on the page, in its order."""
    for control in shown:
        if control.template in FIELDS:
            yield control
        for row in control.rows:
            yield from fields(row)


def field_names(components: Iterable[PresentedComponent]) -> set[str]:
    """Return the keys of the fields that a person can see."""
    return {control.component.key for control in fields(controls(components))}


def _control(
    component: PresentedComponent, errors: Mapping[str, str], raw: Mapping[str, list[str]]
) -> Control:
    template = TEMPLATES[component.kind]
    own = _NOT_IN_IDS.sub("-", component.key or component.id).strip("-")
    own = f"answer-{own}" if own in _OF_THE_PAGE else own
    boxes = _boxes(component, own, raw) if template == "date" else ()
    choices = _choices(component, own, raw)
    return Control(
        template=template,
        component=component,
        id=own,
        name=ANSWER + component.key,
        anchor=boxes[0].id
        if boxes
        else choices[0].id
        if choices and template == "choices"
        else own,
        value=_typed(component.key, _text(component.value), raw),
        choices=choices,
        boxes=boxes,
        error=errors.get(component.key, ""),
        prose=_prose(component),
        rows=tuple(
            tuple(_control(child, errors, raw) for child in row if child.visible)
            for row in component.rows
        ),
    )


def _text(value: str | bool | list[str] | None) -> str:
    return value if isinstance(value, str) else ""


def _typed(key: str, value: str, raw: Mapping[str, list[str]]) -> str:
    """Return what was typed for a field when the page was sent, else its value."""
    return raw[key][-1] if raw.get(key) else value


def _choices(
    component: PresentedComponent, own: str, raw: Mapping[str, list[str]]
) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            id=own if number == 0 else f"{own}-{number + 1}",
            value=option.text,
            label=option.label,
            selected=option.selected,
        )
        for number, option in enumerate(component.options)
    )


def _boxes(
    component: PresentedComponent, own: str, raw: Mapping[str, list[str]]
) -> tuple[Box, ...]:
    key, value, subtype = component.key, _text(component.value), component.subtype or "date"
    if subtype == "time":
        typed = _typed(key, value[:5], raw)
        return (Box(own, ANSWER + key, "Time, such as 16:30", typed, "time"),)
    found = _MOMENT.fullmatch(value)
    year, month, day, clock = found.groups(default="") if found else ("",) * 4
    wanted = [("day", "Day", day), ("month", "Month", month), ("year", "Year", year)]
    if subtype == "datetime":
        wanted.append(("time", "Time, such as 16:30", clock[:5]))
    return tuple(
        Box(
            id=own if name == "day" else f"{own}-{name}",
            name=f"{ANSWER}{key}.{name}",
            label=label,
            value=_typed(f"{key}.{name}", part.lstrip("0") if name != "time" else part, raw),
            style={"month": "day"}.get(name, name),
        )
        for name, label, part in wanted
    )


def _prose(component: PresentedComponent) -> Markup:
    if component.kind is ComponentKind.HTML:
        # The form's parser let only harmless tags through and escaped every value.
        return Markup(component.html)  # noqa: S704
    return to_html(component.text) if component.kind is ComponentKind.TEXT else Markup()
