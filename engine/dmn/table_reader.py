"""Turns the XML of a decision table into elements. Checks its shape; compiles nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.dmn.elements import (
    Aggregation,
    DecisionTable,
    HitPolicy,
    InputClause,
    OutputClause,
    Rule,
    Text,
)
from engine.dmn.languages import CAMUNDA
from engine.model.findings import Place
from engine.model.xml_tree import Node

if TYPE_CHECKING:
    from engine.dmn.logic_reader import LogicReader

CLAUSES_COLUMN = "clauses"
_CLAUSES_LINE = re.compile(r"^\s*clauses?\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)


class TableReader:
    """Reads decision tables on behalf of a logic reader."""

    def __init__(self, reader: LogicReader) -> None:
        self._reader = reader

    def table(self, node: Node, place: Place) -> DecisionTable:
        """Return the decision table a node is; what is wrong with its shape becomes findings."""
        inputs = tuple(
            self._input(child, number, place) for number, child in enumerate(node.all("input"), 1)
        )
        inputs = _told_apart(inputs)
        outputs = tuple(
            self._output(child, number, place)
            for number, child in enumerate(node.all("output"), 1)
        )
        findings = self._reader.findings
        if not outputs:
            findings.error("table_outputs", "The table has no output column.", place)
        if len(outputs) > 1:
            for number, output in enumerate(outputs, 1):
                if not output.name:
                    findings.error(
                        "output_name",
                        f"Output column {number} has no name: with several outputs each needs one.",
                        output.place,
                    )
            names = [output.name for output in outputs]
            for name in sorted({name for name in names if name and names.count(name) > 1}):
                findings.error("output_name", f"Two output columns are called “{name}”.", place)
        hit_policy = self._hit_policy(node, place)
        annotations = [child.get("name") or "" for child in node.all("annotation")]
        rules = tuple(
            self._rule(child, number, place, len(inputs), len(outputs), annotations)
            for number, child in enumerate(node.all("rule"), 1)
        )
        return DecisionTable(
            place,
            self._reader.type_ref(node),
            node.get("outputLabel") or "",
            hit_policy,
            self._aggregation(node, place, hit_policy, len(outputs)),
            inputs,
            outputs,
            rules,
        )

    def _hit_policy(self, node: Node, place: Place) -> HitPolicy:
        written = node.get("hitPolicy") or HitPolicy.UNIQUE
        try:
            return HitPolicy(written)
        except ValueError:
            self._reader.findings.error(
                "hit_policy",
                f"The hit policy “{written}” does not exist. It is one of {', '.join(HitPolicy)}.",
                place,
            )
            return HitPolicy.UNIQUE

    def _aggregation(
        self, node: Node, place: Place, hit_policy: HitPolicy, outputs: int
    ) -> Aggregation | None:
        written = node.get("aggregation")
        if not written:
            return None
        findings = self._reader.findings
        try:
            aggregation = Aggregation(written)
        except ValueError:
            findings.error(
                "aggregation",
                f"The aggregation “{written}” does not exist. It is one of "
                f"{', '.join(Aggregation)}.",
                place,
            )
            return None
        if hit_policy is not HitPolicy.COLLECT:
            findings.error(
                "aggregation",
                f"{aggregation} is only possible with the hit policy COLLECT, "
                f"and this table has {hit_policy}.",
                place,
            )
            return None
        if outputs > 1:
            findings.error(
                "aggregation",
                f"COLLECT with {aggregation} needs exactly one output column; "
                f"this table has {outputs}.",
                place,
            )
        return aggregation

    def _input(self, node: Node, number: int, owner: Place) -> InputClause:
        place = self._reader.place(node, owner)
        expression = node.first("inputExpression")
        text = Text("", place)
        type_ref = None
        if expression is not None:
            text = self._reader.text(expression, place)
            type_ref = self._reader.type_ref(expression)
        written = expression.first("text") if expression is not None else None
        if written is None or not written.text.strip():
            self._reader.findings.error(
                "input_expression", f"Input column {number} has no expression to test.", place
            )
        if node.get(f"{{{CAMUNDA}}}inputVariable"):
            self._reader.findings.error(
                "input_variable",
                f"Input column {number} names an input variable. Cells in FEEL refer to the "
                "input as “?”: use that and clear the field.",
                place,
            )
        values = node.first("inputValues")
        label = node.get("label") or text.content.strip() or f"input {number}"
        return InputClause(
            place,
            label,
            text,
            type_ref,
            self._reader.text(values, place) if values is not None else None,
        )

    def _output(self, node: Node, number: int, owner: Place) -> OutputClause:
        place = self._reader.place(node, owner)
        values = node.first("outputValues")
        default = node.first("defaultOutputEntry")
        name = node.get("name") or ""
        return OutputClause(
            place,
            name,
            node.get("label") or name or f"output {number}",
            self._reader.type_ref(node),
            self._reader.text(values, place) if values is not None else None,
            self._reader.text(default, place) if default is not None else None,
        )

    def _rule(
        self,
        node: Node,
        number: int,
        owner: Place,
        inputs: int,
        outputs: int,
        annotation_names: list[str],
    ) -> Rule:
        place = self._reader.place(node, owner)
        input_entries = tuple(self._reader.text(e, place) for e in node.all("inputEntry"))
        output_entries = tuple(self._reader.text(e, place) for e in node.all("outputEntry"))
        for what, found, wanted in (
            ("input", len(input_entries), inputs),
            ("output", len(output_entries), outputs),
        ):
            if found != wanted:
                self._reader.findings.error(
                    "rule_cells",
                    f"Rule {number} has {found} {what} cells for {wanted} {what} columns.",
                    place,
                )
        annotations: dict[str, str] = {}
        for position, entry in enumerate(node.all("annotationEntry")):
            inner = entry.first("text")
            if position < len(annotation_names):
                annotations[annotation_names[position]] = inner.text.strip() if inner else ""
        description = node.first("description")
        return Rule(
            node.get("id") or f"{owner.element_id or 'table'}_rule_{number}",
            place,
            input_entries,
            output_entries,
            annotations,
            _clauses(annotations, description.text if description is not None else ""),
        )


def _told_apart(inputs: tuple[InputClause, ...]) -> tuple[InputClause, ...]:
    """Return the columns with a number added to a label that an earlier column has already."""
    labels: set[str] = set()
    found: list[InputClause] = []
    for number, clause in enumerate(inputs, 1):
        named = (
            replace(clause, label=f"{clause.label} ({number})")
            if clause.label in labels
            else clause
        )
        labels.add(named.label)
        found.append(named)
    return tuple(found)


def _clauses(annotations: dict[str, str], description: str) -> tuple[str, ...]:
    """Return the clauses a rule cites: its annotation column, else a line of its description."""
    cited = next(
        (text for name, text in annotations.items() if name.strip().lower() == CLAUSES_COLUMN), ""
    )
    if not cited:
        # Older modellers offer one free text per rule and no annotation columns.
        line = _CLAUSES_LINE.search(description)
        cited = line.group(1) if line else ""
    parts = re.split(r"[,;\n]", cited)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
