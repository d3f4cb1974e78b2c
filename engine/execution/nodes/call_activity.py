"""Call activities: another process inside this instance, with variables of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.execution.errors import ValueNotUsable
from engine.execution.nodes.activity import Activity
from engine.execution.nodes.said import Said, text_of, value_of
from engine.execution.nodes.scopes import open_scope
from engine.execution.process_spec import RESERVED_NAMES, Reference
from engine.execution.token import Home, Token
from engine.execution.variables import Variables
from engine.execution.visible import everything_visible, visible
from engine.feel import Expression, Value
from engine.model.history import HistoryKind


@dataclass(frozen=True, slots=True)
class Mapping:
    """One `camunda:in` or `camunda:out`: a variable or an expression given a name, or all."""

    target: str | None
    source: str | None = None
    expression: Expression | None = None

    @property
    def takes_all(self) -> bool:
        """Whether this is `variables="all"`."""
        return self.target is None


class CallActivity(Activity):
    """Runs a deployed process in a scope whose variables come and go by mappings only."""

    resting = TaskState.STARTED
    holds_tokens = True

    reference: Reference
    goes_in: Sequence[Mapping] = ()
    comes_out: Sequence[Mapping] = ()
    business_key: Said | None = None

    def _run_hook(self, my_task: Token) -> None:
        instance = my_task.workflow
        called = instance.called(self.reference, my_task)
        start = called.graph.start.begins_at
        if start is None:
            raise ValueNotUsable(
                self.element.id,
                "The called process",
                f"{called.key} has no plain start event to begin at",
            )
        around = my_task.surrounding_home
        identity = dict(around.identity)
        if self.business_key is not None:
            identity["business_key"] = text_of(self.business_key, my_task)
        variables = Variables()
        written = self._given(my_task)
        for name, value in written.items():
            variables.set(name, value)
        # The home is set once the mappings are read: they see the caller's variables.
        my_task.home = Home(called, variables, {}, identity)
        instance.record(
            HistoryKind.ELEMENT_ENTERED,
            my_task,
            data={"process": called.key, "version": called.version},
        )
        open_scope(my_task)
        start.arrive(instance, my_task, None)

    def _given(self, token: Token) -> dict[str, Value]:
        instance = token.workflow
        given: dict[str, Value] = {}
        for mapping in self.goes_in:
            if mapping.target is None:
                evaluation = instance.surroundings.new_evaluation()
                given.update(everything_visible(token, evaluation))
            elif mapping.expression is not None:
                given[mapping.target] = value_of(mapping.expression, token)
            elif mapping.source is not None:
                evaluation = instance.surroundings.new_evaluation()
                found = visible((mapping.source,), token, evaluation)
                given[mapping.target] = found.get(mapping.source)
        return {name: value for name, value in given.items() if name not in RESERVED_NAMES}

    def end(self, token: Token) -> None:
        """Bring back what the mappings name, then write the output parameters."""
        instance = token.workflow
        inside: Any = token.home
        brought: dict[str, Value] = {}
        for mapping in self.comes_out:
            if mapping.target is None:
                brought.update(inside.variables.values())
            elif mapping.expression is not None:
                brought[mapping.target] = instance.evaluate(mapping.expression, token, home=inside)
            elif mapping.source is not None:
                brought[mapping.target] = inside.variables.get(mapping.source)
        instance.write(token, brought, outside=True)
        super().end(token)

    def emptied(self, token: Token) -> None:
        token.complete()
