"""Multi-instance activities: one token holds the iterations, each with variables of its own."""

from __future__ import annotations

from decimal import Decimal

from SpiffWorkflow.util.task import TaskState

from engine.execution.errors import ValueNotUsable
from engine.execution.nodes.activity import Activity
from engine.execution.nodes.said import value_of
from engine.execution.token import Token
from engine.feel import Expression, Value, decode, encode, to_text
from engine.model.history import HistoryKind

MOST_ITERATIONS = 10_000

COUNTS = ("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")
"""What every iteration can read of the others."""


class MultiInstance(Activity):
    """Runs its inner activity once for each element of a collection, or so many times.

    Boundary events sit here, around all iterations. While it runs, `nrOfInstances`,
    `nrOfCompletedInstances` and `nrOfActiveInstances` are local to it; `loopCounter` and the
    element variable to each iteration. What `output_element` gives at the end of each iteration is
    gathered in the list `output_collection`, in the order of the iterations; null stands for one
    that was not completed. `output_variable` is local to each iteration that is a sub-process.
    """

    resting = TaskState.STARTED
    holds_tokens = True

    inner: Activity
    sequential: bool = False
    collection: Expression | None = None
    cardinality: Expression | None = None
    element_variable: str | None = None
    completion_condition: Expression | None = None
    output_collection: str | None = None
    output_element: Expression | None = None
    output_variable: str | None = None

    def _run_hook(self, my_task: Token) -> None:
        instance = my_task.workflow
        items = self._items(my_task)
        instance.record(HistoryKind.ELEMENT_ENTERED, my_task, data={"iterations": len(items)})
        if self.sequential and self.collection is not None:
            my_task.internal_data["items"] = [encode(item) for item in items]
        at_once = 1 if self.sequential else len(items)
        self._count(my_task, total=len(items), completed=0, active=min(at_once, len(items)))
        for index, item in enumerate(items[:at_once]):
            self._iterate(my_task, index, item)
        if not items:
            instance.empty(my_task)

    def _items(self, token: Token) -> list[Value]:
        if self.collection is not None:
            value = value_of(self.collection, token)
            if not isinstance(value, list):
                raise ValueNotUsable(
                    self.element.id,
                    "The collection",
                    f"it is {'null' if value is None else to_text(value)}, not a list",
                )
            items = value
        else:
            number = value_of(self.cardinality, token)
            if not isinstance(number, Decimal) or number != int(number) or number < 0:
                raise ValueNotUsable(
                    self.element.id,
                    "The loop cardinality",
                    f"it is {'null' if number is None else to_text(number)}, "
                    "not a whole number from 0",
                )
            items = [None] * min(int(number), MOST_ITERATIONS + 1)
        if len(items) > MOST_ITERATIONS:
            raise ValueNotUsable(
                self.element.id, "The loop", f"it would run more than {MOST_ITERATIONS:,} times"
            )
        return items

    def _iterate(self, token: Token, index: int, item: Value) -> None:
        iteration = Token(token.workflow, self.inner, token)
        iteration.data["loopCounter"] = Decimal(index)
        if self.element_variable is not None:
            iteration.data[self.element_variable] = item
        if self.output_variable is not None and self.inner.holds_tokens:
            iteration.data[self.output_variable] = None
        self.inner._update(iteration)

    def _count(self, token: Token, *, total: int, completed: int, active: int) -> None:
        token.internal_data.update({"total": total, "done": completed})
        token.data["nrOfInstances"] = Decimal(total)
        token.data["nrOfCompletedInstances"] = Decimal(completed)
        token.data["nrOfActiveInstances"] = Decimal(active)
        token.workflow.changed.update(COUNTS)

    def inner_completed(self, token: Token, inner: Token) -> None:
        """Count the iteration; go on with the next one, or stop when the condition says so."""
        total, completed = token.internal_data["total"], token.internal_data["done"] + 1
        more = self.sequential and completed < total
        self._count(token, total=total, completed=completed, active=token.inner + more)
        if "by" in inner.internal_data:
            token.internal_data["by"] = inner.internal_data["by"]
        if self.output_element is not None:
            given = token.workflow.evaluate(self.output_element, inner)
            if given is not None:
                outputs = token.internal_data.setdefault("outputs", {})
                outputs[str(inner.data["loopCounter"])] = encode(given)
        condition = self.completion_condition
        if condition is not None and token.workflow.evaluate(condition, token) is True:
            for child in token.children:
                child.cancel()
            token.workflow.empty(token)
        elif more:
            stored = token.internal_data.get("items")
            self._iterate(token, completed, decode(stored[completed]) if stored else None)

    def end(self, token: Token) -> None:
        """Write the gathered list where the activity stands, then the output parameters."""
        if self.output_collection is not None:
            outputs = token.internal_data.get("outputs", {})
            total = token.internal_data["total"]
            gathered: list[Value] = [
                decode(outputs[str(index)]) if str(index) in outputs else None
                for index in range(total)
            ]
            token.workflow.write(token, {self.output_collection: gathered}, outside=True)
        super().end(token)

    def emptied(self, token: Token) -> None:
        token.complete()
