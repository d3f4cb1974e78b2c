"""Reads FEEL expressions and unary tests into syntax trees (DMN 1.5 §10.3.1). Evaluates nothing."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from engine.feel.cursor import LARGEST_NESTING, Cursor
from engine.feel.errors import TextTooDeep
from engine.feel.lexer import Sort
from engine.feel.names import NameTable
from engine.feel.primaries import arguments, in_tests, primary
from engine.feel.syntax import (
    AnyValue,
    Arithmetic,
    Between,
    Comparison,
    Conjunction,
    Disjunction,
    Filter,
    InstanceOf,
    Invocation,
    Literal,
    Membership,
    Negation,
    Node,
    Operator,
    OperatorRange,
    Path,
    Tests,
)
from engine.feel.type_parser import parse_type

_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_SYMBOL_LEVELS = {
    "=": _COMPARE,
    "!=": _COMPARE,
    "<": _COMPARE,
    "<=": _COMPARE,
    ">": _COMPARE,
    ">=": _COMPARE,
    "+": _ADD,
    "-": _ADD,
    "*": _MULTIPLY,
    "/": _MULTIPLY,
    "**": _POWER,
}
_WORD_LEVELS = {"or": _OR, "and": _AND, "between": _COMPARE, "in": _COMPARE}
# Texts of names and signs alone: those of strings begin with a quotation mark.
_LEVELS = _SYMBOL_LEVELS | _WORD_LEVELS
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
# What cannot begin an operand, so that the `[` in `]1..5[` before it closes a range.
_AFTER_RANGE = frozenset(
    {")", "]", "}", ",", ":", ".", "=", "!=", "<", "<=", ">", ">=", "+", "*", "/"}
)


class Parser(Cursor):
    """Recursive descent over the tokens; chains of operators are read in loops, so length costs no depth."""

    def __init__(self, text: str, scopes: list[NameTable]) -> None:
        super().__init__(text, scopes)
        # Inside the second end of a range `[` may close it; inside further brackets it may not.
        self.in_range_end = False
        self._outside: list[bool] = []

    def begin_inside(self) -> None:
        """Go into brackets, where a `[` is a filter again."""
        self._outside.append(self.in_range_end)
        self.in_range_end = False

    def end_inside(self) -> None:
        """Come out of brackets."""
        self.in_range_end = self._outside.pop()

    def at_comparison(self) -> bool:
        """Say whether a comparison sign stands here."""
        return self.current.sort is Sort.SYMBOL and self.current.text in _COMPARISONS

    def whole_expression(self) -> Node:
        """Read the whole text as one expression."""
        node = self.expression()
        self.expect_end("an operator or the end")
        return node

    def expect_end(self, expected: str) -> None:
        """Refuse anything more."""
        if self.current.sort is not Sort.END:
            raise self.unexpected(expected)

    def expression(self) -> Node:
        """Read an expression of any kind."""
        return self.binary(_OR)

    def endpoint(self, *, of_range: bool = False) -> Node:
        """Read an arithmetic expression: an end of a range, an operand of a comparison."""
        if not of_range:
            return self.binary(_ADD)
        before, self.in_range_end = self.in_range_end, True
        node = self.binary(_ADD)
        self.in_range_end = before
        return node

    def binary(self, lowest: int) -> Node:
        """Read operands joined by operators that bind at least as tightly as `lowest`."""
        self.enter()
        left = self.operand()
        while True:
            level = _LEVELS.get(self.current.text, 0)
            if level < lowest:
                break
            if level == _COMPARE:
                left = self.comparison(left)
            elif level > _COMPARE:
                left = self.arithmetic(left, level)
            else:
                left = self.logical(left, level)
        self.leave()
        return left

    def logical(self, first: Node, level: int) -> Node:
        """Read the rest of a chain of `and` or of `or`."""
        operands = [first]
        word = "or" if level == _OR else "and"
        while self.at_word(word):
            self.step()
            operands.append(self.binary(level + 1))
        span = self.span(first.position)
        return (Disjunction if level == _OR else Conjunction)(span, tuple(operands))

    def arithmetic(self, first: Node, level: int) -> Node:
        """Read the rest of a chain of `+ -`, of `* /` or of `**`; all go from left to right."""
        rest = []
        while _LEVELS.get(self.current.text, 0) == level:
            operator = Operator(self.step().text)
            rest.append((operator, self.binary(level + 1)))
        return Arithmetic(self.span(first.position), first, tuple(rest))

    def comparison(self, left: Node) -> Node:
        """Read one comparison, `between` or `in` after its left side."""
        self.chained(left)
        word = self.step().text
        if word == "between":
            low = self.endpoint()
            self.expect("and", "and the upper bound of between")
            return Between(self.span(left.position), left, low, self.endpoint())
        if word == "in":
            tests = self.membership_tests()
            return Membership(self.span(left.position), left, tests)
        right = self.endpoint()
        return Comparison(self.span(left.position), Operator(word), left, right)

    def chained(self, left: Node) -> None:
        """Refuse chains of comparisons and paths too long to walk down: they nest to the left."""
        length = 0
        while isinstance(left, Comparison | Membership | Between | Path | Filter | Invocation):
            length += 1
            if length > LARGEST_NESTING:
                raise TextTooDeep(
                    self.text,
                    self.current.position,
                    f"More than {LARGEST_NESTING} steps follow each other",
                    "the expression to be split into smaller ones",
                )
            if isinstance(left, Comparison):
                left = left.left
            elif isinstance(left, Membership | Between):
                left = left.value
            elif isinstance(left, Invocation):
                left = left.function
            else:
                left = left.source

    def operand(self) -> Node:
        """Read minus signs, a primary, what is called or taken out of it, and `instance of`."""
        start = self.current.position
        minuses = 0
        while self.current.text == "-":
            self.step()
            minuses += 1
        node = primary(self)
        if self.current.sort is Sort.SYMBOL:
            node = self.postfix(node)
        negative = minuses % 2 == 1
        if minuses and isinstance(node, Literal) and isinstance(node.value, Decimal):
            # The sign is part of a number written out (grammar rule 37), so it comes before all else.
            value = node.value.copy_negate() if negative else node.value
            node, minuses = Literal(self.span(start), value), 0
        if self.current.text == "instance" and self.peek().text == "of":
            self.step()
            self.step()
            tested = parse_type(self)
            node = InstanceOf(self.span(node.position), node, tested)
        if not minuses:
            return node
        span = self.span(start)
        node = Negation(span, node)
        return node if negative else Negation(span, node)

    def postfix(self, node: Node) -> Node:
        """Read paths, filters and invocations after a primary."""
        start = node.position
        steps = 0
        while self.current.sort is Sort.SYMBOL:
            sign = self.current.text
            if sign == ".":
                self.step()
                name = self.name(keys=True)
                node = Path(self.span(start), node, name)
            elif sign == "[":
                if self.in_range_end and self.ends_range():
                    break
                self.step()
                self.begin_inside()
                self.scopes.append(self.keys)
                condition = self.expression()
                self.scopes.pop()
                self.expect("]", "to end the filter")
                self.end_inside()
                node = Filter(self.span(start), node, condition)
            elif sign == "(":
                positional, named = arguments(self)
                node = Invocation(self.span(start), node, positional, named)
            else:
                break
            steps += 1
            if steps > LARGEST_NESTING:
                self.chained(node)
        return node

    def ends_range(self) -> bool:
        """Say whether the `[` here closes a range such as `]1..5[`, rather than opening a filter."""
        following = self.peek()
        if following.sort is Sort.END:
            return True
        if following.text == "instance":
            return self.peek(2).text == "of"
        if following.sort is Sort.NAME:
            return following.text in _WORD_LEVELS or following.text in (
                "then",
                "else",
                "return",
                "satisfies",
            )
        return following.sort is Sort.SYMBOL and following.text in _AFTER_RANGE

    def membership_tests(self) -> tuple[Node, ...]:
        """Read what stands after `in`: one test, or several in parentheses."""
        if not self.at_symbol("("):
            return (self.test(),)
        tests = in_tests(self)
        return (self.postfix(tests[0]),) if len(tests) == 1 else tests

    def test(self) -> Node:
        """Read one positive unary test: a comparison with what is tested, a range or an expression."""
        if self.at_comparison():
            start = self.current.position
            operator = Operator(self.step().text)
            operand = self.endpoint()
            return OperatorRange(self.span(start), operator, operand)
        return self.endpoint()

    def unary_tests(self) -> Tests:
        """Read the whole text as the unary tests of a cell (DMN 1.5 grammar rules 7 to 17)."""
        if self.at_symbol("-") and self.peek().sort is Sort.END:
            token = self.step()
            any_value = AnyValue(self.span(token.position))
            return Tests(any_value.span, False, (any_value,))
        if self.at_word("not") and self.peek().text == "(":
            negated = self.negated_tests()
            if negated is not None:
                return negated
            self.move_to(0)
        tests = self.listed_tests()
        self.expect_end("a comma, an operator or the end")
        return Tests(self.span(0), False, tests)

    def negated_tests(self) -> Tests | None:
        """Read `not(...)` as the whole cell; None when it is only the beginning of an expression."""
        self.step()
        self.step()
        tests = self.listed_tests()
        self.expect(")", "to end not(")
        if self.current.sort is not Sort.END:
            return None
        return Tests(self.span(0), True, tests)

    def listed_tests(self) -> tuple[Node, ...]:
        """Read tests between commas."""
        tests = [self.cell_test()]
        while self.accept(","):
            tests.append(self.cell_test())
        return tuple(tests)

    def cell_test(self) -> Node:
        """Read one test of a cell; unlike after `in`, it may be a whole expression with `?`."""
        return self.test() if self.at_comparison() else self.expression()


def parse_expression(text: str, scopes: Collection[NameTable]) -> Node:
    """Return the syntax tree of an expression; raises FeelSyntaxError."""
    return Parser(text, list(scopes)).whole_expression()


def parse_unary_tests(text: str, scopes: Collection[NameTable]) -> Tests:
    """Return the syntax tree of a cell's unary tests; raises FeelSyntaxError."""
    return Parser(text, list(scopes)).unary_tests()
