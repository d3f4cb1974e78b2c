"""What happened in a scenario, as JSON and as a text to read. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import to_json, to_text
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.notices import Notice
from engine.model.user_tasks import UserTask
from web.scenarios.dates import shown
from web.scenarios.runner import Outcome
from web.scenarios.situation import Asked, MadeDecision, WaitsOutside, decisions_in


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the object that `remit simulate --json` prints."""
    return {
        "state": outcome.situation.state,
        "tasks": [_task(task) for task in outcome.tasks],
        "timers": timers(outcome.history),
        "notices": [_notice(notice) for notice in outcome.situation.notices],
        "decisions": [_decision(decision) for decision in outcome.situation.decisions],
        "asked": [_asked(one) for one in outcome.situation.asked],
        "waiting": [_waiting(one) for one in outcome.situation.waiting],
        "history": [_event(event) for event in outcome.history],
    }


def as_text(outcome: Outcome) -> str:
    """Return what happened in the order it happened, in the organisation's local time."""
    return "\n".join(_lines(outcome))


def timers(history: tuple[HistoryEvent, ...]) -> list[dict[str, Any]]:
    """Return each timer that was set: when for, and when it fired (null: it never did)."""
    found: list[dict[str, Any]] = []
    armed: dict[str | None, dict[str, Any]] = {}
    for event in history:
        if event.kind is HistoryKind.TIMER_SET:
            armed[event.token_id] = {
                "element_id": event.element_id,
                "name": event.element_name,
                "set_at": event.at.isoformat(),
                "due_at": event.data["due_at"],
                "fired_at": None,
                "clauses": list(event.clauses),
            }
            found.append(armed[event.token_id])
        elif event.kind is HistoryKind.TIMER_FIRED:
            armed[event.token_id]["fired_at"] = event.at.isoformat()
    return found


def _task(task: UserTask) -> dict[str, Any]:
    return {
        "element_id": task.element_id,
        "name": task.name,
        "candidate_groups": list(task.candidate_groups),
        "assignee": task.assignee,
        "state": str(task.state),
        "created_at": task.created_at.isoformat(),
        "due_at": _iso(task.due_at),
        "follow_up_at": _iso(task.follow_up_at),
        "completed_at": _iso(task.completed_at),
        "completed_by": task.completed_by,
        "clauses": list(task.clauses),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "template": notice.template,
        "to": notice.to_role,
        "subject": notice.subject,
        "body": notice.body,
        "delivered_at": notice.delivered_at.isoformat(),
        "clauses": list(notice.clauses),
    }


def _decision(decision: MadeDecision) -> dict[str, Any]:
    return {
        "decision": decision.decision,
        "element_id": decision.element,
        "at": decision.at.isoformat(),
        "outputs": to_json(decision.result),
        "rules": [
            {"id": rule.rule, "index": rule.index, "clauses": list(rule.clauses)}
            for rule in decision.rules
        ],
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return {
        "element_id": asked.task,
        "method": asked.method,
        "url": asked.url,
        "headers": dict(asked.headers),
        "body": asked.body,
    }


def _waiting(one: WaitsOutside) -> dict[str, Any]:
    return {
        "element_id": one.task,
        "topic": one.topic,
        "due_at": one.due_at.isoformat(),
        "attempts": one.attempts,
        "last_error": one.last_error,
        "dead_letter": one.is_dead_letter,
    }


def _event(event: HistoryEvent) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "kind": str(event.kind),
        "element_id": event.element_id,
        "element_name": event.element_name,
        "by": event.by,
        "clauses": list(event.clauses),
        "data": dict(event.data),
    }


def _lines(outcome: Outcome) -> Iterator[str]:
    zone = outcome.scenario.zone
    yield outcome.scenario.name
    for event in outcome.history:
        yield _line(event, zone)
    for task in outcome.situation.tasks:
        due = f", due {shown(task.due_at, zone)}" if task.due_at else ""
        yield f"open: {task.name} ({task.element_id}) for {', '.join(task.candidate_groups)}{due}"
    for asked in outcome.situation.asked:
        yield f"asked: {asked.task}: {asked.method} {asked.url}"
    for one in outcome.situation.waiting:
        yield _outside(one, zone)
    yield f"The instance is {outcome.situation.state}."


def _outside(one: WaitsOutside, zone: ZoneInfo) -> str:
    if one.is_dead_letter:
        return f"dead letter: {one.task}, after {one.attempts} attempts: {one.last_error}"
    again = f", again {shown(one.due_at, zone)}: {one.last_error}" if one.attempts else ""
    return f"waits for another system: {one.task} ({one.topic}){again}"


def _line(event: HistoryEvent, zone: ZoneInfo) -> str:
    what = str(event.kind).replace("_", " ")
    name = f": {event.element_name or event.element_id}" if event.element_id else ""
    by = f" by {event.by}" if event.by else ""
    clauses = f" [{', '.join(event.clauses)}]" if event.clauses else ""
    return f"{shown(event.at, zone)}  {what}{name}{_detail(event, zone)}{by}{clauses}"


def _detail(event: HistoryEvent, zone: ZoneInfo) -> str:
    """Return what is worth knowing of an event in a text: results, receivers, due times."""
    match event.kind:
        case HistoryKind.DECISION_MADE:
            made = decisions_in([event])[0]
            rules = ", ".join(made.rules_in_words()) or "none"
            return f" ({made.decision}: rules {rules}, result {to_text(made.result)})"
        case HistoryKind.NOTICE_DELIVERED:
            return f" ({event.data['template']} to {event.data['to_role']})"
        case HistoryKind.TIMER_SET:
            return f" (for {shown(datetime.fromisoformat(event.data['due_at']), zone)})"
        case HistoryKind.VARIABLES_CHANGED:
            return f" ({', '.join(event.data)})"
        case HistoryKind.EXPRESSION_WARNING:
            return f" ({event.data['message']})"
        case _:
            return ""


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
