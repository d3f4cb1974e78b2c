"""Builds small decision models in DMN 1.3, as the modellers write them, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.feel import Evaluation

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def _table(
    inputs: Sequence[tuple[str, str] | tuple[str, str, str]],
    outputs: Sequence[tuple[str, str] | tuple[str, str, str]],
    rules: Sequence[Sequence[str]],
    hit_policy: str = "UNIQUE",
    aggregation: str = "",
    defaults: Sequence[str] = (),
    annotations: Sequence[str] = (),
) -> str:
    """Return a decision table: inputs (expression, type, allowed), outputs (name, type, allowed)."""
    parts = [f"<decisionTable id='table' hitPolicy={quoteattr(hit_policy)}"]
    parts.append(f" aggregation={quoteattr(aggregation)}>" if aggregation else ">")
    for number, (expression, kind, *allowed) in enumerate(inputs, 1):
        parts.append(f"<input id='in{number}' label={quoteattr(expression)}>")
        type_ref = f" typeRef={quoteattr(kind)}" if kind else ""
        parts.append(
            f"<inputExpression{type_ref}><text>{escape(expression)}</text></inputExpression>"
        )
        if allowed:
            parts.append(f"<inputValues><text>{escape(allowed[0])}</text></inputValues>")
        parts.append("</input>")
    for number, (name, kind, *allowed) in enumerate(outputs, 1):
        type_ref = f" typeRef={quoteattr(kind)}" if kind else ""
        parts.append(f"<output id='out{number}' name={quoteattr(name)}{type_ref}>")
        if allowed:
            parts.append(f"<outputValues><text>{escape(allowed[0])}</text></outputValues>")
        if defaults:
            parts.append(
                f"<defaultOutputEntry><text>{escape(defaults[number - 1])}</text></defaultOutputEntry>"
            )
        parts.append("</output>")
    parts.extend(f"<annotation name={quoteattr(name)}/>" for name in annotations)
    for number, cells in enumerate(rules, 1):
        parts.append(f"<rule id='rule{number}'>")
        for position, cell in enumerate(cells):
            if position < len(inputs):
                name = "inputEntry"
            elif position < len(inputs) + len(outputs):
                name = "outputEntry"
            else:
                name = "annotationEntry"
            parts.append(f"<{name}><text>{escape(cell)}</text></{name}>")
        parts.append("</rule>")
    parts.append("</decisionTable>")
    return "\n".join(parts)


def _model(*elements: str, namespace: str = NAMESPACE, attributes: str = "") -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f"<definitions xmlns='{namespace}' id='model' name='model' namespace='urn:test' {attributes}>\n"
        + "\n".join(elements)
        + "\n</definitions>"
    ).encode()


def _decision(logic: str, *requirements: str, name: str = "answer", type_ref: str = "") -> str:
    variable = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    drawn = "".join(
        {
            "input": f"<informationRequirement><requiredInput href='#{target}'/></informationRequirement>",
            "decision": f"<informationRequirement><requiredDecision href='#{target}'/>"
            "</informationRequirement>",
            "knowledge": f"<knowledgeRequirement><requiredKnowledge href='#{target}'/>"
            "</knowledgeRequirement>",
        }[kind]
        for kind, _, target in (requirement.partition(":") for requirement in requirements)
    )
    return (
        f"<decision id={quoteattr(name)} name={quoteattr(name)}>"
        f"<variable name={quoteattr(name)}{variable}/>{drawn}{logic}</decision>"
    )


def _literal(text: str, type_ref: str = "") -> str:
    kind = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<literalExpression{kind}><text>{escape(text)}</text></literalExpression>"


def _input(name: str, type_ref: str = "") -> str:
    kind = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<inputData id={quoteattr(name)} name={quoteattr(name)}><variable name={quoteattr(name)}{kind}/></inputData>"


class Dmn:
    """The builders by name."""

    table = staticmethod(_table)
    model = staticmethod(_model)
    decision = staticmethod(_decision)
    literal = staticmethod(_literal)
    input = staticmethod(_input)


@pytest.fixture(scope="session")
def dmn() -> type[Dmn]:
    return Dmn


@pytest.fixture
def evaluation() -> Callable[[], Evaluation]:
    """Return a maker of evaluations at a fixed instant."""
    return lambda: Evaluation(datetime(2026, 12, 24, 16, tzinfo=UTC))
