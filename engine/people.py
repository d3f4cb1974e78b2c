"""People: who they are, which roles they hold, when they are away, and who they are as they act."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from engine.content import Organisation
from engine.directories import ladders_of
from engine.model.access import AccessKind
from engine.model.actors import BUILT_IN_ROLES, Actor, Permission
from engine.model.directory import Directory
from engine.model.identifiers import new_id
from engine.model.people import (
    Absence,
    AbsenceNotFound,
    IssuerAccount,
    Person,
    PersonNotFound,
    PersonRefused,
    UnknownRole,
)
from engine.process_engine import ProcessEngine
from engine.store import Transaction

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
LONGEST_NAME = 200
DEMO = "demo"
"""Who begins the invented cases of a demonstration; nobody signs in by this name."""


def listing(engine: ProcessEngine, *, by: Actor) -> tuple[Person, ...]:
    """Return everybody of the organisation, by user name."""
    with engine.reading(by.organisation) as tx:
        return tx.people.listing()


def find(engine: ProcessEngine, *, organisation: str, username: str) -> Person | None:
    """Return the person, None when there is none of that name in the organisation."""
    with engine.reading(organisation) as tx:
        return tx.people.find(username)


def get(engine: ProcessEngine, *, by: Actor, username: str) -> Person:
    """Return a person for who looks after them; raise PersonNotFound."""
    by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        return _found(tx, username)


def add(engine: ProcessEngine, *, by: Actor, person: Person) -> None:
    """Add a person, or change what is known of them; one who is not active any more is signed out.

    Raises UnknownRole, or PersonRefused for a name or an address that cannot be used.
    """
    by.check(Permission.ADMINISTER)
    _check(person)
    with engine.transaction(by.organisation) as tx:
        organisation = engine.catalogues.of(tx).organisation
        known = (*BUILT_IN_ROLES, *(own.id for own in organisation.roles))
        for role in person.roles:
            if role not in known:
                raise UnknownRole(role, known)
        before = tx.people.find(person.username)
        tx.people.put(person)
        if not person.active:
            tx.sessions.end_all(username=person.username)
            tx.accounts.drop_invitations(person.username)
        tx.access_events.add(
            AccessKind.PERSON_CHANGED,
            user=by.user,
            about=_change(before, person),
            now=engine.clock.now(),
        )


def actor(engine: ProcessEngine, *, organisation: str, username: str) -> Actor:
    """Return the person as one who acts, with what their roles allow now; raise PersonNotFound."""
    with engine.reading(organisation) as tx:
        found = engine.person(
            engine.catalogues.of(tx), engine.directories.of(tx), username, engine.clock.now()
        )
    if found is None:
        raise PersonNotFound(username)
    return found


def directory(engine: ProcessEngine, *, by: Actor) -> Directory:
    """Return who may come in, with their roles and absences: what candidate groups resolve by."""
    with engine.reading(by.organisation) as tx:
        return engine.directories.of(tx)


def resolve(engine: ProcessEngine, *, by: Actor, role: str) -> tuple[Person, ...]:
    """Return the people whom a candidate group means now, up its ladder when nobody is there."""
    with engine.reading(by.organisation) as tx:
        found = engine.directories.of(tx)
        ladders = ladders_of(engine.catalogues.of(tx).organisation)
    names = found.resolve(role, ladders, engine.clock.now())
    return tuple(found.people[name] for name in names)


def gaps(engine: ProcessEngine, *, by: Actor) -> dict[str, tuple[str, ...]]:
    """Return, for each role whose people are all away or which nobody holds, who sees its tasks."""
    with engine.reading(by.organisation) as tx:
        found = engine.directories.of(tx)
        organisation = engine.catalogues.of(tx).organisation
    now, ladders = engine.clock.now(), ladders_of(organisation)
    return {
        role: found.resolve(role, ladders, now) for role in ladders if not found.holders(role, now)
    }


def issuer_accounts(
    engine: ProcessEngine, *, by: Actor, username: str
) -> tuple[IssuerAccount, ...]:
    """Return how the organisation's own sign-in knows a person."""
    by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        return tx.people.issuer_accounts(username)


def absences(engine: ProcessEngine, *, by: Actor, username: str) -> tuple[Absence, ...]:
    """Return when a person is or will be away, or was; one's own, or as an administrator."""
    _check_own(by, username)
    with engine.reading(by.organisation) as tx:
        return tx.people.absences(username)


