"""Puts the engine together from the settings. The only place that knows which parts there are."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine import jobs
from engine.attachment_stores import store_at
from engine.attachment_stores.scanning import CommandScanner
from engine.executors.local import LocalExecutor
from engine.handlers import HANDLERS
from engine.model.attachments import AttachmentStore
from engine.model.notices import Channel
from engine.process_engine import Executor, ProcessEngine
from engine.store import Store
from web.environment import clock_of
from web.settings import Settings, SettingsRefused
from webhooks.connectors import HttpConnectors
from webhooks.deliver import SignedWebhooks
from webhooks.targets import NoticeTargets, Target
from webhooks.targets.mail import Mail, mail_server

SECONDS_TO_FINISH = 10.0
"""How long a stopping service waits for jobs that are under way."""
SECRET_KEY_FILE = Path("var/secret_key")


@contextmanager
def open_engine(
    settings: Settings, *, executor: Executor | None = None
) -> Iterator[ProcessEngine]:
    """Open the database, bring its schema up to date, and give the engine over it.

    Creates the folder of a SQLite file. With an executor, due jobs are delivered while the block
    runs. Everything is closed at its end.
    """
    clock = clock_of(settings)
    if settings.sqlite_file is not None:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        store.upgrade()
        sender = webhook_sender(settings)
        engine = ProcessEngine(
            store=store,
            clock=clock,
            handlers=HANDLERS,
            executor=executor,
            webhook_sender=sender,
            connector_caller=HttpConnectors(sender.open, insecure=not settings.in_production),
            notice_sender=notice_sender(settings),
            attachment_store=attachment_store(settings),
            attachment_scanner=CommandScanner(settings.attachment_scanner)
            if settings.attachment_scanner
            else None,
            address=settings.address,
        )
        if executor is None:
            yield engine
            return
        executor.start(engine, partial(jobs.run_job, engine), partial(jobs.give_up, engine))
        try:
            yield engine
        finally:
            executor.stop(SECONDS_TO_FINISH)
    finally:
        store.close()


def attachment_store(settings: Settings) -> AttachmentStore:
    """Return where attached files are kept; raise SettingsRefused for a place that is none."""
    try:
        return store_at(settings.attachments)
    except ValueError as error:
        raise SettingsRefused(f"REMIT_ATTACHMENTS {error}.") from None


def serving_executor(settings: Settings) -> Executor:
    """Return what delivers due jobs in a process that serves."""
    return LocalExecutor(threads=settings.worker_threads)


def webhook_sender(settings: Settings) -> SignedWebhooks:
    """Return the way out for webhooks; outside production it also leads to this machine."""
    return SignedWebhooks(
        lambda: with_secret_key(settings).secret_key, insecure=not settings.in_production
    )


def notice_sender(settings: Settings) -> NoticeTargets:
    """Return the ways out for notices; outside production they also lead to this machine."""
    insecure = not settings.in_production
    secrets_by_name = settings.secrets_of_channels

    def mail() -> Target:
        servers = {key: mail_server(url) for key, url in settings.smtp_url}
        return Mail(servers, sender=settings.mail_from, insecure=insecure)

    # Their libraries take half a second to load: not before something is sent by them.
    def notify() -> Target:
        from webhooks.targets.govuk_notify import GovukNotify

        return GovukNotify(secrets_by_name, address=settings.notify_url)

    def chats() -> Target:
        from webhooks.targets.chats import Chats

        return Chats(secrets_by_name, insecure=insecure)

    return NoticeTargets(
        {
            Channel.EMAIL: mail,
            Channel.NOTIFY: notify,
            Channel.TEAMS: chats,
            Channel.SLACK: chats,
        },
        secret_key=lambda: with_secret_key(settings).secret_key,
    )


def with_secret_key(settings: Settings) -> Settings:
    """Return the settings with a secret key: outside production one is made once and kept.

    The file is `var/secret_key` and only its owner may read it.
    """
    if settings.secret_key or settings.in_production:
        return settings
    SECRET_KEY_FILE.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(SECRET_KEY_FILE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return replace(settings, secret_key=SECRET_KEY_FILE.read_text(encoding="ascii").strip())
