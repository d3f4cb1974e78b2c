"""The engine as one value: store, clock, catalogues, handlers, executor. Moves nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol

from engine.catalogue import Catalogue, Catalogues
from engine.content import ConnectorAnswer, ConnectorRequest
from engine.content import Permission as Granted
from engine.directories import Directories, ladders_of
from engine.dmn import DecisionResult
from engine.execution import ProcessSpec, Reference, Surroundings
from engine.feel import Evaluation, Value
from engine.model.actors import BUILT_IN_ROLES, ROLE_OF_AN_ORGANISATION, Actor, Permission
from engine.model.attachments import AttachmentScanner, AttachmentStore
from engine.model.clock import Clock
from engine.model.connector_secrets import SentSecret
from engine.model.directory import Directory
from engine.model.jobs import Job, JobKind
from engine.model.notices import OutgoingNotice
from engine.model.notices import Reply as NoticeReply
from engine.model.process_definitions import Definition, DefinitionKind
from engine.model.service_tasks import ServiceRequest, ServiceResult
from engine.model.webhook_deliveries import Reply
from engine.store import Store, Transaction

_LIKE = {
    Granted.REPORT: "staff",
    Granted.OVERSEE: "compliance",
    Granted.PUBLISH: "process_owner",
    Granted.ADMINISTER: "administrator",
}
"""The role of Remit's own whose permissions a role of an organisation is granted."""

receipt_key: ContextVar[str | None] = ContextVar("receipt_key", default=None)
"""The idempotency key of the request being served: marked done in the transaction that does it."""


class Handler(Protocol):
    """Python that performs a service task, called with no transaction open, at least once.

    It may raise BpmnError for a failure that the diagram knows; anything else is tried again.
    """

    def __call__(self, engine: ProcessEngine, request: ServiceRequest) -> ServiceResult: ...


class Executor(Protocol):
    """Delivers due jobs; decides nothing. A lost or doubled delivery is harmless."""

    def dispatch(self, tx: Transaction, jobs: Sequence[Job]) -> None:
        """Have these due jobs delivered once the transaction is durable."""

    def start(
        self,
        engine: ProcessEngine,
        run_job: Callable[[str, str], None],
        give_up: Callable[[str, str], None],
    ) -> None:
        """Begin to deliver; both take an organisation and a job id.

        `give_up` is called for a job whose handler does not answer.
        """

    def stop(self, grace: float) -> None:
        """Deliver nothing more; wait up to `grace` seconds for what is under way."""


class SendWebhook(Protocol):
    """Sends one signed request and says what came back; never raises for what is outside."""

    def __call__(
        self,
        url: str,
        body: str,
        *,
        webhook_id: str,
        sealed: Sequence[str],
        hosts: tuple[str, ...],
        now: datetime,
    ) -> Reply: ...


class WebhookSender(Protocol):
    """The way out for webhooks: signs and sends, and keeps secrets sealed. Decides nothing."""

    def check(self, url: str, hosts: tuple[str, ...]) -> None:
        """Raise unless this address may be called by an organisation that calls these hosts."""

    def new_secret(self) -> str:
        """Return a fresh signing secret."""

    def seal(self, secret: str) -> str:
        """Return the secret as it may be kept."""

    def open(self, sealed: str) -> str:
        """Return a kept secret; raise a RemitError when it cannot be read."""

    def sending(self) -> AbstractContextManager[SendWebhook]:
        """Give a way to send several requests, over one connection while the receiver keeps it."""


class ConnectorCaller(Protocol):
    """The way out for connectors: sends one request and says what came back. Decides nothing."""

    def call(
        self,
        request: ConnectorRequest,
        *,
        key: str,
        secret: SentSecret | None,
        hosts: tuple[str, ...],
        seconds: float,
    ) -> ConnectorAnswer:
        """Return the answer, whatever its status; `key` is the same at every attempt.

        Raises a RemitError when the host is none of `hosts`, or does not answer as it should.
        """


class NoticeSender(Protocol):
    """The ways out for notices, one for each channel. Decides nothing."""

    def send(self, message: OutgoingNotice) -> NoticeReply:
        """Make one attempt and say what came of it; never raises for what is outside."""

    def link_secret(self, delivery_id: str) -> str:
        """Return the secret of the one-time link in a copy: the same at every attempt."""


ExternalTaskListener = Callable[[str, str], None]
"""Is told an organisation and a topic, once for each external task that can be fetched now."""


