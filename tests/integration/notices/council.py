"""A council whose notices leave the building, on a real engine and a clock moved by hand. Asserts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine import deployments, notices, people
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.notices import Channel, Outcome, OutgoingNotice, Reply
from engine.model.people import Person
from engine.notices import ToldNotice
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.engine.acme import (
    END,
    EVERYTHING,
    NOW,
    START,
    TEMPLATE,
    Acme,
    boundary_timer,
    diagram,
    flow,
    service_task,
    user_task,
)
from webhooks.deliver import SignedWebhooks
from webhooks.targets import NoticeTargets
from webhooks.targets.target import Target

SECRET_KEY = "a secret key that only these tests know, 0123"
ORGANISATION = """
key: acme
name: Acme Council
calendar:
  zone: Europe/London
  bank_holidays: england-and-wales
  opening_hours:
    thursday: ["09:00-17:00"]
roles:
  - {id: worker, name: Worker, escalates_to: head}
  - {id: head, name: Head of Service, escalates_to: director}
  - {id: director, name: Director}
procedures:
  - {key: p, name: Ladders, message: p.started}
channel_settings:
  email: {sender: "Acme <remit@acme.example>"}
  notify: {template: 0f4a3c3e-1c2d-4e5f-8a9b-0c1d2e3f4a5b, secret: notify_key, callback_secret: notify_token}
  teams: {secret: teams_hook, roles: {director: directors_hook}}
  slack: {secret: slack_hook}
"""


def tells(role: str = "head", *, due: str = "PT2H") -> bytes:
    """Return a diagram that asks a task of a role and, a minute later, tells the role of it."""
    return diagram(
        START
        + user_task(
            "ask",
            f'camunda:candidateGroups="{role}" '
            f'camunda:dueDate="= now() + duration(&quot;{due}&quot;)"',
        )
        + boundary_timer("soon", "ask", "PT1M")
        + service_task("tell", "notice", {"template": "late", "to": role})
        + END
        + '<bpmn:endEvent id="told" name="told"/>'
        + flow("start", "ask", "end")
        + flow("soon", "tell", "told")
    )


class Outside:
    """A channel that notes what is sent, and answers as it is told."""

    def __init__(self, answer: Callable[[OutgoingNotice], Reply] | None = None) -> None:
        self.sent: list[OutgoingNotice] = []
        self.answer = answer or (lambda message: Reply(Outcome.SENT))

    def send(self, message: OutgoingNotice) -> Reply:
        self.sent.append(message)
        return self.answer(message)

    @property
    def addresses(self) -> list[str]:
        return [message.address for message in self.sent]


@dataclass
class Council(Acme):
    """The council, and what tests do with its notices again and again."""

    targets: dict[Channel, Target] = field(default_factory=dict)

    def told(self) -> dict[str, ToldNotice]:
        """Return its notices by the role that each went to."""
        found = notices.told(self.engine, by=self.by, page=EVERYTHING).items
        return {one.notice.to_role: one for one in found}

    def copies(self, role: str = "head") -> list[tuple[str, str, str]]:
        """Return channel, recipient and state of each copy that a role has."""
        found = self.told()
        if role not in found:
            return []
        return [
            (one.delivery.channel, one.delivery.recipient, one.delivery.state)
            for one in found[role].copies
        ]


def council(store: Store, channels: str, *, extra: str = "", **files: bytes) -> Council:
    """Open the council with these lines of channels; `files`: `late_md` is late.md."""
    targets: dict[Channel, Target] = {}

    class Targets(NoticeTargets):
        def send(self, message: OutgoingNotice) -> Reply:
            target = targets.get(message.channel)
            return target.send(message) if target else Reply(Outcome.REFUSED, "Not set up.")

    clock = ManualClock(NOW)
    engine = ProcessEngine(
        store=store,
        clock=clock,
        handlers=HANDLERS,
        webhook_sender=SignedWebhooks(lambda: SECRET_KEY, insecure=True),
        notice_sender=Targets({}, secret_key=lambda: SECRET_KEY),
        address="https://remit.example.org",
    )
    by = system_actor("acme")
    named = {name[::-1].replace("_", ".", 1)[::-1]: content for name, content in files.items()}
    content: Mapping[str, bytes] = {
        "organisation.yaml": (ORGANISATION + channels + extra).encode(),
        "late.md": TEMPLATE,
        **named,
    }
    deployments.deploy(engine, by=by, files=content)
    for username, role, email in (
        ("wes", "worker", "wes@acme.example"),
        ("hana", "head", "hana@acme.example"),
        ("hugo", "head", "hugo@acme.example"),
        ("dora", "director", "dora@acme.example"),
    ):
        people.add(engine, by=by, person=Person(username, username.title(), (role,), email=email))
    return Council(engine, clock, by, targets)
