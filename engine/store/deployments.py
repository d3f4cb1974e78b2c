"""Deployments and the files that came with them. Their content never changes afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, insert

from engine.model.pages import Page, PageRequest
from engine.model.problems import Problem, Severity
from engine.model.process_definitions import Deployment
from engine.store.rows import Repository, paged, values_of
from engine.store.schema import deployment, resource


class Deployments(Repository):
    def add(
        self,
        record: Deployment,
        contents: Mapping[str, bytes],
        bindings: Sequence[tuple[str, str, str]],
    ) -> None:
        """Store a deployment, its files, and what each (kind, key) meant in it: a definition id."""
        self._connection.execute(
            insert(deployment).values(
                id=record.id,
                organisation=self._organisation,
                name=record.name,
                source=record.source,
                deployed_at=record.deployed_at,
                deployed_by=record.deployed_by,
                warnings=[values_of(problem) for problem in record.warnings],
                bindings=[list(binding) for binding in bindings],
            )
        )
        rows = [
            {"deployment_id": record.id, "file": file, "content": content}
            for file, content in contents.items()
        ]
        if rows:
            self._connection.execute(insert(resource), rows)

    def bindings(self, deployment_id: str) -> dict[tuple[str, str], str]:
        """Return what each (kind, key) meant within a deployment: a definition id."""
        row = self._connection.execute(
            self._select(deployment, deployment.c.bindings).where(deployment.c.id == deployment_id)
        ).scalar_one()
        return {(kind, key): definition_id for kind, key, definition_id in row}

    def content(self, deployment_id: str, file: str) -> bytes:
        """Return one file of a deployment."""
        content: bytes = self._connection.execute(
            self._select(deployment, resource.c.content)
            .join(resource, resource.c.deployment_id == deployment.c.id)
            .where(deployment.c.id == deployment_id, resource.c.file == file)
        ).scalar_one()
        return content

    def files(self, deployment_id: str) -> dict[str, bytes]:
        """Return every file of a deployment."""
        rows = self._connection.execute(
            self._select(deployment, resource.c.file, resource.c.content)
            .join(resource, resource.c.deployment_id == deployment.c.id)
            .where(deployment.c.id == deployment_id)
        )
        return {row.file: row.content for row in rows}

    def latest(self, name: str, source: str) -> Deployment | None:
        """Return the newest deployment of this name and source, None when there is none."""
        row = self._connection.execute(
            self._select(deployment)
            .where(deployment.c.name == name, deployment.c.source == source)
            .order_by(deployment.c.deployed_at.desc(), deployment.c.id.desc())
            .limit(1)
        ).one_or_none()
        return _deployment(row, self._files([row.id]).get(row.id, ())) if row else None

    def listing(self, page: PageRequest) -> Page[Deployment]:
        """Return deployments, newest first, with their files and without their definitions."""
        found = paged(
            self._connection,
            self._select(deployment),
            page,
            ((deployment.c.deployed_at, True), (deployment.c.id, True)),
            lambda row: row,
        )
        files = self._files([row.id for row in found.items])
        return Page(
            tuple(_deployment(row, files.get(row.id, ())) for row in found.items), found.next_token
        )

    def _files(self, deployment_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        rows = self._connection.execute(
            self._select(deployment, resource.c.deployment_id, resource.c.file)
            .join(resource, resource.c.deployment_id == deployment.c.id)
            .where(deployment.c.id.in_(deployment_ids))
            .order_by(resource.c.file)
        )
        files: dict[str, tuple[str, ...]] = {}
        for row in rows:
            files[row.deployment_id] = (*files.get(row.deployment_id, ()), row.file)
        return files


def _deployment(row: Row[Any], files: tuple[str, ...]) -> Deployment:
    return Deployment(
        id=row.id,
        name=row.name,
        source=row.source,
        deployed_at=row.deployed_at,
        deployed_by=row.deployed_by,
        files=files,
        warnings=tuple(
            Problem(**{**problem, "severity": Severity(problem["severity"])})
            for problem in row.warnings
        ),
    )