class ProcessEngine:
    """Everything a use case needs. One per process; threads share it."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        handlers: Mapping[str, Handler],
        executor: Executor | None = None,
        webhook_sender: WebhookSender | None = None,
        connector_caller: ConnectorCaller | None = None,
        notice_sender: NoticeSender | None = None,
        attachment_store: AttachmentStore | None = None,
        attachment_scanner: AttachmentScanner | None = None,
        address: str = "",
    ) -> None:
        """`address` is where people reach the pages, for links; without a slash at its end.

        Without a `connector_caller`, what connectors do waits as the work of a program outside.
        """
        self.store = store
        self.clock = clock
        self.handlers = handlers
        self.executor = executor
        self.webhook_sender = webhook_sender
        self.connector_caller = connector_caller
        self.notice_sender = notice_sender
        self.attachment_store = attachment_store
        self.attachment_scanner = attachment_scanner
        self.address = address
        self.catalogues = Catalogues()
        self.directories = Directories()
        self.external_task_listeners: list[ExternalTaskListener] = []

    @contextmanager
    def transaction(self, organisation: str) -> Iterator[Transaction]:
        """Open the unit of work of one organisation; committed at the end of the block."""
        with self.store.transaction(organisation) as tx:
            yield tx
            key = receipt_key.get()
            if key is not None:
                tx.receipts.mark_done(key)

    def reading(self, organisation: str) -> AbstractContextManager[Transaction]:
        """Open a transaction that only reads one organisation."""
        return self.store.reading(organisation)

    def dispatch(self, tx: Transaction, jobs: Sequence[Job], *, now: datetime) -> None:
        """Have the jobs among these that are due already delivered after the commit.

        External tasks are fetched by workers: whoever listens for them is told instead.
        """
        due = [job for job in jobs if job.due_at <= now]
        ours = [job for job in due if job.kind is not JobKind.EXTERNAL_TASK]
        if self.executor is not None and ours:
            self.executor.dispatch(tx, ours)
        topics = [job.payload["topic"] for job in due if job.kind is JobKind.EXTERNAL_TASK]
        if topics:
            tx.after_commit(lambda: self._announce(tx.organisation, topics))

    def _announce(self, organisation: str, topics: Sequence[str]) -> None:
        for topic in topics:
            for listener in self.external_task_listeners:
                listener(organisation, topic)

    def performed_by(self, catalogue: Catalogue, topic: str) -> JobKind:
        """Return what kind of job does the work of a topic."""
        if topic in self.handlers:
            return JobKind.SERVICE_TASK
        if self.connector_caller is not None and catalogue.organisation.connector(topic):
            return JobKind.CONNECTOR
        return JobKind.EXTERNAL_TASK

    def actor(
        self,
        catalogue: Catalogue,
        user: str,
        roles: Collection[str],
        session: Literal["token", "person", "system"],
    ) -> Actor:
        """Return who acts: their roles' permissions are Remit's own and what the content grants."""
        permissions: set[Permission] = set()
        for role_id in roles:
            permissions |= BUILT_IN_ROLES.get(role_id, frozenset())
            role = catalogue.organisation.role(role_id)
            if role is not None:
                permissions |= ROLE_OF_AN_ORGANISATION
                for granted in role.may:
                    permissions |= BUILT_IN_ROLES[_LIKE[granted]]
        return Actor(
            catalogue.organisation.key, user, frozenset(roles), frozenset(permissions), session
        )

    def person(
        self, catalogue: Catalogue, directory: Directory, username: str, now: datetime
    ) -> Actor | None:
        """Return a person as one who acts at this instant; None when they may not come in.

        They see the tasks of those they stand in for and of roles that nobody else can fill now;
        what they are permitted follows from their own roles alone.
        """
        if username not in directory.people:
            return None
        actor = self.actor(catalogue, username, directory.roles[username], "person")
        standing = directory.standing(username, ladders_of(catalogue.organisation), now)
        permissions = actor.permissions
        if standing.roles != actor.roles or standing.acts_for:
            permissions |= ROLE_OF_AN_ORGANISATION
        return replace(
            actor, roles=standing.roles, acts_for=standing.acts_for, permissions=permissions
        )

    def evaluation(self, catalogue: Catalogue, now: datetime) -> Evaluation:
        """Return a fresh evaluation at `now`, in the organisation's zone and calendar."""
        calendar = catalogue.organisation.calendar
        return Evaluation(now=now, zone=calendar.zone, calendar=calendar)

    def surroundings(self, tx: Transaction, catalogue: Catalogue, now: datetime) -> Surroundings:
        """Return what a process may ask for while it runs."""

        def resolve(kind: DefinitionKind, reference: Reference, within: ProcessSpec) -> Definition:
            asking = catalogue.version(DefinitionKind.PROCESS, within.key, within.version)
            return self.catalogues.resolve(tx, catalogue, kind, reference, within=asking)

        def decide(
            reference: Reference, variables: Mapping[str, Value], within: ProcessSpec
        ) -> DecisionResult:
            found = resolve(DefinitionKind.DECISION, reference, within)
            decision = self.catalogues.decision(tx, found)
            return decision.evaluate(variables, self.evaluation(catalogue, now))

        def process(reference: Reference, within: ProcessSpec) -> ProcessSpec:
            return self.catalogues.process(tx, resolve(DefinitionKind.PROCESS, reference, within))

        def process_version(key: str, version: int) -> ProcessSpec:
            found = catalogue.version(DefinitionKind.PROCESS, key, version)
            return self.catalogues.process(tx, found)

        return Surroundings(
            now=now,
            new_evaluation=lambda: self.evaluation(catalogue, now),
            decide=decide,
            process=process,
            process_version=process_version,
        )
