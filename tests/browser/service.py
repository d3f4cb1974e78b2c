"""Derby's procedures behind a real port, on a clock moved by hand. Asserts nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, make_server

from engine import deployments, jobs, people, process_instances, user_tasks
from engine.attachment_stores.folder import FolderStore
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.process_engine import ProcessEngine
from engine.store import Store
from web.app import create_app
from web.organisation_files import files_of
from web.scenarios.scenario import Complete, MoveClock, Scenario
from web.settings import Environment, Settings

REPOSITORY = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
BY = system_actor("derby")
PEOPLE = {
    "worker": "Wendy Hartley",
    "most_senior_person": "Imran Khan",
    "senior_manager": "Grace Oduya",
    "head_of_service": "Helen Shaw",
    "service_director": "Sanjay Patel",
    "investigating_officer": "Irene Novak",
    "strategic_director": "Stephen Marsh",
    "chief_executive_office": "Claire Evans",
}
"""Who does what a role is asked to do."""


@dataclass
class Service:
    """A running service; `address` is where browsers find it."""

    engine: ProcessEngine
    clock: ManualClock
    server: BaseWSGIServer
    thread: threading.Thread

    @classmethod
    def open(cls, database: Path) -> Service:
        """Open a service over a new database with Derby's content and its invented people."""
        store = Store(f"sqlite:///{database}")
        store.upgrade()
        clock = ManualClock(NOW)
        engine = ProcessEngine(
            store=store,
            clock=clock,
            handlers=HANDLERS,
            attachment_store=FolderStore(database.parent / "attachments"),
        )
        deployments.deploy(engine, by=BY, files=files_of(REPOSITORY, "derby"), name="first")
        people.add_demo(engine, by=BY)
        settings = Settings(
            secret_key="a secret of these tests only, 0123456789",
            environment=Environment.TEST,
            content=REPOSITORY,
        )
        server = make_server("127.0.0.1", 0, create_app(engine, settings), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        return cls(engine, clock, server, thread)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.engine.store.close()

    def moves_to(self, now: datetime) -> None:
        """Move the clock, and let what falls due happen."""
        self.clock.move_to(now)
        jobs.run_due(self.engine)

    def plays(self, scenario: Scenario, *, steps: int) -> str:
        """Take the first steps of a scenario without a browser; return the instance's id."""
        if scenario.now > self.clock.now():
            self.moves_to(scenario.now)
        instance = process_instances.start(
            self.engine,
            by=BY,
            process_definition_key=scenario.process,
            business_key=getattr(scenario.begin, "business_key", None) or "SI-2026-100",
            variables={},
        )
        for step in scenario.steps[:steps]:
            if isinstance(step, MoveClock) and step.to is not None:
                self.moves_to(step.to)
            if isinstance(step, Complete):
                user_tasks.complete(
                    self.engine,
                    by=BY,
                    task_id=self.task(instance.id, step.task),
                    variables=step.values,
                )
                jobs.run_due(self.engine)
        return instance.id

    def task(self, instance_id: str, element_id: str) -> str:
        """Return the open task of an element, the oldest if there are several."""
        found = user_tasks.listing(
            self.engine,
            by=BY,
            page=PageRequest(size=200),
            process_instance_id=instance_id,
        )
        return next(
            task.id
            for task in found.items
            if task.element_id == element_id and task.state == "open"
        )
