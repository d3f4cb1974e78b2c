"""A council whose reports are assessed by programs outside, spoken to as Camunda 7 is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from engine import deployments
from engine.model.actors import system_actor
from engine.process_engine import ProcessEngine
from tests.integration.api.world import World, content
from webhooks.engine_rest.held_requests import create_server
from webhooks.engine_rest.registration import waiting_room
from webhooks.engine_rest.waiting_room import WaitingRoom

DIAGRAM = (Path(__file__).parent / "content" / "assessment.bpmn").read_bytes()
TOPICS = b"external_topics:\n  - {topic: assess, description: Assesses a report}\n"


@dataclass
class Council:
    """The council `town`, and a program with a token that speaks to it."""

    world: World
    role: str = "administrator"
    organisation: str = "town"

    @classmethod
    def open(cls, database: Path) -> Council:
        """Open the service, with the process `assessment` deployed at `town` and `port`."""
        world = World.open(database)
        for organisation in ("town", "port"):
            files = content(organisation)
            files["organisation.yaml"] += TOPICS
            by = system_actor(organisation)
            deployments.deploy(world.engine, by=by, files=files, name="topics")
            deployments.deploy(world.engine, by=by, files={"assessment.bpmn": DIAGRAM})
        return cls(world)

    @property
    def engine(self) -> ProcessEngine:
        return self.world.engine

    @property
    def secret(self) -> str:
        return self.world.secret(self.role, self.organisation)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.ask("GET", path, query_string=query)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.ask("POST", path, json={} if body is None else body)

    def ask(self, method: str, path: str, **settings: Any) -> TestResponse:
        settings.setdefault("headers", self.headers)
        client = self.world.app.test_client()
        return client.open(f"/engine-rest{path}", method=method, **settings)

    def starts(self, report: str = "A shelf fell.", business_key: str = "A-1") -> str:
        """Start an assessment and return its instance's id."""
        answer = self.post(
            "/process-definition/key/assessment/start",
            {
                "businessKey": business_key,
                "variables": {"report": {"type": "String", "value": report}},
            },
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json["id"])

    def fetches(self, worker: str = "w1", **asked: Any) -> list[dict[str, Any]]:
        """Fetch tasks as a worker does."""
        topic = {"topicName": "assess", "lockDuration": 10_000, **asked}
        answer = self.post(
            "/external-task/fetchAndLock", {"workerId": worker, "maxTasks": 10, "topics": [topic]}
        )
        assert answer.status_code == 200, answer.text
        return list(answer.json)

    def open_task(self, instance_id: str) -> str:
        """Return the element of the instance's only open user task."""
        caller = self.world.caller("administrator", self.organisation)
        return str(caller.open_task(instance_id.replace("-", ""))["element_id"])

    def variables(self, instance_id: str) -> dict[str, Any]:
        """Return the values of the instance's variables."""
        found = self.get(f"/process-instance/{instance_id}/variables").json
        return {name: typed["value"] for name, typed in found.items()}

    def deploys(
        self, files: dict[str, bytes], parts: tuple[str, ...] | None = None, **form: str
    ) -> TestResponse:
        """Send files as the Modeler does; `parts`: the names of the parts, by themselves the files'."""
        fields = {name.replace("_", "-"): value for name, value in form.items()}
        data: dict[str, Any] = dict(fields)
        for part, (name, source) in zip(parts or tuple(files), files.items(), strict=True):
            data[part] = (BytesIO(source), name)
        return self.ask("POST", "/deployment/create", data=data)


@dataclass
class Live:
    """The council's service on a real port."""

    council: Council
    port: int
    room: WaitingRoom

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/engine-rest"


@contextmanager
def served(council: Council, *, threads: int = 4) -> Iterator[Live]:
    """Serve the council's application on a port of its own while the block runs."""
    room = waiting_room(council.engine)
    server = create_server(council.world.app, room, host="127.0.0.1", port=0, threads=threads)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Live(council, server.effective_port, room)
    finally:
        room.close()
        server.asyncore.close_all(server._map)
        thread.join(5)
        server.task_dispatcher.shutdown()
