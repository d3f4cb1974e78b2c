"""What happened to an instance, one sentence per event that matters to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.model.history import HistoryEvent, HistoryKind, RecordedEvent
from engine.model.notices import PERSONAL, Channel, Outcome
from engine.told_notices import ToldCopy


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `rules` say which rules of a table hit, `text` is what somebody wrote."""

    at: datetime
    what: str
    by: str | None
    clauses: tuple[str, ...]
    rules: tuple[str, ...] = ()
    text: str = ""


def _named(sentence: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda name, _data: sentence.format(name=name)


def _cancelled(_name: str, data: Mapping[str, Any]) -> str:
    reason = data.get("reason")
    return f"Cancelled: {reason}" if reason else "Cancelled"


CHANNELS = {
    Channel.INBOX: "in Remit",
    Channel.EMAIL: "by e-mail",
    Channel.NOTIFY: "by GOV.UK Notify",
    Channel.TEAMS: "in Teams",
    Channel.SLACK: "in Slack",
    Channel.WEBHOOK: "by webhook",
}
"""How a notice travels, in words."""


def _told(word: str, data: Mapping[str, Any]) -> str:
    way = CHANNELS.get(data.get("channel", ""), "")
    role = data["to_role"] or "a person"
    return f"{word}: {role}" if way in ("", "in Remit") else f"{word}: {role}, {way}"


def way_told(copy: ToldCopy, short_moment: Callable[[datetime], str]) -> str:
    """Return how a copy of a notice got on, in one line with every attempt that was not enough."""
    delivery = copy.delivery
    way = CHANNELS[delivery.channel]
    to = f" to {delivery.recipient}" if delivery.channel in PERSONAL and delivery.recipient else ""
    at = delivery.ended_at or delivery.sent_at
    when = f" on {short_moment(at)}" if at else f", tried next on {short_moment(delivery.due_at)}"
    tries = [
        f"attempt {one.number} on {short_moment(one.at)}: {one.detail or one.outcome}"
        for one in copy.attempts
        if one.outcome not in (Outcome.DELIVERED, Outcome.SENT)
    ]
    return "; ".join([f"{way[0].upper()}{way[1:]}{to}: {delivery.state}{when}", *tries])


SENTENCES: Mapping[HistoryKind, Callable[[str, Mapping[str, Any]], str]] = {
    HistoryKind.PROCESS_INSTANCE_STARTED: _named("Started"),
    HistoryKind.PROCESS_INSTANCE_COMPLETED: _named("Completed"),
    HistoryKind.PROCESS_INSTANCE_CANCELLED: _cancelled,
    HistoryKind.PROCESS_INSTANCE_SUSPENDED: _named("Suspended: nothing moves"),
    HistoryKind.PROCESS_INSTANCE_RESUMED: _named("Goes on"),
    HistoryKind.USER_TASK_CREATED: _named("Asked: {name}"),
    HistoryKind.USER_TASK_CLAIMED: _named("Taken on: {name}"),
    HistoryKind.USER_TASK_UNCLAIMED: _named("Given back: {name}"),
    HistoryKind.USER_TASK_DELEGATED: _named("Handed over: {name}"),
    HistoryKind.USER_TASK_COMPLETED: _named("Done: {name}"),
    HistoryKind.TIMER_FIRED: _named("Time limit passed: {name}"),
    HistoryKind.MESSAGE_CAUGHT: _named("Message received: {name}"),
    HistoryKind.MESSAGE_THROWN: _named("Message sent: {name}"),
    HistoryKind.SIGNAL_CAUGHT: _named("Signal received: {name}"),
    HistoryKind.DECISION_MADE: _named("Decided by table: {name}"),
    HistoryKind.SERVICE_TASK_COMPLETED: _named("Carried out: {name}"),
    HistoryKind.SERVICE_TASK_FAILED: _named("Failed: {name}"),
    HistoryKind.NOTICE_DELIVERED: lambda _name, data: _told("Told", data),
    HistoryKind.NOTICE_SENT: lambda _name, data: _told("Sent", data),
    HistoryKind.NOTICE_FAILED: lambda _name, data: _told("Could not be told", data),
    HistoryKind.COMMENT_ADDED: _named("Comment"),
    HistoryKind.ATTACHMENT_ADDED: lambda _name, data: f"File attached: {data['name']}",
    HistoryKind.ATTACHMENT_REMOVED: lambda _name, data: f"File removed: {data['name']}",
}
"""The events that the timeline tells, and how. Steps of the engine itself stay in the history."""


_OF_NOTICES = frozenset(
    {HistoryKind.NOTICE_SENT, HistoryKind.NOTICE_DELIVERED, HistoryKind.NOTICE_FAILED}
)


def timeline(recorded: Iterable[RecordedEvent], role_name: Callable[[str], str]) -> list[Entry]:
    """Return the events that people care about, in order, as sentences."""
    events = (_with_role_name(found.event, role_name) for found in recorded)
    return [
        Entry(
            at=event.at,
            what=SENTENCES[event.kind](event.element_name or event.element_id or "", event.data),
            by=event.by,
            clauses=tuple(event.clauses),
            rules=_rules(event),
            text=_text(event),
        )
        for event in events
        if event.kind in SENTENCES
    ]


def _text(event: HistoryEvent) -> str:
    """Return what somebody wrote, or what a file is known by."""
    if event.kind is HistoryKind.COMMENT_ADDED:
        return str(event.data.get("text", ""))
    if event.kind in (
        HistoryKind.PROCESS_INSTANCE_SUSPENDED,
        HistoryKind.PROCESS_INSTANCE_RESUMED,
    ):
        return str(event.data.get("reason", ""))
    if event.kind in (HistoryKind.ATTACHMENT_ADDED, HistoryKind.ATTACHMENT_REMOVED):
        return f"{event.data['size']} bytes, SHA-256 {event.data['sha256']}"
    return ""


def _rules(event: HistoryEvent) -> tuple[str, ...]:
    """Return the rules of a table that hit, such as `Rule 3 (clause DERBY-4.2-01)`."""
    if event.kind is not HistoryKind.DECISION_MADE:
        return ()
    hits = event.data.get("rules", ())
    if not hits:
        return ("No rule of the table hit",)
    return tuple(_rule(hit) for hit in hits)


def _rule(hit: Mapping[str, Any]) -> str:
    words = f"Rule {hit['index']}" if hit.get("index") is not None else f"Rule {hit['id']}"
    clauses = hit.get("clauses") or []
    return (
        f"{words} hit (clause{'s' if len(clauses) > 1 else ''} {', '.join(clauses)})"
        if clauses
        else f"{words} hit"
    )


def _with_role_name(event: HistoryEvent, role_name: Callable[[str], str]) -> HistoryEvent:
    role = event.data.get("to_role")
    if event.kind not in _OF_NOTICES or not role:
        return event
    return replace(event, data={**event.data, "to_role": role_name(role)})
