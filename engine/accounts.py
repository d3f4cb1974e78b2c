"""Local accounts: invitations to choose a password, and checking it. Passwords are never kept."""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.model.access import AccessKind
from engine.model.actors import Actor, Permission
from engine.model.people import PersonNotFound
from engine.model.sign_ins import (
    Invitation,
    InvitationRefused,
    LocalAccount,
    PasswordRefused,
    SignInRefused,
)
from engine.process_engine import ProcessEngine

SHORTEST = 12
LONGEST = 200
FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=3)
SECRET_BYTES = 32
AT_THE_SAME_TIME = 2
"""Each check takes 64 MiB and a tenth of a second on purpose: more at once would starve the rest."""

_hasher = PasswordHasher()
_hashing = threading.BoundedSemaphore(AT_THE_SAME_TIME)
_NOBODYS = _hasher.hash(secrets.token_urlsafe(SECRET_BYTES))
"""Checked where there is no account, so that the time taken does not tell."""

_WRONG = (
    "The user name or the password is wrong. After too many attempts with a wrong password even the "
    "right one is refused: wait 15 minutes, or ask your administrator for an invitation."
)
"""The same for each reason: a name that is locked would be known to exist."""


def invite(engine: ProcessEngine, *, by: Actor, username: str, now: datetime) -> str:
    """Return the secret of an invitation to choose a password; earlier ones are worth nothing."""
    by.check(Permission.ADMINISTER)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with engine.transaction(by.organisation) as tx:
        person = tx.people.find(username)
        if person is None or not person.active:
            raise PersonNotFound(username)
        tx.accounts.invite(
            Invitation(by.organisation, username, now, by.user, now + INVITATION_LASTS),
            _hash(secret),
        )
        tx.access_events.add(
            AccessKind.INVITED, user=by.user, about=username, now=engine.clock.now()
        )
    return secret


def invitation(engine: ProcessEngine, *, secret: str, now: datetime) -> Invitation:
    """Return an invitation that can still be used; raise InvitationRefused."""
    with engine.store.system_reading() as system:
        found = system.invitations.find(_hash(secret))
    if found is None or found.expires_at <= now:
        raise InvitationRefused
    return found


def accept(engine: ProcessEngine, *, secret: str, password: str, now: datetime) -> Invitation:
    """Choose a password by an invitation, which is consumed; every session there was is ended.

    Raises InvitationRefused or PasswordRefused; nothing is changed then.
    """
    found = invitation(engine, secret=secret, now=now)
    _check_password(password, found.username)
    hashed = _hashed(password)
    with engine.transaction(found.organisation) as tx:
        person = tx.people.find(found.username)
        if person is None or not person.active:
            raise InvitationRefused
        tx.accounts.put(LocalAccount(found.username, hashed, now))
        tx.accounts.drop_invitations(found.username)
        tx.sessions.end_all(username=found.username)
        tx.access_events.add(
            AccessKind.PASSWORD_CHANGED,
            user=found.username,
            about="by invitation",
            now=engine.clock.now(),
        )
    return found


def check(
    engine: ProcessEngine, *, organisation: str, username: str, password: str, now: datetime
) -> None:
    """Check a user name and password. Raises SignInRefused, the same for either being wrong.

    After five wrong passwords in a row none is right for a quarter of an hour.
    """
    with engine.reading(organisation) as tx:
        account, person = tx.accounts.get(username), tx.people.find(username)
    usable = account is not None and person is not None and person.active
    right = _is_right(account.password_hash if account is not None else _NOBODYS, password)
    if account is not None and _is_locked(account, now):
        _failed(engine, organisation, username, "locked after wrong passwords")
        raise SignInRefused(_WRONG)
    if not (right and usable):
        _failed(engine, organisation, username, "wrong user name or password", at=now)
        raise SignInRefused(_WRONG)
    assert account is not None
    if account.failures or _hasher.check_needs_rehash(account.password_hash):
        fresh = _hashed(password)
        with engine.transaction(organisation) as tx:
            tx.accounts.put(replace(account, failures=0, last_failed_at=None, password_hash=fresh))


def change_password(
    engine: ProcessEngine, *, by: Actor, old: str, new: str, now: datetime
) -> None:
    """Give one's own account another password; every session is ended, this one too.

    Raises SignInRefused when the old one is wrong, or PasswordRefused.
    """
    check(engine, organisation=by.organisation, username=by.user, password=old, now=now)
    _check_password(new, by.user)
    hashed = _hashed(new)
    with engine.transaction(by.organisation) as tx:
        tx.accounts.put(LocalAccount(by.user, hashed, now))
        tx.sessions.end_all(username=by.user)
        tx.access_events.add(
            AccessKind.PASSWORD_CHANGED,
            user=by.user,
            about="by themselves",
            now=engine.clock.now(),
        )


def has_password(engine: ProcessEngine, *, by: Actor, username: str) -> bool:
    """Say whether a person has a local account."""
    with engine.reading(by.organisation) as tx:
        return tx.accounts.get(username) is not None


def _check_password(password: str, username: str) -> None:
    if len(password) < SHORTEST:
        raise PasswordRefused(
            f"Choose a password of {SHORTEST} characters or more. Three random words are good."
        )
    if len(password) > LONGEST:
        raise PasswordRefused(f"A password has at most {LONGEST} characters.")
    plain = password.casefold()
    if username.casefold() in plain or len(set(plain)) < 5:
        raise PasswordRefused(
            "Choose a password that does not hold your user name and is not one letter repeated."
        )


def _is_locked(account: LocalAccount, now: datetime) -> bool:
    return (
        account.failures >= FAILURES_ALLOWED
        and account.last_failed_at is not None
        and now < account.last_failed_at + LOCKED_FOR
    )


def _is_right(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST:
        return False
    with _hashing:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _hashed(password: str) -> str:
    with _hashing:
        return _hasher.hash(password)


def _failed(
    engine: ProcessEngine,
    organisation: str,
    username: str,
    about: str,
    *,
    at: datetime | None = None,
) -> None:
    with engine.transaction(organisation) as tx:
        # Read again under the lock: attempts at the same time all count.
        account = tx.accounts.get(username) if at is not None else None
        if account is not None:
            start_anew = account.failures >= FAILURES_ALLOWED
            failures = 1 if start_anew else account.failures + 1
            tx.accounts.put(replace(account, failures=failures, last_failed_at=at))
        tx.access_events.add(
            AccessKind.SIGN_IN_REFUSED, user=username[:100], about=about, now=engine.clock.now()
        )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
