"""Connectors: which other systems service tasks ask, and the secrets that prove who asks. Asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine import connector_calls
from engine.content import Connector, ConnectorRequest, DeclaredSecret
from engine.feel import from_json
from engine.model.actors import Actor, Permission
from engine.model.connector_secrets import ConnectorSecret, ConnectorSecretNotFound
from engine.model.errors import RemitError
from engine.process_engine import ProcessEngine


class ConnectorSecretRefused(RemitError):
    """The text cannot be a secret that a header holds, or it names no host that connectors call."""

    code: ClassVar[str] = "connector_secret_refused"


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A secret that the content names, and what is kept of it, if anything; never the secret itself."""

    declared: DeclaredSecret
    kept: ConnectorSecret | None
    used_by: tuple[str, ...]


def listing(engine: ProcessEngine, *, by: Actor) -> tuple[Connector, ...]:
    """Return the connectors that the organisation's content lists."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return engine.catalogues.of(tx).organisation.connectors


def secrets(engine: ProcessEngine, *, by: Actor) -> tuple[NamedSecret, ...]:
    """Return the secrets that the content names, and whether each is set and for whom."""
    by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        organisation = engine.catalogues.of(tx).organisation
        kept = {secret.name: secret for secret in tx.connector_secrets.listing()}
    return tuple(
        NamedSecret(
            declared,
            kept.get(declared.name),
            tuple(
                connector.topic
                for connector in organisation.connectors
                if connector.secret is not None and connector.secret.name == declared.name
            ),
        )
        for declared in organisation.connector_secrets
    )


def set_secret(
    engine: ProcessEngine, *, by: Actor, name: str, secret: str, hosts: tuple[str, ...]
) -> None:
    """Keep a secret, sealed, in place of the one before; it goes to these hosts and to no other.

    Raises ConnectorSecretNotFound for a name that the content does not list.
    """
    by.check(Permission.ADMINISTER)
    assert engine.webhook_sender is not None, "this engine was put together without a way out"
    if not secret or not secret.isascii() or not secret.isprintable():
        raise ConnectorSecretRefused("A secret is a line of printable ASCII characters.")
    with engine.transaction(by.organisation) as tx:
        organisation = engine.catalogues.of(tx).organisation
        if all(declared.name != name for declared in organisation.connector_secrets):
            raise ConnectorSecretNotFound(name)
        called = {connector.host for connector in organisation.connectors}
        if not hosts or not set(hosts) <= called:
            raise ConnectorSecretRefused(
                "Name the hosts that the secret may go to: "
                f"connectors here call {', '.join(sorted(called)) or 'none'}."
            )
        tx.connector_secrets.put(
            ConnectorSecret(
                name,
                engine.webhook_sender.seal(secret),
                tuple(dict.fromkeys(hosts)),
                engine.clock.now(),
                by.user,
            )
        )


def remove_secret(engine: ProcessEngine, *, by: Actor, name: str) -> None:
    """Forget a secret: whatever needs it fails until it is set again."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        if not tx.connector_secrets.remove(name):
            raise ConnectorSecretNotFound(name)


def prepared(
    engine: ProcessEngine, *, by: Actor, topic: str, variables: Mapping[str, Any]
) -> ConnectorRequest:
    """Return what a connector would ask with these variables, and ask nothing; without the secret."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
    values = {name: from_json(value) for name, value in variables.items()}
    return connector_calls.prepared(engine, catalogue, topic, values)
