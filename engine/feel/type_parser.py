"""Reads the names of FEEL types, as in `instance of list<number>`. Judges no values."""

from __future__ import annotations

from engine.feel.cursor import Cursor
from engine.feel.lexer import Sort
from engine.feel.names import NameTable, text_of
from engine.feel.types import (
    ANY,
    SIMPLE_TYPES,
    ContextType,
    FunctionType,
    ListType,
    NamedType,
    RangeType,
    Type,
)

_BUILT_IN = NameTable(SIMPLE_TYPES)


def parse_type(cursor: Cursor) -> Type:
    """Read a type at the cursor (DMN 1.5 grammar rules 54 to 56); raises FeelSyntaxError."""
    cursor.enter()
    found = _type(cursor)
    cursor.leave()
    return found


def type_from_text(text: str) -> Type:
    """Return the type that a whole text names, such as `list<number>`; raises FeelSyntaxError."""
    cursor = Cursor(text, [])
    found = parse_type(cursor)
    if cursor.current.sort is not Sort.END:
        raise cursor.unexpected("the end of the type")
    return found


def _type(cursor: Cursor) -> Type:
    name = _name(cursor)
    if not cursor.at_symbol("<"):
        return SIMPLE_TYPES.get(name) or NamedType(name)
    if name == "list":
        cursor.step()
        item = parse_type(cursor)
        cursor.expect(">", "to end list<")
        return ListType(item)
    if name == "range":
        cursor.step()
        item = parse_type(cursor)
        cursor.expect(">", "to end range<")
        return RangeType(item)
    if name == "context":
        cursor.step()
        entries = [_entry(cursor)]
        while cursor.accept(","):
            entries.append(_entry(cursor))
        cursor.expect(">", "to end context<")
        return ContextType(tuple(entries))
    if name == "function":
        cursor.step()
        parameters: list[Type] = []
        while not cursor.at_symbol(">"):
            if parameters:
                cursor.expect(",", "between the parameters")
            parameters.append(parse_type(cursor))
        cursor.step()
        result: Type = parse_type(cursor) if cursor.accept("->") else ANY
        return FunctionType(tuple(parameters), result)
    return SIMPLE_TYPES.get(name) or NamedType(name)


def _entry(cursor: Cursor) -> tuple[str, Type]:
    name = cursor.name_until(frozenset({":"}), "an entry's name and a colon")
    cursor.step()
    return name, parse_type(cursor)


def _name(cursor: Cursor) -> str:
    if cursor.current.sort is not Sort.NAME:
        raise cursor.unexpected("a type such as number, string or list<number>")
    length = _BUILT_IN.longest(cursor.tokens, cursor.index)
    if not length:
        start = cursor.index
        name = cursor.name()
        # Types of imported models are qualified: `model.tPerson`.
        while cursor.at_symbol(".") and cursor.peek().sort is Sort.NAME:
            cursor.step()
            cursor.name()
        return text_of(cursor.tokens[start : cursor.index]) or name
    name = text_of(cursor.tokens[cursor.index : cursor.index + length])
    cursor.move_to(cursor.index + length)
    return name
