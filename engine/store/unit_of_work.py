"""The unit of work: opens one transaction, and holds the one commit of the whole code base."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from engine.store.access_events import AccessEvents
from engine.store.accounts import Accounts, AllInvitations
from engine.store.attachments import Attachments
from engine.store.buffered_messages import BufferedMessages
from engine.store.connector_secrets import ConnectorSecrets
from engine.store.definitions import Definitions
from engine.store.deployments import Deployments
from engine.store.drafts import Drafts
from engine.store.due_jobs import DueJobs
from engine.store.external_tasks import ExternalTasks
from engine.store.history import History
from engine.store.inbox import Inbox
from engine.store.jobs import Jobs
from engine.store.links import AllLinks, Links
from engine.store.migrations import begin_sqlite, upgrade
from engine.store.notice_deliveries import NoticeDeliveries
from engine.store.notices import Notices
from engine.store.organisations import AllOrganisations, Organisations
from engine.store.people import People
from engine.store.process_instances import ProcessInstances
from engine.store.receipts import AllReceipts, Receipts
from engine.store.removal import Removal
from engine.store.sessions import AllSessions, Sessions
from engine.store.subscriptions import Subscriptions
from engine.store.tokens import AllTokens, Tokens
from engine.store.user_tasks import UserTasks
from engine.store.webhook_deliveries import WebhookDeliveries
from engine.store.webhook_endpoints import WebhookEndpoints
from engine.store.webhook_receipts import WebhookReceipts

BUSY_SECONDS = 10


class Transaction:
    """One transaction of one organisation: every repository below sees and writes only its rows."""

    def __init__(self, connection: Connection, organisation: str) -> None:
        self.organisation = organisation
        self._connection = connection
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have `call` run once this transaction is durable; never when it was rolled back."""
        self._after_commit.append(call)

    def committed(self) -> None:
        """Run what waited for the commit. Called by the store alone."""
        for call in self._after_commit:
            call()

    @cached_property
    def organisations(self) -> Organisations:
        return Organisations(self._connection, self.organisation)

    @cached_property
    def deployments(self) -> Deployments:
        return Deployments(self._connection, self.organisation)

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(self._connection, self.organisation)

    @cached_property
    def process_instances(self) -> ProcessInstances:
        return ProcessInstances(self._connection, self.organisation)

    @cached_property
    def user_tasks(self) -> UserTasks:
        return UserTasks(self._connection, self.organisation)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self._connection, self.organisation)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self._connection, self.organisation)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(self._connection, self.organisation)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self._connection, self.organisation)

    @cached_property
    def external_tasks(self) -> ExternalTasks:
        return ExternalTasks(self._connection, self.organisation)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self._connection, self.organisation)

    @cached_property
    def buffered_messages(self) -> BufferedMessages:
        return BufferedMessages(self._connection, self.organisation)

    @cached_property
    def history(self) -> History:
        return History(self._connection, self.organisation)

    @cached_property
    def notices(self) -> Notices:
        return Notices(self._connection, self.organisation)

    @cached_property
    def notice_deliveries(self) -> NoticeDeliveries:
        return NoticeDeliveries(self._connection, self.organisation)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self._connection, self.organisation)

    @cached_property
    def people(self) -> People:
        return People(self._connection, self.organisation)

    @cached_property
    def removal(self) -> Removal:
        return Removal(self._connection, self.organisation)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self._connection, self.organisation)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self._connection, self.organisation)

    @cached_property
    def links(self) -> Links:
        return Links(self._connection, self.organisation)

    @cached_property
    def access_events(self) -> AccessEvents:
        return AccessEvents(self._connection, self.organisation)

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpoints:
        return WebhookEndpoints(self._connection, self.organisation)

    @cached_property
    def webhook_deliveries(self) -> WebhookDeliveries:
        return WebhookDeliveries(self._connection, self.organisation)

    @cached_property
    def webhook_receipts(self) -> WebhookReceipts:
        return WebhookReceipts(self._connection, self.organisation)

    @cached_property
    def connector_secrets(self) -> ConnectorSecrets:
        return ConnectorSecrets(self._connection, self.organisation)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self._connection, self.organisation)


class SystemTransaction:
    """A transaction across organisations, for what belongs to none: sign-in by token, due jobs,
    what a dead owner left."""

    def __init__(self, connection: Connection) -> None:
        self.organisations = AllOrganisations(connection)
        self.tokens = AllTokens(connection)
        self.sessions = AllSessions(connection)
        self.invitations = AllInvitations(connection)
        self.links = AllLinks(connection)
        self.due_jobs = DueJobs(connection)
        self.receipts = AllReceipts(connection)


@dataclass
class Statistics:
    """What was sent to the database while it was counted."""

    statements: int = 0
    commits: int = 0
    texts: tuple[str, ...] = ()


class Store:
    """The database behind one URL: SQLite for one process, PostgreSQL for many."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # SQLite lets one connection write; waiting here is fair, waiting inside it is a poll.
        self._writing = threading.RLock() if self.is_sqlite else None
        in_memory = isinstance(self.engine.pool, StaticPool)
        self._reading = self._writing if in_memory else None

    def upgrade(self) -> None:
        """Bring the schema to the newest migration; a new database gets all of them."""
        upgrade(self.engine)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, organisation: str) -> Iterator[Transaction]:
        """Open a writing transaction of one organisation: committed at the end, or nothing of it kept."""
        with self._locked(self._writing), self._begun(writes=True) as connection:
            tx = Transaction(connection, organisation)
            yield tx
            connection.commit()
        tx.committed()

    @contextmanager
    def reading(self, organisation: str) -> Iterator[Transaction]:
        """Open a transaction that only reads one organisation, and is never committed."""
        with self._locked(self._reading), self._begun(writes=False) as connection:
            yield Transaction(connection, organisation)

    @contextmanager
    def system_transaction(self) -> Iterator[SystemTransaction]:
        """Open a writing transaction across organisations."""
        with self._locked(self._writing), self._begun(writes=True) as connection:
            yield SystemTransaction(connection)
            connection.commit()

    @contextmanager
    def system_reading(self) -> Iterator[SystemTransaction]:
        """Open a transaction across organisations that only reads."""
        with self._locked(self._reading), self._begun(writes=False) as connection:
            yield SystemTransaction(connection)

    @contextmanager
    def statistics(self) -> Iterator[Statistics]:
        """Count the statements and commits of every thread while the block runs."""
        counted = Statistics()

        def on_statement(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            counted.statements += 1
            counted.texts += (statement,)

        def on_commit(_connection: Any) -> None:
            counted.commits += 1

        event.listen(self.engine, "before_cursor_execute", on_statement)
        event.listen(self.engine, "commit", on_commit)
        try:
            yield counted
        finally:
            event.remove(self.engine, "before_cursor_execute", on_statement)
            event.remove(self.engine, "commit", on_commit)

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[Connection]:
        # Closing without a commit rolls back.
        with self.engine.connect() as connection:
            if self.is_sqlite:
                begin_sqlite(connection, writes=writes)
            yield connection

    @staticmethod
    def _locked(lock: threading.RLock | None) -> AbstractContextManager[Any]:
        return nullcontext() if lock is None else lock


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    memory = url in ("sqlite://", "sqlite:///:memory:")
    options: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, **options
    )
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
