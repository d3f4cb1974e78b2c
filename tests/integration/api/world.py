"""One council with a small procedure, on a real engine: what the API and page tests run against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import deployments, jobs, people, tokens
from engine.attachment_stores.folder import FolderStore
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.process_engine import ProcessEngine
from engine.store import Store
from web.app import create_app
from web.settings import Environment, Settings

CONTENT = Path(__file__).parent / "content"
NOW = datetime(2026, 12, 23, 10, 0, tzinfo=UTC)
SECRET_KEY = "a secret of these tests only, 0123456789"

RECORDED: Mapping[str, Any] = {
    "what_happened": "A ladder fell.",
    "people_hurt": 2,
    "occurred_at": "2026-12-23T09:30",
    "place": "outdoors",
}


@dataclass
class World:
    """A running service, its clock, and tokens by organisation and role."""

    engine: ProcessEngine
    clock: ManualClock
    app: Flask
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def open(cls, database: Path, *, production: bool = False) -> World:
        """Open a service over a new database, with the councils `town` and `port`."""
        store = Store(f"sqlite:///{database}")
        store.upgrade()
        clock = ManualClock(NOW)
        engine = ProcessEngine(
            store=store,
            clock=clock,
            handlers=HANDLERS,
            attachment_store=FolderStore(database.parent / "attachments"),
        )
        for organisation in ("town", "port"):
            by = system_actor(organisation)
            deployments.deploy(engine, by=by, files=content(organisation), name="first")
            people.add_demo(engine, by=by)
        settings = Settings(
            secret_key=SECRET_KEY,
            environment=Environment.PRODUCTION if production else Environment.TEST,
            public_url="https://remit.example.org" if production else "",
        )
        app = create_app(engine, settings)
        app.testing = False
        return cls(engine, clock, app)

    def close(self) -> None:
        self.engine.store.close()

    def secret(self, role: str, organisation: str = "town") -> str:
        """Return the secret of a token of this role."""
        place = (organisation, role)
        if place not in self.secrets:
            by = system_actor(organisation)
            _, self.secrets[place] = tokens.create(self.engine, by=by, role=role, name=role)
        return self.secrets[place]

    def caller(self, role: str = "administrator", organisation: str = "town") -> Caller:
        """Return a program that calls the API with a token of this role."""
        return Caller(self.app.test_client(), organisation, self.secret(role, organisation))

    def passes(self, duration: timedelta) -> None:
        """Let time pass, and what falls due happen."""
        self.clock.move_to(self.clock.now() + duration)
        jobs.run_due(self.engine)


@dataclass
class Caller:
    """A program with a token."""

    client: FlaskClient
    organisation: str
    secret: str

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(self.url(path), query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self._send("POST", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self._send("PUT", path, body, headers)

    def deploys(self, files: Mapping[str, bytes]) -> TestResponse:
        data = {
            f"file{number}": (_stream(source), name)
            for number, (name, source) in enumerate(files.items())
        }
        return self.client.post(self.url("/deployments"), data=data, headers=self.headers)

    def starts(self, business_key: str = "H-1", **variables: Any) -> str:
        """Start the procedure and return the instance's id."""
        answer = self.post(
            "/process-instances",
            {
                "process_definition_key": "harm",
                "business_key": business_key,
                "variables": variables,
            },
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def open_task(self, instance_id: str) -> dict[str, Any]:
        """Return the instance's only open task."""
        [task] = self.get("/user-tasks", process_instance_id=instance_id, state="open").json[
            "items"
        ]
        return dict(task)

    def url(self, path: str) -> str:
        return f"/api/v1/{self.organisation}{path}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body)
        return self.client.open(
            self.url(path),
            method=method,
            data=data,
            content_type="application/json" if data is not None else None,
            headers={**self.headers, **named},
        )


def content(organisation: str = "town") -> dict[str, bytes]:
    """Return the council's files, for an organisation of this key."""
    files = {path.name: path.read_bytes() for path in sorted(CONTENT.iterdir())}
    files["organisation.yaml"] = files["organisation.yaml"].replace(
        b"key: town", f"key: {organisation}".encode()
    )
    return files


def _stream(source: bytes) -> Any:
    return BytesIO(source)
