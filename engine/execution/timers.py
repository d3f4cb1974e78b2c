"""When timers are due: reads what a timer says and computes instants from `now`. Waits for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from engine.feel import (
    Date,
    DateTime,
    DaysTimeDuration,
    Evaluation,
    Expression,
    Value,
    YearsMonthsDuration,
    compile_expression,
    from_instant,
    instant,
    to_text,
)

# Digits are bounded: no number here is larger than Python or a calendar can take.
DURATION = re.compile(
    r"P(?=\d|T\d)(\d{1,9}Y)?(\d{1,9}M)?(\d{1,9}W)?(\d{1,9}D)?"
    r"(T(?=\d)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,9})?S)?)?"
)
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
    r"(Z|[+-]\d\d:\d\d|@[A-Za-z_]+(/[A-Za-z0-9_+-]+)*)?)?"
)
ZONED = re.compile(r"[^T]*T.*(Z|[+-]\d\d:\d\d|@.+)")
CYCLE = re.compile(r"R(?P<times>\d{0,9})/(?:(?P<start>\d{4}-[^/]+)/)?(?P<every>P[^/]+)")

NANOSECONDS = 1_000_000_000

Period = DaysTimeDuration | YearsMonthsDuration


class TimerKind(StrEnum):
    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


class NotATime(ValueError):
    """The value names no instant, duration or cycle; the message says what would."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """An ISO 8601 repetition: `times` firings (None: for ever), one `every` period from `start`."""

    times: int | None
    every: str
    start: str | None = None

    def occurrence(self, anchor: datetime, number: int, evaluation: Evaluation) -> datetime:
        """Return the instant of the `number`-th period after `anchor` (counted from 1)."""
        period = duration_of(self.every)
        if isinstance(period, YearsMonthsDuration):
            scaled: Period = YearsMonthsDuration(period.months * number)
        else:
            scaled = DaysTimeDuration(period.nanoseconds * number)
        return after(anchor, scaled, evaluation)

    def next_after(
        self, anchor: datetime, number: int, now: datetime, evaluation: Evaluation
    ) -> int:
        """Return the number of the first occurrence later than `now`, at least `number`."""
        period = duration_of(self.every)
        if isinstance(period, DaysTimeDuration):
            elapsed = (now - anchor) // timedelta(microseconds=1) * 1_000
            number = max(number, elapsed // period.nanoseconds)
        while self.occurrence(anchor, number, evaluation) <= now:
            number += 1
        return number


@dataclass(frozen=True, slots=True)
class Timer:
    """What a timer event says: an ISO literal checked when the diagram was read, or FEEL."""

    kind: TimerKind
    said: str | Expression

    @property
    def text(self) -> str:
        """The timer as the diagram has it."""
        return self.said if isinstance(self.said, str) else f"= {self.said.text}"


def duration_of(text: str) -> Period:
    """Read an ISO 8601 duration. Raises NotATime."""
    match = DURATION.fullmatch(text)
    if match is None:
        raise NotATime(f"{text!r} is not an ISO 8601 duration such as P3D or PT2H")
    weeks = match.group(3)
    if weeks:
        # FEEL's durations have no weeks; ISO 8601 has.
        days = int(weeks[:-1]) * 7 + int((match.group(4) or "0D")[:-1])
        text = f"P{match.group(1) or ''}{match.group(2) or ''}{days}D{match.group(5) or ''}"
    value = _read("duration", text)
    if not isinstance(value, DaysTimeDuration | YearsMonthsDuration):
        raise NotATime(
            f"{text!r} mixes months with days: give years and months, or days and hours"
        )
    return value


def moment_of(text: str) -> DateTime | Date:
    """Read an ISO 8601 date, or date and time. Raises NotATime."""
    if MOMENT.fullmatch(text):
        value = _read("date and time" if "T" in text else "date", text)
        if isinstance(value, DateTime | Date):
            return value
    raise NotATime(f"{text!r} is not an ISO 8601 date and time such as 2026-12-24T09:00:00Z")


def cycle_of(text: str) -> Cycle:
    """Read an ISO 8601 repetition such as `R3/PT1H`. Raises NotATime."""
    match = CYCLE.fullmatch(text)
    if match is None:
        raise NotATime(
            f"{text!r} is not an ISO 8601 repetition such as R3/PT24H or R/P1D "
            "(cron expressions are not read)"
        )
    period = duration_of(match["every"])
    shortest = 1 if isinstance(period, YearsMonthsDuration) else NANOSECONDS
    length = period.months if isinstance(period, YearsMonthsDuration) else period.nanoseconds
    if length < shortest:
        raise NotATime(f"{text!r} repeats faster than once a second")
    if match["start"]:
        moment_of(match["start"])
    times = int(match["times"]) if match["times"] else None
    if times == 0:
        raise NotATime(f"{text!r} repeats no times")
    return Cycle(times, match["every"], match["start"])


def due_instant(value: Value, evaluation: Evaluation) -> datetime:
    """Return the instant, in UTC, that a value means: a moment, or a duration from now.

    A date without a time is its first moment, and a time without a zone is local, in the
    organisation's zone. Raises NotATime.
    """
    if isinstance(value, str):
        value = duration_of(value) if value.startswith("P") else moment_of(value)
    if isinstance(value, DateTime | Date):
        try:
            return instant(value, evaluation.zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise NotATime(f"{to_text(value)} is outside the calendar") from error
    if isinstance(value, DaysTimeDuration | YearsMonthsDuration):
        return after(evaluation.now, value, evaluation)
    shown = "null" if value is None else to_text(value)
    raise NotATime(f"it is {shown}, which is neither a date and time nor a duration")


def first_start(timer: Timer, *, since: datetime, evaluation: Evaluation) -> int:
    """Return the number (from 1) of the first start of `timer` that is not over at `since`.

    A cycle with its own beginning, long ago, does not make up for what was before it was deployed.
    Raises NotATime when the diagram says no usable time.
    """
    said = timer.said
    value = said if isinstance(said, str) else said.evaluate({}, evaluation)
    if timer.kind is not TimerKind.CYCLE or not isinstance(value, str):
        return 1
    cycle = cycle_of(value)
    if cycle.start is None:
        return 1
    begins = due_instant(moment_of(cycle.start), evaluation)
    before = since - timedelta(microseconds=1)
    return cycle.next_after(begins, 0, before, evaluation) + 1


def timer_start(
    timer: Timer, *, since: datetime, number: int, evaluation: Evaluation
) -> datetime | None:
    """Return when a timer start event begins its `number`-th instance (from 1), None if never.

    `since` is when the process became active: durations and cycles without a start count from it.
    `evaluation` is at that instant too. Raises NotATime when the diagram says no usable time.
    """
    said = timer.said
    value = said if isinstance(said, str) else said.evaluate({}, evaluation)
    if timer.kind is not TimerKind.CYCLE:
        return due_instant(value, evaluation) if number == 1 else None
    if not isinstance(value, str):
        raise NotATime("a timeCycle needs text such as R/P1D")
    cycle = cycle_of(value)
    if cycle.times is not None and number > cycle.times:
        return None
    if cycle.start is None:
        return cycle.occurrence(since, number, evaluation)
    return cycle.occurrence(
        due_instant(moment_of(cycle.start), evaluation), number - 1, evaluation
    )


def after(start: datetime, period: Period, evaluation: Evaluation) -> datetime:
    """Return the instant one period after `start`: elapsed time, or calendar months in the zone."""
    local = from_instant(start, evaluation.zone)
    if isinstance(period, YearsMonthsDuration):
        later = local.plus_months(period.months)
    else:
        later = local.plus(period)
    try:
        if later is None:
            raise OverflowError
        return instant(later, evaluation.zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotATime(f"{to_text(period)} after {start.isoformat()} is never") from error


def _read(function: str, text: str) -> Value:
    return compile_expression(f"{function}(text)", ("text",)).evaluate(
        {"text": text}, Evaluation(datetime(2000, 1, 1, tzinfo=UTC))
    )
