"""Turns the XML of boxed expressions into elements. Refuses other languages; compiles nothing."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn.elements import (
    Boxed,
    BoxedContext,
    BoxedList,
    Conditional,
    ContextEntry,
    Filter,
    FunctionDefinition,
    Invocation,
    Iterator,
    IteratorKind,
    LiteralExpression,
    Parameter,
    Refused,
    Relation,
    Text,
)
from engine.dmn.languages import is_feel, is_standard_namespace
from engine.dmn.table_reader import TableReader
from engine.model.findings import Findings, Place
from engine.model.xml_tree import Node

BOXED_NAMES = frozenset(
    {
        "literalExpression",
        "decisionTable",
        "context",
        "list",
        "relation",
        "functionDefinition",
        "invocation",
        "conditional",
        "filter",
        "for",
        "some",
        "every",
    }
)


class LogicReader:
    """Reads the boxed expressions of one file; what is wrong goes to `findings`."""

    def __init__(
        self, findings: Findings, *, language: str | None, import_names: Mapping[str, str]
    ) -> None:
        self.findings = findings
        self._language = language
        self._import_names = import_names
        self._tables = TableReader(self)

    def place(self, node: Node, owner: Place | None = None) -> Place:
        """Return where a node stands; without an id of its own it goes by its owner's."""
        element_id = node.get("id") or (owner.element_id if owner else None)
        return Place(element_id, node.line, node.column)

    def type_ref(self, node: Node, written: str | None = None) -> str | None:
        """Return the type a node names, prefixes of DMN 1.1 resolved; None when it names none."""
        written = (written if written is not None else node.get("typeRef") or "").strip()
        if not written:
            return None
        prefix, separator, local = written.partition(":")
        uri = node.prefixes.get(prefix)
        if separator and uri is not None:
            if uri in self._import_names:
                return f"{self._import_names[uri]}.{local}"
            return local
        if separator and (prefix == "feel" or is_standard_namespace(prefix)):
            return local
        return written

    def text(self, node: Node, owner: Place) -> Text:
        """Return the FEEL in a node's `text` child; refuses another expression language."""
        place = self.place(node, owner)
        language = node.get("expressionLanguage") or self._language
        if language and not is_feel(language):
            self.findings.error(
                "expression_language",
                f"The expression language is “{language}”. Only FEEL is executed: "
                "choose FEEL in the modeller and rewrite the expression.",
                place,
            )
            return Text("", place)
        if node.first("importedValues") is not None:
            self.findings.error(
                "imported_values",
                "Values imported from another file are not supported: write the values here.",
                place,
            )
        inner = node.first("text")
        if inner is None:
            return Text("", place)
        chunks: list[tuple[int, int, int]] = []
        offset = 0
        for line, column, chunk in inner.chunks:
            chunks.append((offset, line, column))
            offset += len(chunk)
        if chunks:
            place = Place(place.element_id, chunks[0][1], chunks[0][2])
        return Text(inner.text, place, tuple(chunks))

    def boxed_child(self, node: Node, owner: Place) -> Boxed | None:
        """Return the one boxed expression directly inside a node, or None."""
        for child in node.children:
            if child.namespace == node.namespace and child.name in BOXED_NAMES:
                return self.boxed(child, owner)
        return None

    def boxed(self, node: Node, owner: Place) -> Boxed:
        """Return the boxed expression a node is."""
        place = self.place(node, owner)
        type_ref = self.type_ref(node)
        match node.name:
            case "literalExpression":
                return LiteralExpression(place, type_ref, self.text(node, owner))
            case "decisionTable":
                return self._tables.table(node, place)
            case "context":
                entries = tuple(self._entry(child, place) for child in node.all("contextEntry"))
                return BoxedContext(place, type_ref, entries)
            case "list":
                return BoxedList(place, type_ref, self._children(node, place))
            case "relation":
                return self._relation(node, place, type_ref)
            case "functionDefinition":
                return self.function(node, place)
            case "invocation":
                return self._invocation(node, place, type_ref)
            case "conditional":
                return Conditional(
                    place,
                    type_ref,
                    self._part(node, "if", place),
                    self._part(node, "then", place),
                    self._part(node, "else", place),
                )
            case "filter":
                return Filter(
                    place,
                    type_ref,
                    self._part(node, "in", place),
                    self._part(node, "match", place),
                )
            case _:
                body = "return" if node.name == "for" else "satisfies"
                variable = node.get("iteratorVariable") or ""
                if not variable:
                    self.findings.error(
                        "iterator_variable",
                        f"This “{node.name}” has no name for the item it goes through: "
                        "give it an iterator variable.",
                        place,
                    )
                return Iterator(
                    place,
                    type_ref,
                    IteratorKind(node.name),
                    variable,
                    self._part(node, "in", place),
                    self._part(node, body, place),
                )

    def function(self, node: Node, place: Place) -> FunctionDefinition | Refused:
        """Return a function definition; Java and PMML functions are refused."""
        kind = node.get("kind") or "FEEL"
        type_ref = self.type_ref(node)
        if kind.strip().upper() not in ("FEEL", "F"):
            self.findings.error(
                "function_kind",
                f"The function is of kind “{kind}”. Only FEEL functions are executed: "
                "neither Java nor PMML code is ever called.",
                place,
            )
            return Refused(place, type_ref, f"a {kind} function cannot be called")
        parameters = tuple(
            Parameter(child.get("name") or "", self.type_ref(child))
            for child in node.all("formalParameter")
        )
        return FunctionDefinition(place, type_ref, parameters, self.boxed_child(node, place))

    def _children(self, node: Node, owner: Place) -> tuple[Boxed, ...]:
        return tuple(
            self.boxed(child, owner)
            for child in node.children
            if child.namespace == node.namespace and child.name in BOXED_NAMES
        )

    def _part(self, node: Node, name: str, owner: Place) -> Boxed | None:
        part = node.first(name)
        expression = self.boxed_child(part, owner) if part is not None else None
        if expression is None:
            self.findings.error(
                "missing_expression", f"“{node.name}” has no expression for “{name}”.", owner
            )
        return expression

    def _entry(self, node: Node, owner: Place) -> ContextEntry:
        variable = node.first("variable")
        name = variable.get("name") if variable is not None else None
        type_ref = self.type_ref(variable) if variable is not None else None
        place = self.place(node, owner)
        return ContextEntry(place, name, type_ref, self.boxed_child(node, place))

    def _relation(self, node: Node, place: Place, type_ref: str | None) -> Relation:
        columns = tuple(column.get("name") or "" for column in node.all("column"))
        rows = tuple(self._children(row, self.place(row, place)) for row in node.all("row"))
        for number, row in enumerate(rows, 1):
            if len(row) != len(columns):
                self.findings.error(
                    "relation_row",
                    f"Row {number} has {len(row)} cells for {len(columns)} columns.",
                    place,
                )
        return Relation(place, type_ref, columns, rows)

    def _invocation(self, node: Node, place: Place, type_ref: str | None) -> Invocation:
        arguments: list[tuple[str, Boxed | None]] = []
        for binding in node.all("binding"):
            parameter = binding.first("parameter")
            name = (parameter.get("name") if parameter is not None else None) or ""
            arguments.append((name, self.boxed_child(binding, place)))
        function = self.boxed_child(node, place)
        if function is None:
            self.findings.error(
                "missing_expression", "The invocation does not say which function it calls.", place
            )
        return Invocation(place, type_ref, function, tuple(arguments))
