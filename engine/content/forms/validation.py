"""Checks a whole submission against its form. Draws nothing and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.content.forms.answering import answers_of, starting_value
from engine.content.forms.checking import as_offered, refusal
from engine.content.forms.components import Component, ComponentKind, FieldError, FormResult
from engine.content.forms.conversion import DATE_PARTS, TIME_PARTS, convert, shown
from engine.content.forms.keys import MOST_ROWS, Key, key_text, look_up, put
from engine.content.forms.placing import Placed, Settled, is_true, place, settle
from engine.feel import Evaluation, Value

NAMED_IN_ERRORS = 100
"""How many characters of an unknown field's name an error repeats."""


def validate(
    components: Sequence[Component],
    submitted: Mapping[str, Any],
    variables: Mapping[str, Value],
    evaluation: Evaluation,
) -> FormResult:
    """Return the variables that a submission sets, or everything that is wrong with it."""
    submission = _Submission(components, submitted, variables, evaluation)
    submission.check()
    values = {} if submission.errors else submission.values()
    return FormResult(values, submission.errors)


@dataclass
class _Submission:
    components: Sequence[Component]
    submitted: Mapping[str, Any]
    variables: Mapping[str, Value]
    evaluation: Evaluation
    errors: list[FieldError] = field(default_factory=list)
    answers: dict[Key, Value] = field(default_factory=dict)
    kept: set[Key] = field(default_factory=set)
    settled: Settled = field(init=False)

    def check(self) -> None:
        """Fill `errors`, and `answers` with typed values."""
        self._refuse_unknown(self.components, self.submitted, ())
        tree = place(self.components, self.submitted)
        self.answers, unconvertible = answers_of(
            tree, self.variables, self.submitted, self.evaluation
        )
        self.settled = settle(tree, self.variables, self.answers, self.evaluation)
        for node in self.settled.visible():
            if not node.component.is_field:
                continue
            if self._is_read_only(node):
                self._check_unchanged(node)
            elif node.key in unconvertible:
                wrong = unconvertible[node.key]
                self._refuse(node, wrong.error_code, str(wrong))
            else:
                self._check_answer(node)
        if not self.errors:
            self._run_form_checks()

    def values(self) -> dict[str, Value]:
        """Return what the submission sets, by variable; parts it does not write are kept."""
        written: dict[str, Value] = {}
        for node in self.settled.visible():
            is_list = node.component.kind is ComponentKind.DYNAMICLIST
            is_computed = node.component.kind is ComponentKind.EXPRESSION
            if is_list or is_computed or (node.component.is_field and node.key not in self.kept):
                name = node.key[0]
                assert isinstance(name, str)
                written[name] = self.settled.data[name]
        return written

    def _is_read_only(self, node: Placed) -> bool:
        return is_true(node.component.read_only, self.settled.data, node, self.evaluation)

    def _check_unchanged(self, node: Placed) -> None:
        """Refuse a new value for what may only be read; a page may send the old one back."""
        zone = self.evaluation.zone
        now = starting_value(node, self.variables, self.evaluation)
        sent = self.answers.get(node.key)
        as_shown = now
        if node.component.kind is not ComponentKind.FILEPICKER:
            as_shown = convert(node.component, shown(node.component, now, zone), zone)
        if sent not in (now, as_shown):
            self._refuse(node, "read_only", "cannot be changed")
        put_back = self.settled.data
        assert isinstance(put_back, dict)
        put(put_back, node.key, now)
        if look_up(self.variables, node.key) == now:
            self.kept.add(node.key)

    def _check_answer(self, node: Placed) -> None:
        scope = self.settled.scope(node)
        value = self.answers.get(node.key)
        wrong = refusal(node.component, value, scope, self.evaluation)
        if wrong is not None:
            self._refuse(node, wrong.code, wrong.message)
            return
        typed = as_offered(node.component, value, scope, self.evaluation)
        if typed is not value:
            self.answers[node.key] = typed
            data = self.settled.data
            assert isinstance(data, dict)
            put(data, node.key, typed)

    def _run_form_checks(self) -> None:
        """Run the form's own rules once every answer is sound by itself."""
        for node in self.settled.visible():
            check = node.component.check
            if check is None or self.answers.get(node.key) in (None, []):
                continue
            outcome = check.expression.evaluate(self.settled.scope(node), self.evaluation)
            if outcome is not True:
                self.errors.append(FieldError(key_text(node.key), "check_failed", check.message))

    def _refuse(self, node: Placed, code: str, message: str) -> None:
        label = node.component.label.render(self.settled.scope(node), self.evaluation)
        name = key_text(node.key)
        self.errors.append(FieldError(name, code, f"{label.strip() or name} {message}"))

    def _refuse_unknown(
        self, components: Sequence[Component], submitted: Any, prefix: Key
    ) -> None:
        """Refuse what is submitted but not asked: it must never become a variable."""
        shape = _shape(components)
        self._compare(shape, submitted, prefix)

    def _compare(self, shape: Any, submitted: Any, prefix: Key) -> None:
        if shape is None or submitted is None:
            return
        if isinstance(shape, _Leaf):
            if isinstance(submitted, dict) and not shape.takes_parts(submitted):
                self._refuse_key(prefix, "wrong_type", "is not a group of fields")
        elif isinstance(shape, list):
            if not isinstance(submitted, list):
                self._refuse_key(prefix, "not_a_list", "must be a list")
            elif len(submitted) > MOST_ROWS:
                self._refuse_key(prefix, "too_many", f"must have {MOST_ROWS} rows or fewer")
            else:
                for row, item in enumerate(submitted):
                    self._compare(shape[0], item if item is not None else {}, (*prefix, row))
        elif not isinstance(submitted, Mapping):
            self._refuse_key(prefix, "wrong_type", "must be a group of fields")
        else:
            for name, value in submitted.items():
                if name in shape:
                    self._compare(shape[name], value, (*prefix, name))
                else:
                    unknown = (*prefix, str(name)[:NAMED_IN_ERRORS])
                    self._refuse_key(unknown, "unknown_field", "is no field of this form")

    def _refuse_key(self, key: Key, code: str, message: str) -> None:
        name = key_text(key)
        self.errors.append(FieldError(name, code, f"{name} {message}"))


