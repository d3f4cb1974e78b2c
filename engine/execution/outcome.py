"""What a step of an instance came to: state, waits, history, what was thrown, what to store."""

from __future__ import annotations

from functools import cached_property

from engine.execution import document
from engine.execution.instance import Instance
from engine.execution.state import State, Thrown
from engine.execution.token import Token
from engine.feel import Value
from engine.model.history import HistoryEvent
from engine.model.waits import Wait, Waits, WaitsChange


class Outcome:
    """The result of a step. What costs more than it is often worth is computed when asked for."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self.state: State = instance.state
        self.events: tuple[HistoryEvent, ...] = tuple(instance.events)
        self.thrown: tuple[Thrown, ...] = tuple(instance.thrown)

    @cached_property
    def document(self) -> str:
        """The instance as JSON text, to be stored and loaded again."""
        return document.write(self._instance)

    @cached_property
    def waits(self) -> Waits:
        """Everything the instance waits for."""
        return all_waits(self._instance)

    @cached_property
    def change(self) -> WaitsChange:
        """How the waits differ from those of the stored document, without looking at all of them.

        For a new instance everything is added.
        """
        instance = self._instance
        now = Waits.of(
            wait_of(token) for token in instance.tasks.values() if token.task_spec.waits
        )
        return now.since(Waits(instance.waits_before))

    @cached_property
    def variables(self) -> dict[str, Value]:
        """The process variables, as FEEL values."""
        home = self._instance.task_tree.home
        assert home is not None
        return home.variables.values()


def all_waits(instance: Instance) -> Waits:
    """Return everything an instance waits for, in the order in which it came to wait."""
    instance.dormant.wake_all(instance)
    waiting = [token for token in instance.tasks.values() if token.task_spec.waits]
    waiting.sort(key=lambda token: instance.dormant.add(token.id))
    return Waits.of(wait for wait in map(_wait_or_none, waiting) if wait is not None)


def wait_of(token: Token) -> Wait:
    """Return what a waiting token waits for."""
    wait = token.task_spec.wait(token)
    assert wait is not None, f"{token.task_spec.element} waits for nothing"
    return wait


def _wait_or_none(token: Token) -> Wait | None:
    return token.task_spec.wait(token)
