"""Webhook sources: systems that send what happened there; their secrets, mappings and receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from engine.content import Mapped, WebhookSource
from engine.feel import from_json
from engine.model.actors import Actor, Permission
from engine.model.errors import RemitError
from engine.model.pages import Page, PageRequest
from engine.model.people import OrganisationNotFound
from engine.model.webhook_endpoints import ROTATION, SealedSecret
from engine.model.webhook_receipts import WebhookReceipt
from engine.process_engine import ProcessEngine

SENDS = frozenset(
    {
        Permission.START,
        Permission.READ_INSTANCES,
        Permission.SEND_MESSAGES,
        Permission.WORK_TASKS,
        Permission.WORK_ALL_TASKS,
    }
)
"""What a source may do, within what its mapping says."""


MOST_UNPROVEN = 50
UNPROVEN_WITHIN = timedelta(hours=1)


class WebhookSourceNotFound(RemitError):
    """The organisation's content names no such source."""

    code: ClassVar[str] = "webhook_source_not_found"

    def __init__(self, source: str) -> None:
        super().__init__(f"The organisation's file lists no webhook source {source}.")


@dataclass(frozen=True, slots=True)
class Sender:
    """A source that says it sends: what it must prove itself with, and who it then acts as."""

    source: WebhookSource
    sealed: tuple[str, ...]
    actor: Actor


def listing(engine: ProcessEngine, *, by: Actor) -> tuple[WebhookSource, ...]:
    """Return the sources that the organisation's content lists."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return engine.catalogues.of(tx).organisation.webhook_sources


def sender(engine: ProcessEngine, *, organisation: str, source: str) -> Sender | None:
    """Return what a request to this source must prove; None when nobody may send to it."""
    now = engine.clock.now()
    with engine.reading(organisation) as tx:
        try:
            found = engine.catalogues.of(tx).organisation.webhook_source(source)
        except OrganisationNotFound:
            return None
        secrets = tx.webhook_receipts.secrets(source)
    valid = tuple(one.sealed for one in secrets if one.expires_at is None or now < one.expires_at)
    if found is None or not valid:
        return None
    actor = Actor(organisation, f"webhook:{source}", frozenset(), SENDS, "system")
    return Sender(found, valid, actor)


def set_secret(engine: ProcessEngine, *, by: Actor, source: str, given: str | None = None) -> str:
    """Give a source a secret, its own or a fresh one; the one before is accepted for a day."""
    by.check(Permission.ADMINISTER)
    assert engine.webhook_sender is not None, "this engine was put together without a way out"
    secret, now = given or engine.webhook_sender.new_secret(), engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        if engine.catalogues.of(tx).organisation.webhook_source(source) is None:
            raise WebhookSourceNotFound(source)
        before = [one for one in tx.webhook_receipts.secrets(source) if one.expires_at is None]
        ending = tuple(SealedSecret(one.sealed, now + ROTATION) for one in before)
        secrets = (SealedSecret(engine.webhook_sender.seal(secret)), *ending)
        tx.webhook_receipts.put_secrets(source, secrets, by=by.user, now=now)
    return secret


def mapped(engine: ProcessEngine, *, by: Actor, source: str, payload: Any) -> Mapped:
    """Return what a payload would do, and do nothing; raise PayloadNotMapped."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
    found = catalogue.organisation.webhook_source(source)
    if found is None:
        raise WebhookSourceNotFound(source)
    return found.mapped(from_json(payload), engine.evaluation(catalogue, engine.clock.now()))


def record(engine: ProcessEngine, *, by: Actor, receipt: WebhookReceipt) -> None:
    """Note what came in and what it did."""
    with engine.store.transaction(by.organisation) as tx:
        tx.webhook_receipts.add(receipt)


def record_unproven(engine: ProcessEngine, *, by: Actor, receipt: WebhookReceipt) -> None:
    """Note a request that nobody has proven, unless enough of them were noted of late.

    Whoever knows no secret must not be able to fill the database.
    """
    since = receipt.received_at - UNPROVEN_WITHIN
    with engine.reading(by.organisation) as tx:
        noted = tx.webhook_receipts.refused_since(receipt.source, since)
    if noted < MOST_UNPROVEN:
        record(engine, by=by, receipt=receipt)


def receipts(
    engine: ProcessEngine, *, by: Actor, page: PageRequest, source: str | None = None
) -> Page[WebhookReceipt]:
    """Return what came in and what it did, newest first."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.webhook_receipts.listing(page, source=source)
