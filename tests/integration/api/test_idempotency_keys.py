"""`Idempotency-Key`: the same POST twice is carried out once."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from engine import process_instances
from tests.integration.api.world import RECORDED, World, content

START = {"process_definition_key": "harm", "business_key": "H-1"}


def test_the_same_request_twice_starts_one_instance(world: World) -> None:
    caller = world.caller()
    first = caller.post("/process-instances", START, Idempotency_Key="k1")
    again = caller.post("/process-instances", START, Idempotency_Key="k1")
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(caller.get("/process-instances").json["items"]) == 1


def test_another_body_with_the_same_key_is_refused(world: World) -> None:
    caller = world.caller()
    caller.post("/process-instances", START, Idempotency_Key="k1")
    other = caller.post(
        "/process-instances", {**START, "business_key": "H-2"}, Idempotency_Key="k1"
    )
    assert other.status_code == 422
    assert other.json["code"] == "idempotency_key_reused"


def test_the_same_key_on_another_path_is_another_request(world: World) -> None:
    caller = world.caller()
    task = caller.open_task(caller.starts())["id"]
    caller.post(f"/user-tasks/{task}/claim", Idempotency_Key="k1")
    assert caller.post(f"/user-tasks/{task}/unclaim", Idempotency_Key="k1").status_code == 422


def test_a_refused_request_may_be_corrected_under_its_key(world: World) -> None:
    caller = world.caller()
    task = caller.open_task(caller.starts())["id"]
    path = f"/user-tasks/{task}/complete"
    assert caller.post(path, {"variables": {}}, Idempotency_Key="k1").status_code == 422
    assert caller.post(path, {"variables": RECORDED}, Idempotency_Key="k1").status_code == 200
    assert caller.post(path, {"variables": RECORDED}, Idempotency_Key="k1").status_code == 200


def test_the_same_key_of_two_callers_is_two_keys(world: World) -> None:
    one, other = world.caller("administrator"), world.caller("worker")
    first = one.post("/process-instances", START, Idempotency_Key="k1")
    second = other.post("/process-instances", START, Idempotency_Key="k1")
    assert first.json["id"] != second.json["id"]
    abroad = world.caller("administrator", "port")
    assert abroad.post("/process-instances", START, Idempotency_Key="k1").status_code == 201


def test_a_request_that_still_runs_is_a_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = world.caller()
    real = process_instances.start
    during: list[int] = []

    def start(*args: Any, **kwargs: Any) -> Any:
        twin = world.caller()
        during.append(twin.post("/process-instances", START, Idempotency_Key="k1").status_code)
        return real(*args, **kwargs)

    monkeypatch.setattr(process_instances, "start", start)
    assert caller.post("/process-instances", START, Idempotency_Key="k1").status_code == 201
    assert during == [409]


def test_a_deployment_sent_again_is_recognised_by_its_files(world: World) -> None:
    caller = world.caller()
    changed = content()["harm.bpmn"].replace(b'name="Decide what to do"', b'name="Decide"')

    def deploy(source: bytes) -> int:
        answer = caller.client.post(
            caller.url("/deployments"),
            data={"file": (BytesIO(source), "harm.bpmn")},
            headers={**caller.headers, "Idempotency-Key": "d1"},
        )
        return answer.status_code

    assert deploy(changed) == 201
    assert deploy(changed) == 201
    assert deploy(changed + b"<!-- -->") == 422
    assert len(caller.get("/deployments").json["items"]) == 2


def test_an_empty_or_endless_key_is_refused(world: World) -> None:
    caller = world.caller()
    for key in ("", "x" * 201):
        answer = caller.post("/process-instances", START, Idempotency_Key=key)
        assert answer.status_code == 400
        assert answer.json["code"] == "bad_idempotency_key"


def test_a_key_is_remembered_as_time_passes(world: World) -> None:
    caller = world.caller()
    first = caller.post("/process-instances", START, Idempotency_Key="k1")
    world.passes(timedelta(hours=2))
    assert caller.post("/process-instances", START, Idempotency_Key="k1").json == first.json
