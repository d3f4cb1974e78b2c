"""The access log: who came in, who was refused, what was opened. Written, read, never changed."""

from __future__ import annotations

import logging

from engine.model.access import AccessEvent, AccessKind
from engine.model.actors import Actor, Permission
from engine.model.pages import Page, PageRequest
from engine.process_engine import ProcessEngine

log = logging.getLogger("remit.access")


def note(
    engine: ProcessEngine, *, organisation: str, kind: AccessKind, user: str | None, about: str
) -> None:
    """Write down something about coming in.

    For an organisation that does not exist there is no log: it goes to the process's own, without
    the key, which anybody may have made up.
    """
    with engine.store.transaction(organisation) as tx:
        if tx.organisations.catalogue() is None:
            log.warning("%s: an organisation that does not exist", kind)
            return
        tx.access_events.add(kind, user=user, about=about, now=engine.clock.now())


def listing(engine: ProcessEngine, *, by: Actor, page: PageRequest) -> Page[AccessEvent]:
    """Return what was written down for the organisation, newest first."""
    by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        return tx.access_events.listing(page)