def add_absence(
    engine: ProcessEngine,
    *,
    by: Actor,
    username: str,
    begins_at: datetime,
    ends_at: datetime | None,
    delegate: str | None,
) -> Absence:
    """Record that a person is away, and who sees and does their tasks meanwhile, if anybody.

    Raises PersonRefused for an end before the beginning or a delegate who cannot stand in.
    """
    _check_own(by, username)
    if ends_at is not None and ends_at <= begins_at:
        raise PersonRefused("The last day of an absence is on or after its first day.")
    if delegate == username:
        raise PersonRefused("Somebody else has to stand in for a person who is away.")
    record = Absence(new_id(), username, begins_at, ends_at, delegate, by.user, engine.clock.now())
    with engine.transaction(by.organisation) as tx:
        _found(tx, username)
        if delegate is not None and not _found(tx, delegate).active:
            raise PersonRefused(f"{delegate} cannot come in any more, so cannot stand in.")
        tx.people.add_absence(record)
        until = ends_at.isoformat() if ends_at else "further notice"
        about = f"{username} away from {begins_at.isoformat()} until {until}"
        about += f", {delegate} stands in" if delegate else ""
        tx.access_events.add(
            AccessKind.ABSENCE_CHANGED, user=by.user, about=about, now=engine.clock.now()
        )
    return record


def remove_absence(engine: ProcessEngine, *, by: Actor, username: str, absence_id: str) -> None:
    """Take an absence back; raise AbsenceNotFound when there is none."""
    _check_own(by, username)
    with engine.transaction(by.organisation) as tx:
        if not tx.people.remove_absence(absence_id, username):
            raise AbsenceNotFound
        tx.access_events.add(
            AccessKind.ABSENCE_CHANGED,
            user=by.user,
            about=f"absence of {username} taken back",
            now=engine.clock.now(),
        )


def add_demo(engine: ProcessEngine, *, by: Actor) -> int:
    """Add the invented people of the organisation's content; returns how many."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        demo = engine.catalogues.of(tx).organisation.demo_people
        known = {found.username: found for found in tx.people.listing()}
        for person in demo:
            wanted = Person(
                person.username,
                person.name,
                person.roles,
                demo=True,
                # A host that nobody can have: nothing reaches anybody by mistake.
                email=f"{person.username}@{by.organisation}.example",
            )
            if known.get(person.username) != wanted:
                tx.people.put(wanted)
    return len(demo)


def remove_demo(engine: ProcessEngine, *, by: Actor) -> int:
    """Remove the invented people again; returns how many."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        return tx.people.remove_demo()


def remove_demo_cases(engine: ProcessEngine, *, by: Actor) -> int:
    """Remove the instances that the invented person DEMO began, with their history; how many."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        files = tx.attachments.keys_begun_by(DEMO)
        removed = tx.removal.remove_begun_by(DEMO)
    if engine.attachment_store is not None:
        for key in files:
            engine.attachment_store.remove(key)
    return removed


def roles_to_give(organisation: Organisation) -> Sequence[tuple[str, str, str]]:
    """Return (id, name, description) of every role that a person can be given, the own ones first."""
    own = [(role.id, role.name, role.description) for role in organisation.roles]
    taken = {role.id for role in organisation.roles}
    built_in = [
        (role, role.replace("_", " ").capitalize(), "A role of Remit’s own.")
        for role in BUILT_IN_ROLES
        if role not in taken and role != "system"
    ]
    return [*own, *built_in]


def _check_own(by: Actor, username: str) -> None:
    if by.session != "person" or by.user != username:
        by.check(Permission.ADMINISTER)


def _check(person: Person) -> None:
    if not USERNAME.fullmatch(person.username):
        raise PersonRefused(
            "A user name has up to 100 lower-case letters, digits and . _ @ + -, and begins with "
            "a letter or digit."
        )
    if not person.name.strip() or len(person.name) > LONGEST_NAME:
        raise PersonRefused(f"A person needs a name of up to {LONGEST_NAME} characters.")
    if person.email is not None and not EMAIL.fullmatch(person.email):
        raise PersonRefused("An e-mail address looks like name@example.gov.uk.")


def _found(tx: Transaction, username: str) -> Person:
    person = tx.people.find(username)
    if person is None:
        raise PersonNotFound(username)
    return person


def _change(before: Person | None, after: Person) -> str:
    roles = ", ".join(after.roles) or "no role"
    if before is None:
        return f"{after.username} added: {roles}"
    if before.active and not after.active:
        return f"{after.username} cannot come in any more"
    if before.roles == after.roles:
        return f"{after.username} changed"
    return f"{after.username}: {', '.join(before.roles) or 'no role'} became {roles}"
