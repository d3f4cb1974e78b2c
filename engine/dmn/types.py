"""Item definitions as FEEL types with constraints, and conversion to them. Evaluates no decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.dmn.elements import ItemDefinition, Text
from engine.dmn.regions import Kind
from engine.feel import (
    Evaluation,
    FeelSyntaxError,
    Function,
    UnaryTests,
    Value,
    compile_expression,
    compile_unary_tests,
    to_text,
)
from engine.feel.syntax import InstanceOf
from engine.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_TIME,
    DURATION,
    FUNCTION,
    NUMBER,
    SIMPLE_TYPES,
    STRING,
    TIME,
    YEARS_MONTHS,
    ContextType,
    FunctionType,
    ListType,
    NamedType,
    Type,
    coerced,
)
from engine.model.findings import Findings, Place

# Names that modellers write beside the standard's own: DMN 1.1 and the Camunda Modeler's list.
_ALIASES: Mapping[str, Type] = {
    "any": ANY,
    "integer": NUMBER,
    "int": NUMBER,
    "long": NUMBER,
    "short": NUMBER,
    "double": NUMBER,
    "float": NUMBER,
    "decimal": NUMBER,
    "text": STRING,
    "datetime": DATE_TIME,
    "days and time duration": DAYS_TIME,
    "years and months duration": YEARS_MONTHS,
    "duration": DURATION,
}
_WHOLE = frozenset({"integer", "int", "long", "short"})
_KINDS: Mapping[Type, Kind] = {
    NUMBER: Kind.NUMBER,
    STRING: Kind.STRING,
    BOOLEAN: Kind.BOOLEAN,
    DATE: Kind.DATE,
    DAYS_TIME: Kind.DAYS_TIME,
    YEARS_MONTHS: Kind.YEARS_MONTHS,
}
_UNLINED = frozenset({DATE_TIME, TIME, DURATION})


@dataclass(frozen=True, slots=True)
class DataType:
    """A type a model speaks of: its FEEL type and the constraints on its values.

    `allowed` holds for the value, or for each item of a collection (DMN 1.5 §7.3.2 allowedValues);
    `whole` for the collection as a whole (typeConstraint). `part` is the type constrained or
    collected, `components` those of a context.
    """

    name: str
    feel: Type
    allowed: UnaryTests | None = None
    whole: UnaryTests | None = None
    part: DataType | None = None
    is_collection: bool = False
    components: Mapping[str, DataType] = field(default_factory=dict)
    whole_numbers: bool = False

    @property
    def kind(self) -> Kind | None:
        """Return the line its values lie on; None for types without one."""
        kind = _KINDS.get(self.feel)
        return Kind.WHOLE if kind is Kind.NUMBER and self.whole_numbers else kind

    @property
    def is_single_valued(self) -> bool:
        """Say whether its values are numbers, strings and the like: neither any, nor made of parts."""
        return self.feel in _KINDS or self.feel in _UNLINED

    @property
    def constraint(self) -> UnaryTests | None:
        """Return the tests on a single value, its own or the nearest it inherits."""
        if self.allowed is not None or self.part is None or self.is_collection:
            return self.allowed
        return self.part.constraint

    def convert(self, value: Value, evaluation: Evaluation) -> tuple[bool, Value]:
        """Return (True, the value as this type), or (False, None) where the standard gives null.

        DMN 1.5 §10.3.2.9.4, then the constraints of §7.3.2; null is of every type.
        """
        if value is None or self.feel is ANY:
            return True, value
        fits, converted = coerced(value, self.feel, evaluation.types)
        if fits and not self._allows(converted, evaluation):
            return False, None
        return fits, converted

    def _allows(self, value: Value, evaluation: Evaluation) -> bool:
        if value is None:
            return True
        if self.is_collection:
            if not isinstance(value, list):
                return False
            part = self.part
            if part is not None and not all(part._allows(item, evaluation) for item in value):
                return False
            if self.allowed is not None and not all(
                item is None or _passes(self.allowed, item, evaluation) for item in value
            ):
                return False
            return self.whole is None or _passes(self.whole, value, evaluation)
        if self.part is not None and not self.part._allows(value, evaluation):
            return False
        if self.components and isinstance(value, dict):
            for name, component in self.components.items():
                if not component._allows(value.get(name), evaluation):
                    return False
        if self.allowed is not None and not _passes(self.allowed, value, evaluation):
            return False
        return self.whole is None or _passes(self.whole, value, evaluation)


def _passes(tests: UnaryTests, value: Value, evaluation: Evaluation) -> bool:
    return tests.evaluate(value, {}, evaluation) is True


ANY_TYPE = DataType("Any", ANY)


def mismatch(value: Value, data_type: DataType) -> str:
    """Return the sentence that says why a value became null."""
    text = "a function" if isinstance(value, Function) else to_text(value)
    if len(text) > 80:
        text = text[:77] + "..."
    return f"{text} is not allowed as “{data_type.name}”, so the value is null"


class Types:
    """The types of one model: FEEL's own, its item definitions, and those of its imports."""

    def __init__(
        self,
        definitions: tuple[ItemDefinition, ...],
        imported: Mapping[str, Types],
        findings: Findings,
    ) -> None:
        """Build the types; `imported` maps the name of an import to its types."""
        self._definitions = {item.name: item for item in definitions}
        self._imported = imported
        self._findings = findings
        self._built: dict[str, DataType] = {}
        self._building: list[str] = []
        for item in definitions:
            self._named(item)
        self.feel: dict[str, Type] = {name: item.feel for name, item in self._built.items()}
        for prefix, types in imported.items():
            for name, feel_type in types.feel.items():
                self.feel.setdefault(name, feel_type)
                if prefix:
                    self.feel[f"{prefix}.{name}"] = feel_type

    def named(self, type_ref: str | None, place: Place) -> DataType:
        """Return the type of a reference; one that does not exist is a finding and means Any."""
        if type_ref is None:
            return ANY_TYPE
        found = self._lookup(type_ref)
        if found is None:
            self._findings.error(
                "unknown_type",
                f"The type “{type_ref}” is neither one of FEEL's nor defined in this model.",
                place,
            )
            return ANY_TYPE
        return found

    def component_names(self) -> frozenset[str]:
        """Return every component name that is not a plain word, so that paths can be read."""
        found: set[str] = set()
        waiting = list(self._definitions.values())
        while waiting:
            item = waiting.pop()
            waiting.extend(item.components)
            found.update(part.name for part in item.components if not part.name.isidentifier())
        for types in self._imported.values():
            found |= types.component_names()
        return frozenset(found)

    def _lookup(self, type_ref: str) -> DataType | None:
        # An item definition may bear the name of a type of FEEL: the model's own comes first,
        # except inside itself, where it can only mean FEEL's.
        item = self._definitions.get(type_ref)
        if item is not None and not (type_ref in self._building and _builtin(type_ref)):
            return self._named(item)
        builtin = _builtin(type_ref)
        if builtin is not None:
            return builtin
        for prefix, types in self._imported.items():
            if not prefix:
                found = types._lookup(type_ref)
                if found is not None:
                    return found
            elif type_ref.startswith(prefix + "."):
                return types._lookup(type_ref[len(prefix) + 1 :])
        return _written(type_ref)

    def _named(self, item: ItemDefinition) -> DataType:
        found = self._built.get(item.name)
        if found is not None:
            return found
        if item.name in self._building:
            # A type that contains itself (a tree): known by name until it is complete.
            return DataType(item.name, NamedType(item.name))
        self._building.append(item.name)
        try:
            built = self._build(item)
        finally:
            self._building.pop()
        if built.feel == NamedType(item.name):
            self._findings.error(
                "circular_type", f"The type “{item.name}” is defined as itself.", item.place
            )
            built = DataType(item.name, ANY)
        self._built[item.name] = built
        return built

    def _build(self, item: ItemDefinition) -> DataType:
        allowed = self._tests(item.allowed_values)
        whole = self._tests(item.type_constraint)
        if item.is_function:
            parameters = tuple(
                self.named(parameter.type_ref, item.place).feel for parameter in item.parameters
            )
            result = self.named(item.result_type, item.place)
            part: DataType | None = DataType(
                item.name, FunctionType(parameters, result.feel), part=result
            )
            components: dict[str, DataType] = {}
        elif item.components:
            components = {part.name: self._build(part) for part in item.components}
            part = None
        else:
            components = {}
            part = self.named(item.type_ref, item.place)
        if part is not None:
            feel = part.feel
        else:
            feel = ContextType(tuple((name, type_.feel) for name, type_ in components.items()))
        if item.is_collection:
            inner = DataType(item.name, feel, part=part, components=components)
            return DataType(
                item.name,
                ListType(feel),
                allowed=allowed,
                whole=whole,
                part=inner if part is None else part,
                is_collection=True,
            )
        if item.is_function and part is not None:
            return part
        return DataType(
            item.name,
            feel,
            allowed,
            whole,
            part,
            is_collection=False,
            components=components,
            whole_numbers=part is not None and part.whole_numbers,
        )

    def _tests(self, text: Text | None) -> UnaryTests | None:
        if text is None or not text.content.strip():
            return None
        try:
            return compile_unary_tests(text.content)
        except FeelSyntaxError as error:
            self._findings.error(
                "feel_syntax",
                f"The allowed values cannot be read: {error}",
                text.at(error.position),
            )
            return None


def _builtin(name: str) -> DataType | None:
    feel = SIMPLE_TYPES.get(name) or _ALIASES.get(name) or _ALIASES.get(name.lower())
    if feel is None:
        return None
    return DataType(name, feel, whole_numbers=name.lower() in _WHOLE)


def _written(text: str) -> DataType | None:
    """Return a type written out in FEEL, such as list<number>."""
    if "<" not in text:
        return None
    try:
        tree = compile_expression(f"null instance of {text}").tree
    except FeelSyntaxError:
        return None
    return DataType(text, tree.type) if isinstance(tree, InstanceOf) else None


def result_type(data_type: DataType) -> DataType:
    """Return the type of what a function of this type gives; any other type is that type itself.

    A business knowledge model's variable may name the function's type (DMN 1.3 and later) or, as
    older models do, the type of its result.
    """
    if isinstance(data_type.feel, FunctionType):
        return data_type.part or ANY_TYPE
    return ANY_TYPE if data_type.feel is FUNCTION else data_type
