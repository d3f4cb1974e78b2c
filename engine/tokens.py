"""API tokens: made for one organisation and role, shown once, found again by their hash."""

from __future__ import annotations

import hashlib
import secrets

from engine.model.access import AccessKind
from engine.model.actors import BUILT_IN_ROLES, Actor, Permission
from engine.model.identifiers import new_id
from engine.model.people import ApiToken, TokenNotFound, UnknownRole
from engine.process_engine import ProcessEngine

PREFIX = "remit_"
SECRET_BYTES = 32


def create(engine: ProcessEngine, *, by: Actor, role: str, name: str) -> tuple[ApiToken, str]:
    """Make a token of the actor's organisation; returns it and its secret, which is never kept.

    Raises UnknownRole, or OrganisationNotFound.
    """
    by.check(Permission.ADMINISTER)
    # The secret is random and long, so that one round of SHA-256 is as good as many.
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with engine.transaction(by.organisation) as tx:
        organisation = engine.catalogues.of(tx).organisation
        known = (*BUILT_IN_ROLES, *(own.id for own in organisation.roles))
        if role not in known:
            raise UnknownRole(role, known)
        token = ApiToken(
            id=new_id(),
            organisation=by.organisation,
            name=name,
            role=role,
            created_at=engine.clock.now(),
            created_by=by.user,
        )
        tx.tokens.add(token, _hash(secret))
        tx.access_events.add(
            AccessKind.TOKEN_MADE, user=by.user, about=f"{name}: {role}", now=token.created_at
        )
    return token, secret


def authenticate(engine: ProcessEngine, secret: str) -> Actor | None:
    """Return who acts with this secret; None when it is no token's, or a revoked one's."""
    with engine.store.system_reading() as system:
        found = system.tokens.find(_hash(secret))
    if found is None:
        return None
    token, number = found
    catalogue = engine.catalogues.known(token.organisation, number)
    if catalogue is None:
        with engine.reading(token.organisation) as tx:
            catalogue = engine.catalogues.of(tx, number)
    return engine.actor(catalogue, f"token:{token.name}", [token.role], "token")


def listing(engine: ProcessEngine, *, by: Actor) -> tuple[ApiToken, ...]:
    """Return the organisation's tokens, revoked ones too, oldest first."""
    by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        return tx.tokens.listing()


def revoke(engine: ProcessEngine, *, by: Actor, token_id: str) -> None:
    """Make a token worthless at once; raise TokenNotFound when there is none to revoke."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        now = engine.clock.now()
        if not tx.tokens.revoke(token_id, now=now):
            raise TokenNotFound(token_id)
        tx.sessions.end_all(token_id=token_id)
        tx.access_events.add(AccessKind.TOKEN_REVOKED, user=by.user, about=token_id, now=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
