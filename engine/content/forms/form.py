"""A form: what it asks, what it reads and writes, and the three things done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.content.forms.components import Component, ComponentKind, FieldInfo, FormResult
from engine.content.forms.files import Known, asks_for_files, resolved
from engine.content.forms.keys import key_text
from engine.content.forms.presentation import PresentedComponent, initial, present
from engine.content.forms.validation import validate
from engine.feel import Evaluation, Expression, Value


@dataclass(frozen=True, slots=True)
class Form:
    """A form as deployed. `id` is what a diagram's formRef names."""

    id: str
    components: tuple[Component, ...]

    @property
    def fields(self) -> tuple[FieldInfo, ...]:
        """Every field and computed value, in the form's order, for documentation and lint."""
        return tuple(_fields(self.components, ""))

    @property
    def writes(self) -> frozenset[str]:
        """The variables that completing the form may set."""
        return frozenset(field.variable for field in self.fields)

    @property
    def reads(self) -> frozenset[str]:
        """The variables that the form's expressions and texts read, its own fields apart."""
        names = frozenset().union(*(_names(component) for component in _all(self.components)))
        own = {key_text(c.key[:1]) for c in _all(self.components) if c.key}
        return names - own - {"this", "parent", "i"}

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that the form's components cite, each once."""
        return tuple(dict.fromkeys(c for part in _all(self.components) for c in part.clauses))

    @property
    def asks_for_files(self) -> bool:
        """Whether a question is answered with files."""
        return asks_for_files(self.components)

    def with_files(self, submitted: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
        """Return a submission with every file that is known in full; a file that is not stays refused."""
        return resolved(self.components, submitted, known)

    def validate(
        self,
        submitted: Mapping[str, Any],
        variables: Mapping[str, Value],
        evaluation: Evaluation,
    ) -> FormResult:
        """Return the variables a submission sets, or what is wrong with it, field by field.

        `submitted` is nested data as JSON gives it; `nested` makes it from a page's fields.
        Raises `engine.feel.BudgetExceeded` when the form's expressions take too much work.
        """
        return validate(self.components, submitted, variables, evaluation)

    def initial(self, variables: Mapping[str, Value], evaluation: Evaluation) -> dict[str, Value]:
        """Return what each field holds before anybody answers, by key such as people[0].name."""
        return initial(self.components, variables, evaluation)

    def present(
        self,
        variables: Mapping[str, Value],
        evaluation: Evaluation,
        submitted: Mapping[str, Any] | None = None,
    ) -> list[PresentedComponent]:
        """Return the form as a page draws it; with `submitted` the inputs hold what was typed."""
        return present(self.components, variables, evaluation, submitted)


def _all(components: Sequence[Component]) -> Iterator[Component]:
    for component in components:
        yield component
        yield from _all(component.children)


def _fields(components: Sequence[Component], prefix: str) -> Iterator[FieldInfo]:
    for component in components:
        name = ".".join(part for part in (prefix, key_text(component.key)) if part)
        if component.kind is ComponentKind.DYNAMICLIST:
            yield from _fields(component.children, f"{name}[]")
        elif component.kind is ComponentKind.GROUP:
            yield from _fields(component.children, name)
        elif component.is_field or component.kind is ComponentKind.EXPRESSION:
            yield FieldInfo(
                name=name,
                variable=name.partition(".")[0].partition("[")[0],
                kind=component.kind,
                required=component.rules.required,
                label="".join(p for p in component.label.parts if isinstance(p, str)),
                clauses=component.clauses,
            )


def _names(component: Component) -> frozenset[str]:
    phrases = (
        component.label,
        component.description,
        component.text,
        component.prefix,
        component.suffix,
        component.time_label,
        component.accept,
        *(option.label for option in component.options.static),
    )
    rules = component.rules
    limits = (rules.min_length, rules.max_length, rules.minimum, rules.maximum)
    expressions: tuple[object, ...] = (
        component.hide,
        component.read_only,
        component.multiple,
        component.expression,
        component.columns_expression,
        component.options.expression,
        component.check.expression if component.check else None,
        *(bound.value for bound in limits if bound is not None),
    )
    variable = component.options.variable
    return frozenset().union(
        *(phrase.free_names for phrase in phrases),
        *(e.free_names for e in expressions if isinstance(e, Expression)),
        {str(variable[0])} if variable else (),
    )
