"""A council with two workers, a head and an administrator, whose procedure asks for a second person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from engine import access_log, deployments, links, people, process_instances, user_tasks
from engine.handlers import HANDLERS
from engine.model.access import AccessEvent
from engine.model.actors import Actor, system_actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.model.people import Person
from engine.model.user_tasks import UserTask, UserTaskState
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.api.world import NOW, SECRET_KEY, content
from tests.integration.web.browser import Browser
from web import sessions
from web.app import create_app
from web.settings import Environment, Settings

APPROVAL = Path(__file__).parent / "content" / "approval.bpmn"
SIGN_IN = """
sign_in:
  groups_claim: realm.groups
  groups:
    "Heads of Service": [head]
    "Everybody": [worker]
"""
TODAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
SYSTEM = system_actor("town")


@dataclass
class Town:
    """A running service. `clock` is the procedures' time, `time_of_day` that of sessions."""

    engine: ProcessEngine
    clock: ManualClock
    time_of_day: ManualClock
    app: Flask
    browsers: list[Browser] = field(default_factory=list)

    @classmethod
    def open(
        cls, folder: Path, *, issuer: str = "", client: tuple[str, str] = ("", ""), more: str = ""
    ) -> Town:
        store = Store(f"sqlite:///{folder / 'remit.db'}")
        store.upgrade()
        clock, time_of_day = ManualClock(NOW), ManualClock(TODAY)
        engine = ProcessEngine(store=store, clock=clock, handlers=HANDLERS)
        files = content() | {"approval.bpmn": APPROVAL.read_bytes()}
        files["organisation.yaml"] += (SIGN_IN + more).encode()
        deployments.deploy(engine, by=SYSTEM, files=files, name="first")
        people.add_demo(engine, by=SYSTEM)
        people.add(engine, by=SYSTEM, person=Person("wes", "Wes Grant", ("worker",)))
        settings = Settings(
            secret_key=SECRET_KEY,
            environment=Environment.TEST,
            public_url="http://localhost",
            oidc_issuer=(("town", issuer),) if issuer else (),
            oidc_client_id=(("town", client[0]),) if issuer else (),
            oidc_client_secret=(("town", client[1]),) if issuer else (),
        )
        app = create_app(engine, settings)
        if not issuer:
            app.extensions[sessions.CLOCK] = time_of_day
        return cls(engine, clock, time_of_day, app)

    def close(self) -> None:
        self.engine.store.close()

    def actor(self, username: str) -> Actor:
        return people.actor(self.engine, organisation="town", username=username)

    def browser(self, name: str = "") -> Browser:
        """Return a new browser at the sign-in page, or in which an invented person has signed in."""
        browser = Browser(self.app.test_client()).opens("/sign-in")
        return browser.presses(f"Sign in as {name}") if name else browser

    def begins(self) -> UserTask:
        """Begin the procedure and return its first task."""
        process_instances.start(
            self.engine,
            by=SYSTEM,
            process_definition_key="approval",
            business_key="A-1",
            variables={},
        )
        return self.open_task()

    def open_task(self) -> UserTask:
        """Return the only open task."""
        [task] = self.tasks_of(SYSTEM)
        return task

    def tasks_of(self, by: Actor) -> tuple[UserTask, ...]:
        return user_tasks.listing(
            self.engine,
            by=by,
            page=PageRequest(),
            state=UserTaskState.OPEN,
            mine=by.session == "person",
        ).items

    def completes(self, username: str) -> UserTask:
        """Have somebody complete the open task, and return the next one."""
        task = self.open_task()
        user_tasks.complete(self.engine, by=self.actor(username), task_id=task.id, variables={})
        return self.open_task()

    def link(self, task: UserTask, username: str) -> str:
        """Return the address of a new one-time link."""
        _, secret = links.make(self.engine, by=SYSTEM, task_id=task.id, username=username)
        return f"/t/{secret}"

    def written_down(self) -> list[AccessEvent]:
        """Return the access log, the oldest first."""
        found = access_log.listing(self.engine, by=SYSTEM, page=PageRequest(size=200))
        return list(reversed(found.items))
