"""An organisation on a real engine: SQLite in memory, no threads, a clock moved by hand.

Does the executor's part itself: takes the clock through each due instant, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from engine import deployments, jobs, people, starts
from engine.content import Organisation
from engine.handlers import HANDLERS
from engine.model.actors import Actor, system_actor
from engine.model.clock import ManualClock
from engine.model.connector_secrets import ConnectorSecret
from engine.model.errors import RemitError
from engine.model.jobs import Job, JobKind
from engine.model.notices import Outcome, OutgoingNotice, Reply
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.process_definitions import Definition, DefinitionKind
from engine.process_engine import ProcessEngine
from engine.store import Store, Transaction
from web.scenarios.other_systems import ScriptedSystems

MOST_JOBS_AT_ONCE = 10_000
"""More than this at one instant is a procedure that goes round in a circle."""


ANSWERED = frozenset({JobKind.CONNECTOR})
"""Jobs that wait for another system, and so until the scenario says what it answers."""


class EndlessJobs(RemitError):
    """Work keeps falling due at one and the same instant."""

    code: ClassVar[str] = "endless_jobs"


class NobodyHasTheRole(RemitError):
    """A scenario names a role that none of the organisation's demo people has."""

    code: ClassVar[str] = "nobody_has_the_role"


class EverythingArrives:
    """The ways out for notices in a scenario: whatever is sent has been sent."""

    def send(self, message: OutgoingNotice) -> Reply:
        """Say that it was sent."""
        return Reply(Outcome.SENT)

    def link_secret(self, delivery_id: str) -> str:
        """Return a secret that opens nothing outside the scenario."""
        return delivery_id


class World:
    """One organisation with everything deployed, in which scenarios happen one after another."""

    def __init__(self, organisation: Organisation, files: Mapping[str, bytes]) -> None:
        """Deploy the organisation's files; raises `DeploymentRefused` with what is wrong."""
        self.organisation = organisation
        self.clock = ManualClock(datetime.fromisoformat("2000-01-01T00:00+00:00"))
        store = Store("sqlite://")
        store.upgrade()
        self.systems = ScriptedSystems()
        self.engine = ProcessEngine(
            store=store,
            clock=self.clock,
            handlers=HANDLERS,
            notice_sender=EverythingArrives(),
            connector_caller=self.systems,
        )
        self.actor = system_actor(organisation.key)
        deployments.deploy(self.engine, by=self.actor, files=files, name=organisation.name)
        people.add_demo(self.engine, by=self.actor)
        with self.engine.transaction(organisation.key) as tx:
            starts.stop(tx, self._processes(tx))
            self._set_secrets(tx)

    def close(self) -> None:
        """Forget everything."""
        self.engine.store.close()

    def begins_at(self, now: datetime) -> None:
        """Set the clock for a new scenario, forwards or backwards."""
        self.clock.instant = now

    def acting_as(self, role: str) -> Actor:
        """Return the first of the demo people who has the role, or has it as user name."""
        for person in self.organisation.demo_people:
            if role in person.roles or role == person.username:
                return people.actor(
                    self.engine, organisation=self.organisation.key, username=person.username
                )
        raise NobodyHasTheRole(
            f"None of the demo people in organisation.yaml has the role {role!r}."
        )

    def runs_due_jobs(self) -> None:
        """Do everything that is due now, and what falls due at the same instant because of it."""
        for _ in range(MOST_JOBS_AT_ONCE):
            with self.engine.store.system_reading() as tx:
                due = tx.due_jobs.due(self.clock.now(), limit=1, without=ANSWERED)
            if not due:
                return
            jobs.run_job(self.engine, due[0].organisation, due[0].id)
        raise EndlessJobs(
            f"More than {MOST_JOBS_AT_ONCE} jobs fell due at {self.clock.now().isoformat()}: "
            "the procedure goes round in a circle."
        )

    def moves_clock_to(self, instant: datetime) -> None:
        """Let time pass until `instant`; each timer on the way fires at its own due instant."""
        self.runs_due_jobs()
        while True:
            earliest = jobs.earliest_due(self.engine, without=ANSWERED)
            if earliest is None or earliest > instant:
                break
            self.clock.move_to(max(earliest, self.clock.now()))
            self.runs_due_jobs()
        self.clock.move_to(instant)

    def begins_by_timer(self, process: str, start_event: str) -> str | None:
        """Let time pass until a timer start event begins an instance, and return which.

        Timers begin instances only here: no scenario meets what another's calendar has begun.
        None when the process has no such event, or it never begins anything again.
        """
        with self.engine.transaction(self.organisation.key) as tx:
            catalogue = self.engine.catalogues.of(tx)
            definition = catalogue.startable(process)
            starts.schedule(self.engine, tx, catalogue, definition, now=self.clock.now())
        due = [job for job in self._timer_starts() if job.element_id == start_event]
        with self.engine.transaction(self.organisation.key) as tx:
            for job in tx.jobs.starts():
                if job not in due:
                    tx.jobs.done(job.id)
        before = self._instances_of(process)
        if due:
            self.moves_clock_to(due[0].due_at)
        with self.engine.transaction(self.organisation.key) as tx:
            starts.stop(tx, self._processes(tx))
        return next(iter(self._instances_of(process) - before), None)

    def forgets(self) -> None:
        """Remove every instance, so that the next scenario meets nothing of this one."""
        with self.engine.transaction(self.organisation.key) as tx:
            tx.removal.remove_begun_by(self.actor.user)

    def _set_secrets(self, tx: Transaction) -> None:
        """Set every secret that connectors prove themselves with: nothing is sent, so it says nothing."""
        hosts = tuple({connector.host for connector in self.organisation.connectors})
        for declared in self.organisation.connector_secrets:
            secret = ConnectorSecret(declared.name, "", hosts, self.clock.now(), self.actor.user)
            tx.connector_secrets.put(secret)

    def _processes(self, tx: Transaction) -> list[Definition]:
        catalogue = self.engine.catalogues.of(tx)
        return [
            definition
            for key in catalogue.keys(DefinitionKind.PROCESS)
            for definition in catalogue.versions(DefinitionKind.PROCESS, key)
        ]

    def _timer_starts(self) -> tuple[Job, ...]:
        with self.engine.reading(self.organisation.key) as tx:
            return tx.jobs.starts()

    def _instances_of(self, process: str) -> frozenset[str]:
        with self.engine.reading(self.organisation.key) as tx:
            found = tx.process_instances.listing(
                PageRequest(LARGEST_PAGE), process_definition_key=process
            )
        return frozenset(instance.id for instance in found.items)
