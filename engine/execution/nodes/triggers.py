"""What events wait for: a time, a message, a signal, a condition. Says so as waits; delivers nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from engine.execution.errors import ValueNotUsable
from engine.execution.nodes.said import Said, text_of
from engine.execution.timers import NotATime, Timer, TimerKind, cycle_of, due_instant, moment_of
from engine.execution.token import Token
from engine.feel import Expression, Value
from engine.model.history import HistoryKind
from engine.model.waits import ConditionWait, SubscriptionKind, SubscriptionWait, TimerWait, Wait


class Trigger(Protocol):
    """Something an event can wait for."""

    def arm(self, token: Token) -> None:
        """Settle, once, what the token waits for."""

    def wait(self, token: Token, *, host: str | None = None, interrupting: bool = True) -> Wait:
        """Say what an armed token waits for; `host` is the activity's token it sits on."""

    def pulled(self, token: Token, variables: Mapping[str, Value]) -> None:
        """Record that it happened and take what came with it."""

    def again(self, token: Token) -> bool:
        """Arm the token once more if this trigger may happen again; say whether it does."""


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """Waits for an instant; a cycle for one after another."""

    timer: Timer

    def arm(self, token: Token) -> None:
        instance = token.workflow
        evaluation = instance.surroundings.new_evaluation()
        said = self.timer.said
        value: Value = said if isinstance(said, str) else instance.evaluate(said, token)
        try:
            if self.timer.kind is TimerKind.CYCLE:
                due = self._begin_cycle(token, value)
            else:
                due = due_instant(value, evaluation)
        except NotATime as error:
            raise ValueNotUsable(
                token.task_spec.element.id, f"The timer ({self.timer.text})", str(error)
            ) from error
        self._set(token, due)

    def _begin_cycle(self, token: Token, value: Value) -> datetime:
        if not isinstance(value, str):
            raise NotATime("a timeCycle needs text such as R3/PT24H")
        cycle = cycle_of(value)
        instance = token.workflow
        evaluation = instance.surroundings.new_evaluation()
        anchor = instance.now
        number = 1
        if cycle.start is not None:
            anchor = due_instant(moment_of(cycle.start), evaluation)
            number = 0
            if anchor <= instance.now:
                number = cycle.next_after(anchor, 1, instance.now, evaluation)
        token.internal_data.update(
            {"cycle": value, "anchor": anchor.isoformat(), "number": number, "fired": 0}
        )
        return cycle.occurrence(anchor, number, evaluation)

    def _set(self, token: Token, due: datetime) -> None:
        instance = token.workflow
        instance.set_timer(token, due)
        instance.record(HistoryKind.TIMER_SET, token, data={"due_at": due.isoformat()})

    def wait(self, token: Token, *, host: str | None = None, interrupting: bool = True) -> Wait:
        assert token.due is not None
        element = token.task_spec.element
        return TimerWait(
            token_id=token.id,
            element_id=element.id,
            name=element.name or element.id,
            due_at=token.due,
            attached_to=host,
            interrupting=interrupting,
            clauses=element.clauses,
        )

    def pulled(self, token: Token, variables: Mapping[str, Value]) -> None:
        due = token.due
        assert due is not None
        token.due = None
        token.workflow.record(HistoryKind.TIMER_FIRED, token, data={"due_at": due.isoformat()})

    def again(self, token: Token) -> bool:
        kept = token.internal_data
        if "cycle" not in kept:
            return False
        instance = token.workflow
        cycle = cycle_of(kept["cycle"])
        evaluation = instance.surroundings.new_evaluation()
        anchor = datetime.fromisoformat(kept["anchor"])
        # Occurrences that passed while nobody ran the instance count, but fire only once together.
        number = cycle.next_after(anchor, kept["number"] + 1, instance.now, evaluation)
        kept["fired"] += number - kept["number"]
        kept["number"] = number
        if cycle.times is not None and kept["fired"] >= cycle.times:
            return False
        self._set(token, cycle.occurrence(anchor, number, evaluation))
        return True


@dataclass(frozen=True, slots=True)
class SubscriptionTrigger:
    """Waits for a message or a signal by name, and for its correlation key when one is given."""

    kind: SubscriptionKind
    name: str
    correlation_key: Said | None = None

    def arm(self, token: Token) -> None:
        key = text_of(self.correlation_key, token)
        if key is not None:
            token.internal_data["key"] = key

    def wait(self, token: Token, *, host: str | None = None, interrupting: bool = True) -> Wait:
        return SubscriptionWait(
            token_id=token.id,
            element_id=token.task_spec.element.id,
            kind=self.kind,
            name=self.name,
            correlation_key=token.internal_data.get("key"),
        )

    def pulled(self, token: Token, variables: Mapping[str, Value]) -> None:
        instance = token.workflow
        caught = {
            SubscriptionKind.MESSAGE: HistoryKind.MESSAGE_CAUGHT,
            SubscriptionKind.SIGNAL: HistoryKind.SIGNAL_CAUGHT,
        }
        instance.record(caught[self.kind], token, data={"name": self.name})
        instance.write(token, variables)

    def again(self, token: Token) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class ConditionTrigger:
    """Waits until a condition becomes true, which only a change of variables can bring about.

    BPMN 2.0 §10.5.5: once it has happened the condition must become false before it can happen
    again. With `variable_name` only changes of that variable count.
    """

    condition: Expression
    variable_name: str | None = None

    def arm(self, token: Token) -> None:
        token.workflow.watch(token)

    def becomes_true(self, token: Token, changed: Collection[str], *, new: bool) -> bool:
        """Look at the condition after variables changed; `new` when the token was just armed."""
        named = self.variable_name
        looked_at = {named} if named else self.condition.readable_names
        if not new and looked_at.isdisjoint(changed):
            return False
        kept = token.internal_data
        held = kept.pop("held", False)
        holds = token.workflow.evaluate(self.condition, token) is True
        if holds:
            kept["held"] = True
        return holds and not held

    def wait(self, token: Token, *, host: str | None = None, interrupting: bool = True) -> Wait:
        element = token.task_spec.element
        return ConditionWait(
            token_id=token.id,
            element_id=element.id,
            name=element.name or element.id,
            condition=self.condition.text,
        )

    def pulled(self, token: Token, variables: Mapping[str, Value]) -> None:
        token.workflow.record(
            HistoryKind.CONDITION_MET, token, data={"condition": self.condition.text}
        )

    def again(self, token: Token) -> bool:
        return True


def is_subscribed(token: Token, kind: SubscriptionKind, name: str) -> bool:
    """Say whether a token waits for this message or signal."""
    trigger: Any = getattr(token.task_spec, "trigger", None)
    return (
        isinstance(trigger, SubscriptionTrigger)
        and trigger.kind is kind
        and trigger.name == name
        and token.task_spec.wait(token) is not None
    )
