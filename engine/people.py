"""People: who they are, which roles they hold, who they are when they sign in."""

from __future__ import annotations

from engine.model.actors import BUILT_IN_ROLES, Actor, Permission
from engine.model.people import Person, PersonNotFound, UnknownRole
from engine.process_engine import ProcessEngine


def listing(engine: ProcessEngine, *, by: Actor) -> tuple[Person, ...]:
    """Return everybody of the organisation, by user name."""
    with engine.reading(by.organisation) as tx:
        return tx.people.listing()


def find(engine: ProcessEngine, *, organisation: str, username: str) -> Person | None:
    """Return the person, None when there is none of that name in the organisation."""
    with engine.reading(organisation) as tx:
        return tx.people.find(username)


def add(engine: ProcessEngine, *, by: Actor, person: Person) -> None:
    """Add a person, or change their name and roles. Raises UnknownRole."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        organisation = engine.catalogues.of(tx).organisation
        known = (*BUILT_IN_ROLES, *(own.id for own in organisation.roles))
        for role in person.roles:
            if role not in known:
                raise UnknownRole(role, known)
        tx.people.put(person)


def actor(engine: ProcessEngine, *, organisation: str, username: str) -> Actor:
    """Return the person as one who acts, with what their roles allow now; raise PersonNotFound."""
    with engine.reading(organisation) as tx:
        person = tx.people.find(username)
        if person is None:
            raise PersonNotFound(username)
        return engine.actor(engine.catalogues.of(tx), person.username, person.roles, "person")


def add_demo(engine: ProcessEngine, *, by: Actor) -> int:
    """Add the invented people of the organisation's content; returns how many."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        demo = engine.catalogues.of(tx).organisation.demo_people
        for person in demo:
            tx.people.put(Person(person.username, person.name, person.roles, demo=True))
    return len(demo)


def remove_demo(engine: ProcessEngine, *, by: Actor) -> int:
    """Remove the invented people again; returns how many."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        return tx.people.remove_demo()
