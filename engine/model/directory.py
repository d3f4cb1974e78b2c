"""Who holds which role right now: absences, those who stand in, and the step up when nobody is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.people import Absence, Person

Ladders = Mapping[str, str | None]
"""An organisation's own roles, and the role each one escalates to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may see of other people's and other roles' tasks at one instant.

    `roles`: their own, those of the people they stand in for, and those that nobody else can fill.
    """

    roles: frozenset[str]
    acts_for: frozenset[str]


@dataclass(frozen=True)
class Directory:
    """Everybody of one organisation who may come in, as of one `number` of its changes."""

    number: int
    people: Mapping[str, Person]
    roles: Mapping[str, frozenset[str]]
    """By user name: what an administrator gave and what their own sign-in said."""
    absences: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)

    def is_absent(self, username: str, now: datetime) -> bool:
        """Say whether the person is away."""
        return any(absence.covers(now) for absence in self.absences.get(username, ()))

    def stands_in_for(self, username: str, now: datetime) -> str | None:
        """Return who does the person's tasks now: themselves, or the first present delegate."""
        seen: set[str] = set()
        while username in self.people and username not in seen:
            seen.add(username)
            away = [one for one in self.absences.get(username, ()) if one.covers(now)]
            if not away:
                return username
            named = [absence.delegate for absence in away if absence.delegate]
            if not named:
                return None
            username = named[0]
        return None

    def holders(self, role: str, now: datetime) -> tuple[str, ...]:
        """Return who can fill a role now: its people who are there, and their delegates."""
        standing = (
            self.stands_in_for(username, now)
            for username, roles in self.roles.items()
            if role in roles
        )
        return tuple(sorted({username for username in standing if username is not None}))

    def resolve(self, role: str, ladders: Ladders, now: datetime) -> tuple[str, ...]:
        """Return the people whom a candidate group means now, up its ladder when nobody is there.

        None at all: a gap that an administrator has to close.
        """
        seen: set[str] = set()
        step: str | None = role
        while step is not None and step not in seen:
            seen.add(step)
            found = self.holders(step, now)
            if found:
                return found
            step = ladders.get(step)
        return ()

    def standing(self, username: str, ladders: Ladders, now: datetime) -> Standing:
        """Return what the person sees now besides what is their own."""
        own = self.roles.get(username, frozenset())
        acts_for = frozenset(
            other
            for other in self.absences
            if other != username
            and other in self.people
            and self.stands_in_for(other, now) == username
        )
        lent = {
            role
            for other in acts_for
            for role in self.roles.get(other, frozenset())
            if role in ladders
        }
        covered = {
            role
            for role in ladders
            if role not in own and username in self.resolve(role, ladders, now)
        }
        return Standing(own | lent | covered, acts_for)
