"""Reads one component of a form: which properties it may have and what they mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.content.clauses import cited
from engine.content.forms.components import (
    CHOICES,
    FIELDS,
    Check,
    Component,
    ComponentKind,
    Layout,
    Options,
)
from engine.content.forms.conversion import Unconvertible, convert
from engine.content.forms.detail_parsing import details_of
from engine.content.forms.expressions import compiled, phrase
from engine.content.forms.json_file import Node
from engine.content.forms.keys import NAME, Key
from engine.content.forms.rule_parsing import CHOICE, options_of, rules_of
from engine.feel import Expression
from engine.feel.evaluation import UTC_ZONE

EVERY = frozenset({"type", "id", "conditional", "layout", "properties"})
FIELD = frozenset(
    {"key", "label", "description", "readonly", "disabled", "validate", "defaultValue"}
)
ADORNED = frozenset({"appearance"})
ALLOWED: Mapping[ComponentKind, frozenset[str]] = {
    ComponentKind.TEXTFIELD: FIELD | ADORNED,
    ComponentKind.TEXTAREA: FIELD,
    ComponentKind.NUMBER: FIELD | ADORNED | {"decimalDigits", "increment", "serializeToString"},
    ComponentKind.DATETIME: FIELD
    | {
        "subtype",
        "dateLabel",
        "timeLabel",
        "use24h",
        "timeSerializingFormat",
        "timeInterval",
        "disallowPassedDates",
    },
    ComponentKind.CHECKBOX: FIELD,
    ComponentKind.CHECKLIST: FIELD | CHOICE,
    ComponentKind.RADIO: FIELD | CHOICE,
    ComponentKind.SELECT: FIELD | CHOICE | {"searchable"},
    ComponentKind.TAGLIST: FIELD | CHOICE,
    ComponentKind.FILEPICKER: (FIELD - {"defaultValue"}) | {"accept", "multiple"},
    ComponentKind.EXPRESSION: frozenset({"key", "expression", "computeOn", "label"}),
    ComponentKind.GROUP: frozenset(
        {"label", "path", "components", "showOutline", "verticalAlignment"}
    ),
    ComponentKind.DYNAMICLIST: frozenset(
        {
            "label",
            "path",
            "components",
            "showOutline",
            "verticalAlignment",
            "isRepeating",
            "defaultRepetitions",
            "allowAddRemove",
            "disableCollapse",
            "nonCollapsedItems",
        }
    ),
    ComponentKind.TEXT: frozenset({"text", "label"}),
    ComponentKind.HTML: frozenset({"content", "label"}),
    ComponentKind.TABLE: frozenset(
        {"label", "dataSource", "columns", "columnsExpression", "rowCount"}
    ),
    ComponentKind.SEPARATOR: frozenset(),
    ComponentKind.SPACER: frozenset({"height"}),
}
OWN_PROPERTIES = frozenset({"validate", "message", "clauses"})


def component_of(
    node: Node,
    kind: ComponentKind,
    component_id: str,
    children: tuple[Component, ...],
    clauses: Collection[str] | None,
) -> Component:
    """Return the compiled component; everything wrong with it is recorded at its place."""
    fields = node.fields()
    for name, held in fields.items():
        if name not in ALLOWED[kind] | EVERY:
            held.warn("unknown_property", f"a {kind} has no such property: it has no effect.")
    properties = _properties(fields.get("properties"))
    component = Component(
        kind=kind,
        id=component_id,
        key=_key(node, fields, kind),
        label=phrase(_label(fields)),
        description=phrase(fields.get("description")),
        hide=_hide(fields.get("conditional")),
        layout=_layout(fields.get("layout")),
        clauses=_clauses(fields.get("properties"), properties, clauses),
        properties=properties,
        rules=rules_of(fields.get("validate"), kind),
        check=_check(node, fields.get("properties"), properties, kind),
        read_only=_read_only(fields),
        default=_plain(fields.get("defaultValue")),
        options=options_of(node, fields) if kind in CHOICES else Options(),
        **details_of(node, fields, kind),
        children=children,
    )
    if component.default is not None:
        _check_default(component, fields["defaultValue"])
    return component


def _label(fields: Mapping[str, Node]) -> Node | None:
    """Return the label; the editor gives a datetime one for its date and one for its time."""
    named = [fields[name] for name in ("label", "dateLabel", "timeLabel") if name in fields]
    return next((node for node in named if node.value), None)


def _key(node: Node, fields: Mapping[str, Node], kind: ComponentKind) -> Key:
    containers = (ComponentKind.GROUP, ComponentKind.DYNAMICLIST)
    name = "path" if kind in containers else "key"
    if kind not in FIELDS and kind not in (*containers, ComponentKind.EXPRESSION):
        return ()
    text = fields[name].text() if name in fields else ""
    if not text:
        if kind is not ComponentKind.GROUP:
            node.refuse("missing_key", f"a {kind} needs a {name}.")
        return ()
    if not NAME.fullmatch(text):
        fields[name].refuse(
            "wrong_value",
            f"{text!r} is not a {name}: letters, digits and underscores, parts joined by dots.",
        )
        return ()
    return tuple(text.split("."))


def _hide(node: Node | None) -> Expression | None:
    if node is None or node.value is None:
        return None
    fields = node.fields()
    for name, held in fields.items():
        if name != "hide":
            held.refuse("unsupported_property", "the only condition is hide.")
    return compiled(fields["hide"]) if fields.get("hide") and fields["hide"].value else None


def _layout(node: Node | None) -> Layout:
    fields = node.fields() if node is not None and node.value is not None else {}
    row = fields.get("row")
    columns = fields.get("columns")
    width = columns.whole_number() if columns is not None and columns.value is not None else None
    return Layout(row.text() if row is not None else None, width)


def _properties(node: Node | None) -> dict[str, str]:
    fields = node.fields() if node is not None and node.value is not None else {}
    for name, held in fields.items():
        if name not in OWN_PROPERTIES:
            held.warn(
                "unknown_property",
                f"known are {', '.join(sorted(OWN_PROPERTIES))}; this has no effect.",
            )
    return {name: held.text() for name, held in fields.items()}


def _clauses(
    node: Node | None, properties: Mapping[str, str], known: Collection[str] | None
) -> tuple[str, ...]:
    found = cited(properties.get("clauses"))
    for clause in found:
        if node is not None and known is not None and clause not in known:
            node.fields()["clauses"].refuse(
                "unknown_clause", f"{clause} is no clause of this organisation."
            )
    return found


def _check(
    node: Node, held: Node | None, properties: Mapping[str, str], kind: ComponentKind
) -> Check | None:
    if held is None or "validate" not in properties:
        return None
    place = held.fields()["validate"]
    if kind not in FIELDS:
        place.refuse("unsupported_property", f"a {kind} has no answer to check.")
        return None
    if not properties.get("message", "").strip():
        place.refuse("missing_key", "a property named message must say what is wrong then.")
    expression = compiled(place)
    return Check(expression, properties.get("message", "")) if expression is not None else None


def _read_only(fields: Mapping[str, Node]) -> bool | Expression:
    found: bool | Expression = False
    for name in ("disabled", "readonly"):
        node = fields.get(name)
        if node is None or node.value in (None, False) or found is True:
            continue
        if isinstance(node.value, str):
            expression = compiled(node)
            if expression is not None and found is False:
                found = expression
            elif expression is not None:
                node.refuse("unsupported_property", "use one of disabled and readonly.")
        else:
            found = node.flag()
    return found


def _check_default(component: Component, node: Node) -> None:
    try:
        value = convert(component, component.default, UTC_ZONE)
    except Unconvertible as error:
        node.refuse("wrong_value", f"the default {error}.")
        return
    static = component.options.static
    for item in value if isinstance(value, list) else [value]:
        if static and item is not None and item not in [option.value for option in static]:
            node.refuse("wrong_value", f"the default {item!r} is not one of the values.")


def _plain(node: Node | None) -> Any:
    return node.plain() if node is not None else None
