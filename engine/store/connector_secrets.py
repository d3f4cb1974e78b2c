"""Connector secrets of one organisation, sealed."""

from __future__ import annotations

from sqlalchemy import delete, insert

from engine.model.connector_secrets import ConnectorSecret
from engine.store.rows import Repository
from engine.store.webhook_schema import connector_secret


class ConnectorSecrets(Repository):
    def listing(self) -> tuple[ConnectorSecret, ...]:
        """Return every secret, by name."""
        query = self._select(connector_secret).order_by(connector_secret.c.name)
        return tuple(
            ConnectorSecret(row.name, row.sealed, tuple(row.hosts), row.changed_at, row.changed_by)
            for row in self._connection.execute(query)
        )

    def find(self, name: str) -> ConnectorSecret | None:
        """Return one secret, None when nobody has set it."""
        return next((one for one in self.listing() if one.name == name), None)

    def put(self, secret: ConnectorSecret) -> None:
        """Keep a secret in place of the one before."""
        self.remove(secret.name)
        self._connection.execute(
            insert(connector_secret).values(
                organisation=self._organisation,
                name=secret.name,
                sealed=secret.sealed,
                hosts=list(secret.hosts),
                changed_at=secret.changed_at,
                changed_by=secret.changed_by,
            )
        )

    def remove(self, name: str) -> bool:
        """Forget a secret; says whether there was one."""
        removed = self._connection.execute(
            delete(connector_secret).where(
                connector_secret.c.organisation == self._organisation,
                connector_secret.c.name == name,
            )
        )
        return removed.rowcount > 0