@dataclass(frozen=True)
class _Leaf:
    component: Component

    def takes_parts(self, submitted: Mapping[str, Any]) -> bool:
        """Say whether these are the boxes of a date, or a choice that is itself a context."""
        if self.component.kind is ComponentKind.DATETIME:
            return submitted.keys() <= DATE_PARTS | TIME_PARTS
        return self.component.kind in (
            ComponentKind.SELECT,
            ComponentKind.RADIO,
            ComponentKind.FILEPICKER,
        )


def _shape(components: Sequence[Component]) -> dict[str, Any]:
    """Return the nesting of a form's keys: fields are leaves, lists hold the shape of a row."""
    shape: dict[str, Any] = {}
    for component in components:
        if component.kind is ComponentKind.GROUP:
            _merge(shape, component.key, _shape(component.children))
        elif component.kind is ComponentKind.DYNAMICLIST:
            _merge(shape, component.key, [_shape(component.children)])
        elif component.is_field:
            _merge(shape, component.key, _Leaf(component))
    return shape


def _merge(shape: dict[str, Any], key: Key, part: Any) -> None:
    for step in key if isinstance(part, dict) else key[:-1]:
        shape = shape.setdefault(str(step), {})
    if not isinstance(part, dict):
        shape[str(key[-1])] = part
        return
    for name, held in part.items():
        if isinstance(held, dict) and isinstance(shape.get(name), dict):
            _merge(shape, (name,), held)
        else:
            shape[name] = held
