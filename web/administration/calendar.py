"""The organisation's calendar, as deadlines are counted by it. Changed by deployment, not here."""

from __future__ import annotations

from datetime import date, time

from flask import Blueprint, render_template

from engine.model.actors import Permission
from engine.model.working_time import END_OF_DAY
from web import sessions
from web.wording import clock_time
from webhooks.caller import engine

blueprint = Blueprint("administered_calendar", __name__)
blueprint.before_request(sessions.require)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@blueprint.get("/administration/calendar")
def show() -> str:
    """Show opening hours, and the days without opening from today on."""
    me = sessions.me()
    me.actor.check(Permission.READ_JOBS)
    calendar = me.organisation.calendar
    today = engine().clock.now().astimezone(me.zone).date()
    closed = dict.fromkeys(calendar.holidays, "Bank holiday")
    closed |= dict.fromkeys(calendar.closures, "Closure day")
    return render_template(
        "administration/calendar.html",
        me=me,
        calendar=calendar,
        hours=[
            (day, _openings(calendar.opening_hours.get(number, ())))
            for number, day in enumerate(WEEKDAYS)
        ],
        closed=[(_day(day), closed[day]) for day in sorted(closed) if day >= today][:30],
        known_until=_day(calendar.known_until) if calendar.known_until else "",
    )


def _openings(openings: tuple[tuple[time, time], ...]) -> str:
    return (
        ", ".join(
            f"{clock_time(opens)} to {'midnight' if closes == END_OF_DAY else clock_time(closes)}"
            for opens, closes in openings
        )
        or "Closed"
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"
