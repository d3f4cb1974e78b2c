"""Whatever the API's own description allows, and much that it does not, is answered as described.

Requests are made of the OpenAPI document by schemathesis: no answer is a fault of ours, every
success has the form that is described, every refusal is a problem with a code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance

from engine.model.clock import ManualClock
from engine.process_engine import ProcessEngine
from tests.integration.api.world import NOW, SECRET_KEY, World
from web.app import create_app
from web.settings import Environment, Settings
from webhooks.connectors import HttpConnectors
from webhooks.deliver import SignedWebhooks

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
"""Requests of each operation and kind; many more on a machine's night."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    first = World.open(tmp_path_factory.mktemp("described") / "remit.db")
    sender = SignedWebhooks(lambda: SECRET_KEY, insecure=True)
    engine = ProcessEngine(
        store=first.engine.store,
        clock=ManualClock(NOW),
        handlers=first.engine.handlers,
        webhook_sender=sender,
        connector_caller=HttpConnectors(sender.open, insecure=True),
    )
    app = create_app(engine, Settings(secret_key=SECRET_KEY, environment=Environment.TEST))
    yield World(engine, first.clock, app)
    first.close()


@pytest.fixture(scope="module")
def known(world: World) -> dict[str, list[str]]:
    """What there is, by the name that paths have for it."""
    admin = world.caller()
    instances = [admin.starts(business_key=f"H-{number}") for number in range(3)]
    tasks = [admin.open_task(instance)["id"] for instance in instances]
    made = admin.post(
        "/webhook-endpoints",
        {"url": "http://127.0.0.1:9/hook", "event_types": ["user_task.completed"]},
    ).json
    return {
        "instance_id": instances,
        "task_id": tasks,
        "endpoint_id": [made["endpoint"]["id"]],
        "key": ["harm", "severity"],
        "version": ["1", "2"],
    }


@pytest.fixture(scope="module")
def operations(world: World) -> dict[str, Any]:
    """Every operation of the description that the service gives, by method and path."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def _labels() -> list[str]:
    """Return every operation, from a description that needs no database."""
    engine = ProcessEngine(store=None, clock=ManualClock(NOW), handlers={})  # type: ignore[arg-type]
    app = create_app(engine, Settings(secret_key=SECRET_KEY, environment=Environment.TEST))
    spec = app.extensions["remit.openapi"].to_dict()
    return [
        f"{method.upper()} {path}"
        for path, item in spec["paths"].items()
        for method in item
        if method in ("get", "post", "put", "delete")
    ]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("label", _labels())
def test_an_operation_answers_as_it_is_described(
    world: World,
    operations: dict[str, Any],
    known: dict[str, list[str]],
    label: str,
    mode: GenerationMode,
) -> None:
    operation = operations[label]
    headers = {"Authorization": f"Bearer {world.secret('administrator')}"}

    @given(data=st.data())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(mode))
        for name in list(case.path_parameters or {}):
            if name == "org":
                case.path_parameters[name] = "town"
            elif name in known and data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(known[name]))
        response = case.call(headers=headers)
        check(case, response)

    try:
        answers()
    except Unsatisfiable:
        pytest.skip("nothing of this operation can be wrong")


def check(case: Any, response: Any) -> None:
    """Fail on a fault, on a success of another form, and on a refusal without its code."""
    text = response.text
    assert response.status_code < 500, f"{case.as_curl_command()}\n{response.status_code} {text}"
    if response.status_code < 400:
        case.validate_response(response, checks=[response_schema_conformance])
        return
    problem = response.json()
    assert response.headers["content-type"][0] == "application/problem+json", text
    assert problem["code"], text
    assert problem["status"] == response.status_code
