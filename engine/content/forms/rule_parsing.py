"""Reads what an answer must keep to: `validate`, and the choices a field offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from engine.content.forms.components import ComponentKind, Limit, Options, Rules, StaticOption
from engine.content.forms.expressions import compiled, is_expression, phrase
from engine.content.forms.json_file import Node
from engine.content.forms.keys import NAME
from engine.content.forms.patterns import EMAIL, PHONE, is_pattern
from engine.feel import from_json

CHOICE = frozenset({"values", "valuesKey", "valuesExpression"})


def rules_of(node: Node | None, kind: ComponentKind) -> Rules:
    """Return what `validate` demands of an answer; a demand this kind cannot have is refused."""
    if node is None or node.value is None:
        return Rules()
    fields = {name: held for name, held in node.fields().items() if held.value is not None}
    known = {"required", "validationType"}
    if kind in (ComponentKind.TEXTFIELD, ComponentKind.TEXTAREA):
        known |= {"minLength", "maxLength", "pattern"}
    if kind is ComponentKind.NUMBER:
        known |= {"min", "max"}
    for name, held in fields.items():
        if name not in known:
            held.refuse("unsupported_property", f"a {kind} cannot be checked like this.")
    pattern, message = _pattern(fields)
    return Rules(
        required=fields["required"].flag() if "required" in fields else False,
        min_length=limit_of(fields.get("minLength")),
        max_length=limit_of(fields.get("maxLength")),
        minimum=limit_of(fields.get("min")),
        maximum=limit_of(fields.get("max")),
        pattern=pattern,
        pattern_message=message,
    )


def _pattern(fields: Mapping[str, Node]) -> tuple[str | None, str]:
    chosen = fields["validationType"].text() if "validationType" in fields else "custom"
    if chosen == "email":
        return EMAIL, "must be an e-mail address, such as name@example.org"
    if chosen == "phone":
        return PHONE, "must be a telephone number, such as 01632 960 001 or +44 1632 960 001"
    if chosen not in ("", "custom"):
        fields["validationType"].refuse("wrong_value", "known are email, phone and custom.")
    node = fields.get("pattern")
    if node is None or not node.text():
        return None, ""
    if not is_pattern(node.text()):
        node.refuse("wrong_value", f"{node.text()!r} is not a regular expression of FEEL.")
    return node.text(), ""


def limit_of(node: Node | None) -> Limit | None:
    """Return a number or an expression after =, None where there is neither."""
    if node is None or node.value == "":
        return None
    if is_expression(node):
        expression = compiled(node)
        return Limit(expression) if expression is not None else None
    if isinstance(node.value, Decimal):
        return Limit(node.value)
    text = node.text().strip()
    if re.fullmatch(r"-?\d{1,34}(\.\d{1,34})?", text):
        return Limit(Decimal(text))
    node.refuse("wrong_value", f"{text!r} is neither a number nor an expression after =.")
    return None


def options_of(node: Node, fields: Mapping[str, Node]) -> Options:
    """Return where the choices come from; exactly one source is allowed."""
    given = [name for name in sorted(CHOICE) if name in fields and fields[name].value]
    if len(given) != 1:
        node.refuse(
            "missing_key", "choices come from exactly one of values, valuesKey, valuesExpression."
        )
        return Options()
    held = fields[given[0]]
    if given[0] == "valuesExpression":
        return Options(expression=compiled(held))
    if given[0] == "valuesKey":
        if not NAME.fullmatch(held.text()):
            held.refuse("wrong_value", "the name of a variable is expected here.")
        return Options(variable=tuple(held.text().split(".")))
    static: list[StaticOption] = []
    for item in held.items():
        choice = item.fields()
        if "value" not in choice or choice["value"].value in (None, ""):
            item.refuse("missing_key", "a choice needs a value.")
            continue
        value = from_json(choice["value"].plain())
        if any(type(o.value) is type(value) and o.value == value for o in static):
            item.refuse("duplicate_value", f"the value {value!r} is offered twice.")
        label = phrase(choice.get("label"))
        static.append(StaticOption(label if label.parts else phrase(choice["value"]), value))
    return Options(static=tuple(static))
