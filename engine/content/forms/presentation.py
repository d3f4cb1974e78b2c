"""What a page needs to draw a form: components in order, their values in text, what is shown."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.content.forms.answering import answers_of, starting_value
from engine.content.forms.checking import limit, takes_many
from engine.content.forms.choices import Option, chosen, offered
from engine.content.forms.components import (
    CHOICES,
    NO_LAYOUT,
    Component,
    ComponentKind,
    Layout,
    Subtype,
)
from engine.content.forms.conversion import shown
from engine.content.forms.keys import key_text, look_up
from engine.content.forms.placing import Placed, Settled, is_true, place, settle, walk
from engine.content.wording import words
from engine.feel import Evaluation, Value, to_text

MOST_TABLE_ROWS = 500


@dataclass(frozen=True, slots=True)
class PresentedComponent:
    """A component ready to be drawn. Texts are plain and unescaped but for `html`.

    `key` names the input, such as people[0].name; "" for what takes no answer. `value` is what
    the input holds: text, a truth value for a checkbox, texts for several choices. `text` is a
    text component's Markdown or a computed value in words. `html` holds only allowed tags and
    escaped values. `rows` are a group's children (one row) or a list's; `blank_row` is a row
    to add, its position written as [new]. `table` is headings and cells.
    """

    id: str
    kind: ComponentKind
    key: str
    label: str = ""
    description: str = ""
    visible: bool = True
    required: bool = False
    read_only: bool = False
    value: str | bool | list[str] | None = None
    options: tuple[Option, ...] = ()
    subtype: Subtype | None = None
    min_length: Decimal | None = None
    max_length: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimal_digits: int | None = None
    increment: Decimal | None = None
    time_interval: int | None = None
    accept: str = ""
    multiple: bool = False
    time_label: str = ""
    past_allowed: bool = True
    prefix: str = ""
    suffix: str = ""
    text: str = ""
    html: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    row_count: int | None = None
    height: int | None = None
    rows: tuple[tuple[PresentedComponent, ...], ...] = ()
    blank_row: tuple[PresentedComponent, ...] = ()
    rows_can_change: bool = False
    outlined: bool = False
    layout: Layout = NO_LAYOUT
    clauses: tuple[str, ...] = ()


def present(
    components: Sequence[Component],
    variables: Mapping[str, Value],
    evaluation: Evaluation,
    submitted: Mapping[str, Any] | None = None,
) -> list[PresentedComponent]:
    """Return the form as a page draws it, hidden components included and marked.

    With `submitted` (a draft, or answers that were refused) the inputs hold what was typed.
    """
    data: Mapping[str, Any] = variables if submitted is None else submitted
    tree = place(components, data, blank_rows=submitted is None)
    answers, _ = answers_of(tree, variables, submitted, evaluation)
    drawing = _Drawing(
        settle(tree, variables, answers, evaluation),
        evaluation,
        submitted,
    )
    return [drawing.component(node) for node in tree]


def initial(
    components: Sequence[Component], variables: Mapping[str, Value], evaluation: Evaluation
) -> dict[str, Value]:
    """Return what each field holds before anybody answers, by its full key."""
    tree = place(components, variables, blank_rows=True)
    return {
        key_text(node.key): starting_value(node, variables, evaluation)
        for node in walk(tree)
        if node.component.is_field
    }


@dataclass(frozen=True)
class _Drawing:
    settled: Settled
    evaluation: Evaluation
    submitted: Mapping[str, Any] | None

    def component(self, node: Placed) -> PresentedComponent:
        component, scope = node.component, self.settled.scope(node)
        drawn = PresentedComponent(
            id=component.id,
            kind=component.kind,
            key=key_text(node.key) if component.is_field or node.rows else "",
            label=component.label.render(scope, self.evaluation),
            description=component.description.render(scope, self.evaluation),
            visible=node.number not in self.settled.hidden,
            layout=component.layout,
            clauses=component.clauses,
        )
        match component.kind:
            case ComponentKind.GROUP | ComponentKind.DYNAMICLIST:
                return self._container(drawn, node)
            case ComponentKind.EXPRESSION:
                value = self.settled.computed.get(node.key)
                return replace(drawn, text=words(value, self.evaluation.zone, ""))
            case ComponentKind.TEXT:
                return replace(drawn, text=component.text.render(scope, self.evaluation))
            case ComponentKind.HTML:
                safe = component.text.render(scope, self.evaluation, escape=html.escape)
                return replace(drawn, html=safe)
            case ComponentKind.TABLE:
                return replace(
                    drawn, table=self._table(component, scope), row_count=component.row_count
                )
            case ComponentKind.SEPARATOR | ComponentKind.SPACER:
                return replace(drawn, height=component.height)
            case _:
                return self._field(drawn, node, scope)

    def _container(self, drawn: PresentedComponent, node: Placed) -> PresentedComponent:
        component = node.component
        is_list = component.kind is ComponentKind.DYNAMICLIST
        return replace(
            drawn,
            key=key_text(node.key),
            rows=tuple(tuple(self.component(child) for child in row) for row in node.rows),
            blank_row=self._blank_row(node) if is_list and component.rows_can_change else (),
            rows_can_change=is_list and component.rows_can_change,
            outlined=component.outlined,
        )

    def _blank_row(self, node: Placed) -> tuple[PresentedComponent, ...]:
        """Return an empty row, drawn as if it were the list's only one."""
        alone = place([replace(node.component, key=("new",), default_rows=1)], {}, blank_rows=True)
        answers, _ = answers_of(alone, {}, None, self.evaluation)
        settled = settle(alone, self.settled.data, answers, self.evaluation)
        row = _Drawing(settled, self.evaluation, None).component_row(alone[0])
        return tuple(_renamed(child, "new[0]", f"{key_text(node.key)}[new]") for child in row)

    def component_row(self, node: Placed) -> tuple[PresentedComponent, ...]:
        """Return the first row of a list without the list around it."""
        return tuple(self.component(child) for child in node.rows[0])

    def _field(
        self, drawn: PresentedComponent, node: Placed, scope: Mapping[str, Value]
    ) -> PresentedComponent:
        component, rules, evaluation = node.component, node.component.rules, self.evaluation
        value = look_up(self.settled.data, node.key)
        if node.number in self.settled.hidden:
            value = None
        return replace(
            drawn,
            value=self._typed(node, value),
            options=self._options(component, value, scope),
            required=rules.required,
            read_only=is_true(component.read_only, self.settled.data, node, evaluation),
            subtype=component.subtype,
            min_length=limit(rules.min_length, scope, evaluation),
            max_length=limit(rules.max_length, scope, evaluation),
            minimum=limit(rules.minimum, scope, evaluation),
            maximum=limit(rules.maximum, scope, evaluation),
            decimal_digits=component.decimal_digits,
            increment=component.increment,
            time_interval=component.time_interval,
            time_label=component.time_label.render(scope, evaluation),
            accept=component.accept.render(scope, evaluation),
            multiple=takes_many(component, scope, evaluation),
            past_allowed=component.past_allowed,
            prefix=component.prefix.render(scope, evaluation),
            suffix=component.suffix.render(scope, evaluation),
        )

    def _typed(self, node: Placed, value: Value) -> str | bool | list[str] | None:
        """Return what the input holds: an answer that could not be read stays as it was typed."""
        raw = look_up(self.submitted, node.key) if self.submitted is not None else None
        if value is None and isinstance(raw, str):
            return raw
        return shown(node.component, value, self.evaluation.zone)

    def _options(
        self, component: Component, value: Value, scope: Mapping[str, Value]
    ) -> tuple[Option, ...]:
        if component.kind is ComponentKind.FILEPICKER:
            return _attached(value)
        if component.kind not in CHOICES:
            return ()
        options = offered(component.options, scope, self.evaluation)
        held = value if isinstance(value, list) else [value]
        selected = [found for item in held if (found := chosen(item, options)) is not None]
        return tuple(replace(option, selected=option in selected) for option in options)

    def _table(
        self, component: Component, scope: Mapping[str, Value]
    ) -> tuple[tuple[str, ...], ...]:
        columns = [(column.label, column.key) for column in component.columns]
        if component.columns_expression is not None:
            found = component.columns_expression.evaluate(scope, self.evaluation)
            columns = [
                (to_text(item.get("label")), to_text(item.get("key")))
                for item in (found if isinstance(found, list) else [])
                if isinstance(item, dict)
            ]
        source = component.expression
        rows = source.evaluate(scope, self.evaluation) if source is not None else None
        cells = [
            tuple(words(look_up(row, (key,)), self.evaluation.zone, "") for _, key in columns)
            for row in (rows if isinstance(rows, list) else [])[:MOST_TABLE_ROWS]
        ]
        return (tuple(label for label, _ in columns), *cells)


def _attached(value: Value) -> tuple[Option, ...]:
    """Return the files of an answer, each as a choice that is taken."""
    return tuple(
        Option(to_text(item.get("name")), item, to_text(item.get("id")), selected=True)
        for item in (value if isinstance(value, list) else [])
        if isinstance(item, dict)
    )


def _renamed(drawn: PresentedComponent, old: str, new: str) -> PresentedComponent:
    """Return the component with another beginning of its key, and so all below it."""
    return replace(
        drawn,
        key=new + drawn.key.removeprefix(old) if drawn.key else "",
        rows=tuple(tuple(_renamed(child, old, new) for child in row) for row in drawn.rows),
        blank_row=tuple(_renamed(child, old, new) for child in drawn.blank_row),
    )
