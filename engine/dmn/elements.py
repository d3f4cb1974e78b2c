"""The elements of a decision model as written: plain values, nothing compiled or checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.model.findings import Place


class HitPolicy(StrEnum):
    """How a decision table turns the rules that match into one result (DMN 1.5 §8.2.11)."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT does with the outputs it collected; none means the plain list."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


class IteratorKind(StrEnum):
    """The three boxed iterators (DMN 1.5 §10.2.2.9)."""

    FOR = "for"
    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of FEEL as written, with the place of each of its stretches in the file.

    `chunks` holds (offset in `content`, line, column): XML escapes make columns of the file and of
    the text differ.
    """

    content: str
    place: Place
    chunks: tuple[tuple[int, int, int], ...] = ()

    def at(self, offset: int) -> Place:
        """Return the place in the file of the character at `offset`."""
        line, column = self.place.line, self.place.column
        for start, chunk_line, chunk_column in self.chunks:
            if start > offset:
                break
            line, column = chunk_line, chunk_column + offset - start
        return Place(self.place.element_id, line, column)


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """FEEL text (DMN 1.5 §10.2.1.1); an empty text is null."""

    place: Place
    type_ref: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions: the expression tested, and the values it may take."""

    place: Place
    label: str
    expression: Text
    type_ref: str | None
    values: Text | None


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of conclusions; `name` is empty only in a table with one output."""

    place: Place
    name: str
    label: str
    type_ref: str | None
    values: Text | None
    default: Text | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `clauses` are the numbered paragraphs of the policy that the row carries out."""

    id: str
    place: Place
    inputs: tuple[Text, ...]
    outputs: tuple[Text, ...]
    annotations: Mapping[str, str]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table (DMN 1.5 §8)."""

    place: Place
    type_ref: str | None
    label: str
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A named part of a boxed context; `name` None marks its result."""

    place: Place
    name: str | None
    type_ref: str | None
    value: Boxed | None


@dataclass(frozen=True, slots=True)
class BoxedContext:
    """A boxed context (DMN 1.5 §10.2.1.4); a function body or a record."""

    place: Place
    type_ref: str | None
    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class BoxedList:
    """A boxed list (DMN 1.5 §10.2.1.5)."""

    place: Place
    type_ref: str | None
    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A boxed relation (DMN 1.5 §10.2.1.6): a list of contexts drawn as a grid."""

    place: Place
    type_ref: str | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a function."""

    name: str
    type_ref: str | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A boxed function (DMN 1.5 §10.2.1.7); Java and PMML functions never get this far."""

    place: Place
    type_ref: str | None
    parameters: tuple[Parameter, ...]
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A boxed invocation (DMN 1.5 §10.2.1.3): a function and its arguments by name."""

    place: Place
    type_ref: str | None
    function: Boxed | None
    arguments: tuple[tuple[str, Boxed | None], ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed if, then, else (DMN 1.5 §10.2.1.8)."""

    place: Place
    type_ref: str | None
    condition: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A boxed filter (DMN 1.5 §10.2.1.9)."""

    place: Place
    type_ref: str | None
    collection: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, slots=True)
class Iterator:
    """A boxed for, some or every (DMN 1.5 §10.2.1.10)."""

    place: Place
    type_ref: str | None
    kind: IteratorKind
    variable: str
    collection: Boxed | None
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Logic that cannot be executed here, for a reason already reported; its value is null."""

    place: Place
    type_ref: str | None
    reason: str


Boxed = (
    LiteralExpression
    | DecisionTable
    | BoxedContext
    | BoxedList
    | Relation
    | FunctionDefinition
    | Invocation
    | Conditional
    | Filter
    | Iterator
    | Refused
)


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type the model names (DMN 1.5 §7.3.2); `result_type` is set for a type of functions."""

    name: str
    place: Place
    type_ref: str | None = None
    is_collection: bool = False
    allowed_values: Text | None = None
    type_constraint: Text | None = None
    components: tuple[ItemDefinition, ...] = ()
    is_function: bool = False
    result_type: str | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to an element: the id, and the namespace of the model it is in ("" for this one)."""

    namespace: str
    id: str
    place: Place


@dataclass(frozen=True, slots=True)
class InputData:
    """Something the model is told (DMN 1.5 §7.3.3).

    `alias` is the name of its variable where a modeller wrote another one than the element's.
    """

    id: str
    name: str
    place: Place
    type_ref: str | None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionElement:
    """A decision and what it requires (DMN 1.5 §6.3.7)."""

    id: str
    name: str
    place: Place
    type_ref: str | None
    logic: Boxed | None
    required_inputs: tuple[Reference, ...]
    required_decisions: tuple[Reference, ...]
    required_knowledge: tuple[Reference, ...]
    version_tag: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class BusinessKnowledge:
    """A business knowledge model: a function with a name (DMN 1.5 §6.3.9)."""

    id: str
    name: str
    place: Place
    type_ref: str | None
    logic: FunctionDefinition | Refused
    required_knowledge: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class DecisionServiceElement:
    """Decisions offered together as a function (DMN 1.5 §6.3.10)."""

    id: str
    name: str
    place: Place
    type_ref: str | None
    outputs: tuple[Reference, ...]
    encapsulated: tuple[Reference, ...]
    input_decisions: tuple[Reference, ...]
    input_data: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """Another model made visible under `name`; an empty name merges it into this one."""

    name: str
    namespace: str
    location: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file: everything a model says."""

    id: str
    name: str
    namespace: str
    place: Place
    imports: tuple[Import, ...] = ()
    types: tuple[ItemDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[DecisionElement, ...] = ()
    knowledge: tuple[BusinessKnowledge, ...] = ()
    services: tuple[DecisionServiceElement, ...] = ()
