"""Everybody's directory, read once for each change, and who somebody is by it. Decides nothing itself."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.content import Organisation
from engine.model.directory import Directory, Ladders
from engine.store import Transaction

ORGANISATIONS_KEPT = 200


class Directories:
    """The directories of every organisation, shared between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Directory] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tx: Transaction, number: int | None = None) -> Directory:
        """Return the organisation's directory; `number` saves asking whether it has changed."""
        if number is None:
            number = tx.people.directory_number()
        known = self.known(tx.organisation, number)
        if known is not None:
            return known
        found = tx.people.directory()
        with self._lock:
            self._known[tx.organisation] = found
            self._known.move_to_end(tx.organisation)
            while len(self._known) > ORGANISATIONS_KEPT:
                self._known.popitem(last=False)
        return found

    def known(self, organisation: str, number: int | None) -> Directory | None:
        """Return the directory if this very one was read before."""
        with self._lock:
            found = self._known.get(organisation)
        return found if found is not None and found.number == number else None


def ladders_of(organisation: Organisation) -> Ladders:
    """Return the organisation's own roles and the role that each escalates to."""
    return {role.id: role.escalates_to for role in organisation.roles}
