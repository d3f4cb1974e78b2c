"""Sessions: begun by people and tokens, resumed for each page, ended here and everywhere."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.content import Organisation
from engine.model.access import AccessKind
from engine.model.actors import Actor, Permission
from engine.model.people import IssuerAccount, Person, PersonNotFound
from engine.model.sign_ins import Means, Session, SignInRefused
from engine.process_engine import ProcessEngine
from engine.store import Transaction

ABSOLUTE_LIMIT = timedelta(hours=12)
"""However busy somebody is, after a working day they sign in again."""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Resumed:
    """Who a session belongs to, and their organisation as its own file describes it."""

    actor: Actor
    name: str
    means: Means
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class Claims:
    """What an issuer says of somebody, checked already: `roles` are those their groups stand for."""

    issuer: str
    subject: str
    username: str
    name: str
    email: str | None
    roles: tuple[str, ...]


def begin_as_person(
    engine: ProcessEngine, *, organisation: str, username: str, means: Means, now: datetime
) -> str:
    """Begin a session for a person and return its secret, which is kept nowhere.

    `now` is the time of day outside, not that of a moved clock. Raises PersonNotFound for
    nobody, and for somebody who may not come in any more.
    """
    with engine.transaction(organisation) as tx:
        person = tx.people.find(username)
        if person is None or not person.active:
            raise PersonNotFound(username)
        session = Session(organisation, username, None, means, now, now + ABSOLUTE_LIMIT)
        return _begin(engine, tx, session, user=username)


def begin_with_token(engine: ProcessEngine, *, actor: Actor, now: datetime) -> str:
    """Begin a session for whoever pasted a token and return its secret."""
    with engine.transaction(actor.organisation) as tx:
        token = next(
            found
            for found in tx.tokens.listing()
            if found.revoked_at is None
            and f"token:{found.name}" == actor.user
            and actor.roles == {found.role}
        )
        session = Session(
            actor.organisation, None, token.id, Means.TOKEN, now, now + ABSOLUTE_LIMIT
        )
        return _begin(engine, tx, session, user=actor.user)


def begin_from_issuer(
    engine: ProcessEngine, *, organisation: str, claims: Claims, now: datetime
) -> str:
    """Begin a session for whom the organisation's own sign-in vouches for; return its secret.

    Their account there is bound to a person here once, by user name, and from then on by its
    subject alone. Nobody of that name yet: they are added. Raises SignInRefused for an
    account that was taken out of use, and for a user name that is somebody else's.
    """
    with engine.transaction(organisation) as tx:
        person = _person_of(tx, claims)
        tx.people.put(person)
        tx.people.put_issuer_account(
            IssuerAccount(claims.issuer, claims.subject, person.username, claims.roles, now)
        )
        session = Session(
            organisation, person.username, None, Means.ISSUER, now, now + ABSOLUTE_LIMIT
        )
        return _begin(engine, tx, session, user=person.username)


def resume(engine: ProcessEngine, *, secret: str, now: datetime) -> Resumed | None:
    """Return who this session belongs to; None when it has ended, or their access was taken away.

    What they may do is read anew each time: what an administrator takes away is gone at once.
    """
    with engine.store.system_reading() as system:
        found = system.sessions.find(_hash(secret))
    if found is None or found.session.ends_at <= now:
        return None
    session = found.session
    catalogue = engine.catalogues.known(session.organisation, found.catalogue)
    directory = engine.directories.known(session.organisation, found.directory)
    if catalogue is None or directory is None or session.token_id is not None:
        with engine.reading(session.organisation) as tx:
            catalogue = engine.catalogues.of(tx, found.catalogue)
            directory = engine.directories.of(tx, found.directory)
            tokens = tx.tokens.listing() if session.token_id else ()
        for token in tokens:
            if token.id == session.token_id and token.revoked_at is None:
                actor = engine.actor(catalogue, f"token:{token.name}", [token.role], "token")
                return Resumed(actor, token.name, session.means, catalogue.organisation)
    if session.username is None:
        return None
    person = engine.person(catalogue, directory, session.username, engine.clock.now())
    if person is None:
        return None
    name = directory.people[session.username].name
    return Resumed(person, name, session.means, catalogue.organisation)


def end(engine: ProcessEngine, *, by: Actor, secret: str) -> None:
    """End one session."""
    with engine.transaction(by.organisation) as tx:
        tx.sessions.end(_hash(secret))
        tx.access_events.add(AccessKind.SIGNED_OUT, user=by.user, about="", now=engine.clock.now())


def end_everywhere(engine: ProcessEngine, *, by: Actor, username: str) -> int:
    """End every session of a person, on every machine; one's own, or as an administrator."""
    if by.session != "person" or by.user != username:
        by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        ended = tx.sessions.end_all(username=username)
        tx.access_events.add(
            AccessKind.SIGNED_OUT_EVERYWHERE, user=by.user, about=username, now=engine.clock.now()
        )
    return ended


def count(engine: ProcessEngine, *, by: Actor, username: str, now: datetime) -> int:
    """Return in how many places a person is signed in; one's own, or as an administrator."""
    if by.session != "person" or by.user != username:
        by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        return tx.sessions.count(username, now=now)


def roles_of_groups(organisation: Organisation, groups: Collection[str]) -> tuple[str, ...]:
    """Return the roles that an issuer's groups stand for in this organisation."""
    if organisation.sign_in is None:
        return ()
    mapped = organisation.sign_in.groups
    return tuple(dict.fromkeys(role for group in sorted(groups) for role in mapped.get(group, ())))


def _person_of(tx: Transaction, claims: Claims) -> Person:
    account = tx.people.issuer_account(claims.issuer, claims.subject)
    username = account.username if account is not None else claims.username
    person = tx.people.find(username)
    if person is None:
        return Person(username, claims.name, (), email=claims.email)
    if not person.active:
        raise SignInRefused("This account was taken out of use. Ask your administrator.")
    if account is None and (person.demo or _is_bound(tx, username)):
        raise SignInRefused(
            f"The user name {username} belongs to another account here. Ask your administrator."
        )
    return replace(person, name=claims.name, email=claims.email or person.email)


def _is_bound(tx: Transaction, username: str) -> bool:
    return bool(tx.people.issuer_accounts(username)) or tx.accounts.get(username) is not None


def _begin(engine: ProcessEngine, tx: Transaction, session: Session, *, user: str) -> str:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    tx.sessions.forget_ended(session.begun_at)
    tx.sessions.add(session, _hash(secret))
    tx.access_events.add(
        AccessKind.SIGNED_IN, user=user, about=session.means, now=engine.clock.now()
    )
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
