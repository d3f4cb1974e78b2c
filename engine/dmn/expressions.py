"""Compiles the FEEL texts of a model and reports what is wrong with them, by place and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.dmn.elements import Text
from engine.dmn.run import Program, Run, Scope
from engine.dmn.types import ANY_TYPE, DataType, Types, mismatch
from engine.feel import (
    Expression,
    FeelSyntaxError,
    UnaryTests,
    Value,
    compile_expression,
    compile_unary_tests,
)
from engine.feel.syntax import Name, Node
from engine.model.findings import Findings


@dataclass(frozen=True, slots=True)
class Names:
    """The names an expression may read.

    `known` are declared; when `open`, any other name may be a variable of the process. `spelled`
    are further names that are only needed to read paths: components, elements of imports.
    `elsewhere` says of a name that is not known where it exists.
    """

    known: frozenset[str]
    open: bool
    spelled: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] | None = None

    def plus(self, *names: str | None) -> Names:
        """Return these names and some more."""
        return replace(self, known=self.known | {name for name in names if name})


class Texts:
    """Compiles the texts of one model; collects the free names they read."""

    def __init__(self, findings: Findings, types: Types) -> None:
        self.findings = findings
        self.types = types
        self.free_names: set[str] = set()

    def expression(self, text: Text, names: Names, what: str) -> Expression | None:
        """Return the compiled expression, None when the text is empty or not FEEL (a finding)."""
        if not text.content.strip():
            return None
        try:
            compiled = compile_expression(text.content, names.known | names.spelled)
        except FeelSyntaxError as error:
            self._refuse(text, error, what)
            return None
        self._check_names(text, compiled.tree, compiled.free_names, names, what)
        return compiled

    def unary_tests(self, text: Text, names: Names, what: str) -> UnaryTests | None:
        """Return the compiled cell, None when it is empty (“-”) or not FEEL (a finding)."""
        if not text.content.strip():
            return None
        try:
            compiled = compile_unary_tests(text.content, names.known | names.spelled)
        except FeelSyntaxError as error:
            self._refuse(text, error, what)
            return None
        self._check_names(text, compiled.tree, compiled.free_names, names, what)
        return compiled

    def program(
        self, text: Text, names: Names, what: str, data_type: DataType = ANY_TYPE
    ) -> Program:
        """Return a program that evaluates the text and converts its value to a type."""
        compiled = self.expression(text, names, what)
        if compiled is None:
            return _null
        evaluate = compiled.evaluate
        if data_type.feel is ANY_TYPE.feel:

            def plain(scope: Scope, run: Run) -> Value:
                return evaluate(scope, run.evaluation)

            return plain

        def typed(scope: Scope, run: Run) -> Value:
            return converted(evaluate(scope, run.evaluation), data_type, what, run)

        return typed

    def _refuse(self, text: Text, error: FeelSyntaxError, what: str) -> None:
        self.findings.error("feel_syntax", f"{what}: {error}", text.at(error.position))

    def _check_names(
        self, text: Text, tree: Node, free: frozenset[str], names: Names, what: str
    ) -> None:
        unknown = free - names.known - {"?"}
        self.free_names |= unknown
        for name in sorted(unknown):
            if names.open:
                continue
            hint = (names.elsewhere or {}).get(name)
            position = min(
                (node.position for node in tree.walk() if _reads(node, name)), default=0
            )
            explanation = (
                hint or "Nothing of that name is an input, a requirement or a parameter here."
            )
            self.findings.error(
                "unknown_name", f"{what}: “{name}” is not known. {explanation}", text.at(position)
            )


def _reads(node: Node, name: str) -> bool:
    return isinstance(node, Name) and node.name == name


def _null(_: Scope, __: Run) -> Value:
    return None


def converted(value: Value, data_type: DataType, what: str, run: Run) -> Value:
    """Return a value as a type; null and a warning when it is not one (DMN 1.5 §10.3.2.9.4)."""
    fits, result = data_type.convert(value, run.evaluation)
    if not fits:
        run.warn(f"{what}: {mismatch(value, data_type)}", "type_mismatch")
    return result
