"""Standard loops: one token holds the round that is under way and decides whether there is another."""

from __future__ import annotations

from decimal import Decimal

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.activity import Activity
from engine.execution.token import Token
from engine.feel import Expression
from engine.model.history import HistoryKind


class StandardLoop(Activity):
    """Runs its inner activity again and again while a condition holds (BPMN 2.0 §13.3.6).

    `test_before` asks before each round, so there may be none; else after it. `maximum` bounds the
    rounds. `loopCounter` counts them from 0, local to the loop. Boundary events sit here.
    """

    resting = TaskState.STARTED
    holds_tokens = True

    inner: Activity
    condition: Expression | None = None
    maximum: int | None = None
    test_before: bool = False

    def _run_hook(self, my_task: Token) -> None:
        instance = my_task.workflow
        instance.record(HistoryKind.ELEMENT_ENTERED, my_task)
        my_task.internal_data["rounds"] = 0
        my_task.data["loopCounter"] = Decimal(0)
        if self.maximum != 0 and (not self.test_before or self._holds(my_task)):
            self._begin_round(my_task)
        else:
            instance.empty(my_task)

    def _holds(self, token: Token) -> bool:
        return self.condition is None or token.workflow.evaluate(self.condition, token) is True

    def _begin_round(self, token: Token) -> None:
        self.inner._update(Token(token.workflow, self.inner, token))

    def inner_completed(self, token: Token, inner: Token) -> None:
        """Count the round and begin the next one, unless the loop is over."""
        rounds = token.internal_data["rounds"] + 1
        token.internal_data["rounds"] = rounds
        token.data["loopCounter"] = Decimal(rounds)
        token.workflow.changed.add("loopCounter")
        if "by" in inner.internal_data:
            token.internal_data["by"] = inner.internal_data["by"]
        if (self.maximum is None or rounds < self.maximum) and self._holds(token):
            self._begin_round(token)

    def emptied(self, token: Token) -> None:
        token.complete()
