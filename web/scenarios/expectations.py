"""Compares what a scenario expects with what is so, in plain words. Pure: values in, sentences out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.feel import Value, from_json, to_json, to_text
from engine.model.user_tasks import UserTask
from web.scenarios.dates import shown
from web.scenarios.scenario import (
    AnyTime,
    Due,
    Expect,
    ExpectedDecision,
    ExpectedNotice,
    ExpectedRequest,
    ExpectedTask,
    Place,
)
from web.scenarios.situation import Asked, MadeDecision, Situation
from web.scenarios.written_values import plain, same

E = TypeVar("E", ExpectedTask, ExpectedDecision, ExpectedRequest)
A = TypeVar("A", UserTask, MadeDecision, Asked)


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as expected: where that was written, and what is so instead."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def failures(expected: Expect, situation: Situation, zone: ZoneInfo) -> list[Failure]:
    """Return everything in which the situation differs from what is expected."""
    return list(_Comparison(situation, zone).all(expected))


class _Comparison:
    def __init__(self, situation: Situation, zone: ZoneInfo) -> None:
        self.situation = situation
        self.zone = zone

    def all(self, expected: Expect) -> Iterator[Failure]:
        if expected.state is not None and expected.state != self.situation.state:
            yield Failure(
                expected.place,
                f"the instance should be {expected.state}, but it is {self.situation.state}.",
            )
        if expected.tasks is not None:
            yield from self.tasks(expected.place, expected.tasks)
        if expected.notices is not None:
            yield from self.notices(expected.place, expected.notices)
        if expected.decisions is not None:
            yield from self.decisions(expected.place, expected.decisions)
        if expected.asked is not None:
            yield from self.asked(expected.place, expected.asked)
        if expected.dead_letters is not None:
            yield from self.dead_letters(expected.place, expected.dead_letters)
        for name, value in (expected.variables or {}).items():
            yield from self.variable(expected.place, name, value)

    def tasks(self, place: Place, expected: Sequence[ExpectedTask]) -> Iterator[Failure]:
        pairs, missing, surplus = paired(
            expected,
            self.situation.tasks,
            lambda wanted, task: wanted.task == task.element_id,
            lambda wanted, task: not list(self.task(wanted, task)),
        )
        opened = ", ".join(sorted(task.element_id for task in self.situation.tasks)) or "none"
        for wanted in missing:
            yield Failure(
                wanted.place, f"the task {wanted.task} should be open; open now: {opened}."
            )
        for task in surplus:
            yield Failure(
                place, f"the task {task.element_id} is open but not expected: {self.about(task)}."
            )
        for wanted, task in pairs:
            yield from self.task(wanted, task)

    def task(self, wanted: ExpectedTask, task: UserTask) -> Iterator[Failure]:
        if wanted.groups is not None and set(wanted.groups) != set(task.candidate_groups):
            yield self.differs(
                wanted.place,
                f"the task {wanted.task} should be for {_listed(wanted.groups)}",
                f"it is for {_listed(task.candidate_groups)}",
            )
        if wanted.assignee is not None and wanted.assignee != task.assignee:
            yield self.differs(
                wanted.place,
                f"the task {wanted.task} should be assigned to {wanted.assignee}",
                f"it is assigned to {task.assignee or 'nobody'}",
            )
        for what, due, there in (
            ("be due", wanted.due, task.due_at),
            ("be followed up", wanted.follow_up, task.follow_up_at),
        ):
            if not isinstance(due, AnyTime) and due != there:
                yield self.differs(
                    wanted.place,
                    f"the task {wanted.task} should {what} {self.when(due)}",
                    f"that is {self.when(there)}",
                )

    def notices(self, place: Place, expected: Sequence[ExpectedNotice]) -> Iterator[Failure]:
        wanted = Counter((notice.template, notice.to) for notice in expected)
        there = Counter((notice.template, notice.to_role) for notice in self.situation.notices)
        places = {(notice.template, notice.to): notice.place for notice in expected}
        sent = ", ".join(f"{template} to {to}" for template, to in there.elements()) or "none"
        for (template, to), count in (wanted - there).items():
            yield Failure(
                places[template, to],
                f"the notice {template} should have gone to {to}{_times(count)}; "
                f"notices since the last look: {sent}.",
            )
        for (template, to), count in (there - wanted).items():
            yield Failure(
                place, f"the notice {template} went to {to}{_times(count)} but is not expected."
            )

    def decisions(self, place: Place, expected: Sequence[ExpectedDecision]) -> Iterator[Failure]:
        pairs, missing, surplus = paired(
            expected,
            self.situation.decisions,
            lambda wanted, made: wanted.decision == made.decision,
            lambda wanted, made: not list(self.decision(wanted, made)),
        )
        names = ", ".join(made.decision for made in self.situation.decisions) or "none"
        for wanted in missing:
            yield Failure(
                wanted.place,
                f"the decision {wanted.decision} should have been made; "
                f"made since the last look: {names}.",
            )
        for made in surplus:
            yield Failure(
                place,
                f"the decision {made.decision} was made but is not expected: "
                f"{to_text(made.result)}, rules {_listed(made.own_rules())}.",
            )
        for wanted, made in pairs:
            yield from self.decision(wanted, made)

    def decision(self, wanted: ExpectedDecision, made: MadeDecision) -> Iterator[Failure]:
        if wanted.compares_outputs and not self.gives(wanted.outputs, made):
            rows: list[Value] = [dict(row) for row in made.rows]
            given = made.result if made.result is not None else rows
            yield self.differs(
                wanted.place,
                f"the decision {wanted.decision} should give {plain(wanted.outputs)}",
                f"it gave {plain(to_json(given))}",
            )
        if wanted.rules is not None and tuple(sorted(wanted.rules)) != made.own_rules():
            yield self.differs(
                wanted.place,
                f"the decision {wanted.decision} should take the rules {_listed(wanted.rules)}",
                f"it took {_listed(made.own_rules())}",
            )

    def gives(self, wanted: Any, made: MadeDecision) -> bool:
        """Say whether a decision gave this: as a value, as its one row, or as its rows."""
        rows: list[Value] = [dict(row) for row in made.rows]
        given = [made.result, rows, *(rows if len(rows) == 1 else ())]
        return any(same(wanted, value, self.zone) for value in given)

    def asked(self, place: Place, expected: Sequence[ExpectedRequest]) -> Iterator[Failure]:
        pairs, missing, surplus = paired(
            expected,
            self.situation.asked,
            lambda wanted, asked: wanted.task == asked.task,
            lambda wanted, asked: not list(self.request(wanted, asked)),
        )
        names = ", ".join(asked.task for asked in self.situation.asked) or "none"
        for wanted in missing:
            yield Failure(
                wanted.place,
                f"{wanted.task} should have asked another system; "
                f"what asked since the last look: {names}.",
            )
        for asked in surplus:
            yield Failure(
                place,
                f"{asked.task} asked another system but is not expected to: "
                f"{asked.method} {asked.url}.",
            )
        for wanted, asked in pairs:
            yield from self.request(wanted, asked)

    def request(self, wanted: ExpectedRequest, asked: Asked) -> Iterator[Failure]:
        for what, one, there in (
            ("by", wanted.method, asked.method),
            ("at", wanted.url, asked.url),
        ):
            if one is not None and one != there:
                yield self.differs(
                    wanted.place,
                    f"{wanted.task} should ask {what} {one}",
                    f"it asked {what} {there}",
                )
        if wanted.compares_body and not same(wanted.body, from_json(asked.body), self.zone):
            yield self.differs(
                wanted.place,
                f"{wanted.task} should send {plain(wanted.body)}",
                f"it sent {plain(asked.body)}",
            )

    def dead_letters(self, place: Place, expected: Sequence[str]) -> Iterator[Failure]:
        there = [one.task for one in self.situation.waiting if one.is_dead_letter]
        if sorted(expected) != sorted(there):
            yield self.differs(
                place,
                f"the dead letters should be {_listed(expected)}",
                f"they are {_listed(there)}",
            )

    def variable(self, place: Place, name: str, wanted: Any) -> Iterator[Failure]:
        there = self.situation.variables.get(name)
        if not same(wanted, there, self.zone):
            yield self.differs(
                place,
                f"the variable {name} should be {plain(wanted)}",
                f"it is {plain(to_json(there))}"
                if name in self.situation.variables
                else "there is no such variable",
            )

    def when(self, due: Due) -> str:
        return shown(due, self.zone) if isinstance(due, datetime) else "without a time"

    def about(self, task: UserTask) -> str:
        due = f", due {shown(task.due_at, self.zone)}" if task.due_at else ""
        return f"for {_listed(task.candidate_groups)}{due}"

    @staticmethod
    def differs(place: Place, wanted: str, there: str) -> Failure:
        return Failure(place, f"{wanted}, but {there}.")


def paired(
    wanted: Sequence[E],
    there: Sequence[A],
    belongs: Callable[[E, A], bool],
    matches: Callable[[E, A], bool],
) -> tuple[list[tuple[E, A]], list[E], list[A]]:
    """Return which expected and actual things belong together, and what is left on either side.

    What matches in everything is paired first, so that one difference is one sentence.
    """
    open_wanted, open_there = list(wanted), list(there)
    pairs: list[tuple[E, A]] = []
    for test in (lambda e, a: belongs(e, a) and matches(e, a), belongs):
        for expected in list(open_wanted):
            found = next((actual for actual in open_there if test(expected, actual)), None)
            if found is not None:
                pairs.append((expected, found))
                open_wanted.remove(expected)
                open_there.remove(found)
    return pairs, open_wanted, open_there


def _listed(names: Sequence[object]) -> str:
    return ", ".join(str(name) for name in names) or "none"


def _times(count: int) -> str:
    return f" {count} times" if count > 1 else ""
