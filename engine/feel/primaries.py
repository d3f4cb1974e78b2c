"""Reads the parts that stand on their own: literals, names, lists, contexts, ranges, loops, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Sort, string_value
from engine.feel.names import NameTable
from engine.feel.numbers import number
from engine.feel.syntax import (
    AtLiteral,
    Binding,
    Conditional,
    ContextEntry,
    ContextLiteral,
    For,
    FormalParameter,
    FunctionDefinition,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    Node,
    Quantified,
    RangeLiteral,
)
from engine.feel.temporal_text import parse_temporal
from engine.feel.type_parser import parse_type

if TYPE_CHECKING:
    from engine.feel.parser import Parser

_CONSTANTS = {"true": True, "false": False, "null": None}
_OPERATOR_WORDS = frozenset(
    {"and", "or", "then", "else", "return", "satisfies", "between", "in", "instance"}
)
_KEY_END = frozenset({":"})
_BINDING_END = frozenset({"in"})
_PARAMETER_END = frozenset({",", ")", ":"})


def primary(parser: Parser) -> Node:
    """Read a literal, a name, or something in brackets or begun by a key word."""
    token = parser.current
    if token.sort is Sort.NAME:
        return _word(parser)
    if token.sort is Sort.NUMBER:
        parser.step()
        size = number(token.text)
        if size is None:
            raise FeelSyntaxError(
                parser.text, token.position, "This number is too large", "fewer digits"
            )
        return Literal(parser.span(token.position), size)
    if token.sort is Sort.STRING:
        parser.step()
        return Literal(parser.span(token.position), string_value(token.text))
    if token.sort is Sort.AT:
        parser.step()
        text = string_value(token.text[1:].lstrip())
        value = parse_temporal(text)
        span = parser.span(token.position)
        return AtLiteral(span, text) if value is None else Literal(span, value)
    if token.sort is Sort.SYMBOL:
        match token.text:
            case "(":
                return _parenthesised(parser)
            case "[":
                return _bracketed(parser)
            case "]":
                parser.step()
                return _rest_of_range(parser, token.position, parser.endpoint(), included=False)
            case "{":
                return _context(parser)
            case "?":
                parser.step()
                return Name(parser.span(token.position), "?")
    raise parser.unexpected("a value, a name or an opening bracket")


def in_tests(parser: Parser) -> tuple[Node, ...]:
    """Read what stands in parentheses after `in`: one or several tests, or a range."""
    start = parser.step().position
    first = parser.cell_test()
    if parser.at_symbol(".."):
        return (_rest_of_range(parser, start, first, included=False),)
    tests = [first]
    while parser.accept(","):
        tests.append(parser.cell_test())
    parser.expect(")", "to end the list of tests")
    return tuple(tests)


def arguments(parser: Parser) -> tuple[tuple[Node, ...], tuple[tuple[str, Node], ...] | None]:
    """Read the arguments of an invocation: all by position, or all by name."""
    parser.step()
    parser.begin_inside()
    positional: list[Node] = []
    named: list[tuple[str, Node]] = []
    by_name = parser.key_ahead() > 0
    while not parser.at_symbol(")"):
        if positional or named:
            parser.expect(",", "or ) after an argument")
        if by_name:
            position = parser.current.position
            name = parser.name_until(_KEY_END, "the name of an argument and a colon")
            if any(name == other for other, _ in named):
                raise FeelSyntaxError(
                    parser.text, position, f"The argument {name} is given twice", "it once"
                )
            parser.step()
            named.append((name, parser.expression()))
        else:
            positional.append(parser.expression())
    parser.step()
    parser.end_inside()
    return tuple(positional), tuple(named) if by_name else None


def _word(parser: Parser) -> Node:
    token = parser.current
    length = parser.known_name()
    if not length:
        match token.text:
            case "if":
                return _conditional(parser)
            case "for":
                return _for(parser)
            case "some" | "every":
                return _quantified(parser)
            case "function" if parser.peek().text == "(":
                return _function(parser)
            case "true" | "false" | "null":
                parser.step()
                return Literal(parser.span(token.position), _CONSTANTS[token.text])
            case word if word in _OPERATOR_WORDS:
                raise parser.unexpected("a value or a name")
    name = parser.name(length)
    return Name(parser.span(token.position), name)


def _parenthesised(parser: Parser) -> Node:
    start = parser.step().position
    parser.begin_inside()
    if parser.at_comparison():
        inside = parser.test()
        parser.expect(")", "to end the range")
    else:
        inside = parser.expression()
        if parser.at_symbol(".."):
            parser.end_inside()
            return _rest_of_range(parser, start, inside, included=False)
        parser.expect(")", "to close the bracket")
    parser.end_inside()
    return inside


def _bracketed(parser: Parser) -> Node:
    start = parser.step().position
    parser.begin_inside()
    items: list[Node] = []
    while not parser.at_symbol("]"):
        if items:
            parser.expect(",", "or ] in the list")
        items.append(parser.test() if parser.at_comparison() else parser.expression())
        if len(items) == 1 and parser.at_symbol(".."):
            parser.end_inside()
            return _rest_of_range(parser, start, items[0], included=True)
    parser.step()
    parser.end_inside()
    return ListLiteral(parser.span(start), tuple(items))


def _rest_of_range(parser: Parser, start: int, low: Node, *, included: bool) -> Node:
    parser.expect("..", "in the range")
    high = parser.endpoint(of_range=True)
    if not (parser.at_symbol("]") or parser.at_symbol(")") or parser.at_symbol("[")):
        raise parser.unexpected("], ) or [ to end the range")
    end_included = parser.step().text == "]"
    return RangeLiteral(parser.span(start), low, high, included, end_included)


def _context(parser: Parser) -> Node:
    start = parser.step().position
    parser.begin_inside()
    known = NameTable()
    parser.scopes.append(known)
    entries: list[ContextEntry] = []
    while not parser.at_symbol("}"):
        if entries:
            parser.expect(",", "or } in the context")
        token = parser.current
        if token.sort is Sort.STRING:
            parser.step()
            key = string_value(token.text)
        else:
            key = parser.name_until(_KEY_END, "an entry's name and a colon")
        parser.expect(":", "after the entry's name")
        # A function may call itself by the name of its entry, so that is known inside already.
        known.add(key)
        parser.keys.add(key)
        value = parser.expression()
        entries.append(ContextEntry(parser.span(token.position), key, value))
    parser.step()
    parser.scopes.pop()
    parser.end_inside()
    return ContextLiteral(parser.span(start), tuple(entries))


def _conditional(parser: Parser) -> Node:
    start = parser.current.position
    branches: list[tuple[Node, Node]] = []
    while True:
        parser.expect("if")
        condition = parser.expression()
        parser.expect("then", "after the condition of if")
        branches.append((condition, parser.expression()))
        parser.expect("else", "to finish if")
        # `else if` goes on in this loop: a long ladder is not deep.
        if not (parser.at_word("if") and not parser.known_name()):
            break
    otherwise = parser.expression()
    return Conditional(parser.span(start), tuple(branches), otherwise)


def _for(parser: Parser) -> Node:
    start = parser.step().position
    bindings = _bindings(parser)
    parser.expect("return", "or a comma in for")
    body = parser.expression()
    parser.scopes.pop()
    return For(parser.span(start), bindings, body)


def _quantified(parser: Parser) -> Node:
    token = parser.step()
    bindings = _bindings(parser)
    parser.expect("satisfies", f"or a comma in {token.text}")
    condition = parser.expression()
    parser.scopes.pop()
    return Quantified(parser.span(token.position), token.text == "every", bindings, condition)


def _bindings(parser: Parser) -> tuple[Binding, ...]:
    """Read `name in source, ...`; leaves a scope with the names on the stack."""
    known = NameTable()
    parser.scopes.append(known)
    bindings: list[Binding] = []
    while True:
        start = parser.current.position
        name = parser.name_until(_BINDING_END, "a name, then in")
        parser.step()
        source = parser.expression()
        if parser.accept(".."):
            low, high = source, parser.expression()
            source = Iteration(parser.span(low.position), low, high)
        bindings.append(Binding(parser.span(start), name, source))
        known.add(name)
        if not parser.accept(","):
            return tuple(bindings)


def _function(parser: Parser) -> Node:
    start = parser.step().position
    parser.step()
    known = NameTable()
    parser.scopes.append(known)
    parameters: list[FormalParameter] = []
    while not parser.at_symbol(")"):
        if parameters:
            parser.expect(",", "or ) after a parameter")
        position = parser.current.position
        name = parser.name_until(_PARAMETER_END, "the name of a parameter")
        known.add(name)
        kind = parse_type(parser) if parser.accept(":") else None
        parameters.append(FormalParameter(parser.span(position), name, kind))
    parser.step()
    if parser.at_word("external"):
        raise FeelSyntaxError(
            parser.text,
            parser.current.position,
            "External functions (Java, PMML) are not run here",
            "a body written in FEEL",
        )
    body = parser.expression()
    parser.scopes.pop()
    return FunctionDefinition(parser.span(start), tuple(parameters), body)
