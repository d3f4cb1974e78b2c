"""Reads the properties that only one kind of component has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.content.forms.components import Column, ComponentKind, Subtype
from engine.content.forms.expressions import compiled, phrase
from engine.content.forms.json_file import Node
from engine.content.forms.keys import MOST_ROWS
from engine.content.forms.markup import safe_html
from engine.content.forms.rule_parsing import limit_of
from engine.feel import Expression


def details_of(node: Node, fields: Mapping[str, Node], kind: ComponentKind) -> dict[str, Any]:
    """Return the properties that only this kind of component has."""
    match kind:
        case ComponentKind.TEXTFIELD:
            return _adorners(fields)
        case ComponentKind.NUMBER:
            return _adorners(fields) | {
                "decimal_digits": _whole(fields.get("decimalDigits")),
                "increment": _increment(fields.get("increment")),
                "as_text": _flag(fields.get("serializeToString"), default=False),
            }
        case ComponentKind.DATETIME:
            return _datetime(fields)
        case ComponentKind.FILEPICKER:
            return {
                "accept": phrase(fields.get("accept")),
                "multiple": _flag_or_expression(fields.get("multiple")),
            }
        case ComponentKind.EXPRESSION:
            if "expression" not in fields:
                node.refuse("missing_key", "an expression component needs an expression.")
            return {"expression": compiled(fields.get("expression"))}
        case ComponentKind.GROUP:
            return {"outlined": _flag(fields.get("showOutline"), default=False)}
        case ComponentKind.DYNAMICLIST:
            rows = _whole(fields.get("defaultRepetitions"))
            if rows is not None and rows > MOST_ROWS:
                fields["defaultRepetitions"].refuse("wrong_value", f"at most {MOST_ROWS} rows.")
            return {
                "outlined": _flag(fields.get("showOutline"), default=False),
                "default_rows": 1 if rows is None else rows,
                "rows_can_change": _flag(fields.get("allowAddRemove"), default=True),
            }
        case ComponentKind.TEXT:
            return {"text": phrase(fields.get("text"))}
        case ComponentKind.HTML:
            return {"text": safe_html(fields.get("content"))}
        case ComponentKind.TABLE:
            return _table(node, fields)
        case ComponentKind.SPACER:
            return {"height": _whole(fields.get("height"))}
        case _:
            return {}


def _adorners(fields: Mapping[str, Node]) -> dict[str, Any]:
    node = fields.get("appearance")
    held = node.fields() if node is not None and node.value is not None else {}
    return {
        "prefix": phrase(held.get("prefixAdorner")),
        "suffix": phrase(held.get("suffixAdorner")),
    }


def _datetime(fields: Mapping[str, Node]) -> dict[str, Any]:
    chosen = fields["subtype"].text() if "subtype" in fields else Subtype.DATE
    if chosen not in set(Subtype):
        fields["subtype"].refuse("wrong_value", f"known are {', '.join(Subtype)}.")
        chosen = Subtype.DATE
    return {
        "subtype": Subtype(chosen),
        "time_label": phrase(fields.get("timeLabel")),
        "time_interval": _whole(fields.get("timeInterval")),
        "past_allowed": not _flag(fields.get("disallowPassedDates"), default=False),
    }


def _table(node: Node, fields: Mapping[str, Node]) -> dict[str, Any]:
    if "dataSource" not in fields:
        node.refuse("missing_key", "a table needs a dataSource.")
    if ("columns" in fields) == ("columnsExpression" in fields):
        node.refuse("missing_key", "a table needs either columns or columnsExpression.")
    columns: list[Column] = []
    for item in fields["columns"].items() if "columns" in fields else ():
        held = item.fields()
        if "key" not in held:
            item.refuse("missing_key", "a column needs a key.")
            continue
        label = held["label"].text() if "label" in held else held["key"].text()
        columns.append(Column(label, held["key"].text()))
    return {
        "expression": compiled(fields.get("dataSource")),
        "columns": tuple(columns),
        "columns_expression": compiled(fields.get("columnsExpression")),
        "row_count": _whole(fields.get("rowCount")),
    }


def _whole(node: Node | None) -> int | None:
    return node.whole_number() if node is not None and node.value is not None else None


def _flag(node: Node | None, *, default: bool) -> bool:
    return node.flag() if node is not None and node.value is not None else default


def _flag_or_expression(node: Node | None) -> bool | Expression:
    if node is not None and isinstance(node.value, str) and node.value:
        return compiled(node) or False
    return _flag(node, default=False)


def _increment(node: Node | None) -> Decimal | None:
    found = limit_of(node) if node is not None and node.value is not None else None
    if found is None:
        return None
    if node is not None and (isinstance(found.value, Expression) or found.value <= 0):
        node.refuse("wrong_value", "a number above 0 is expected here.")
        return None
    assert isinstance(found.value, Decimal)
    return found.value
