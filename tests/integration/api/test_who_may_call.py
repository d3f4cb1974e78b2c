"""Tokens, organisations and permissions at the API's door."""

from __future__ import annotations

import pytest

from engine import tokens
from engine.model.actors import system_actor
from tests.integration.api.world import World


def test_a_request_without_a_token_is_refused_with_a_challenge(world: World) -> None:
    answer = world.app.test_client().get("/api/v1/town/user-tasks")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic dXNlcjpwYXNz", "undefined", "Bearer \xe9"],
)
def test_a_bad_token_is_refused_the_same_way(world: World, header: str) -> None:
    answer = world.app.test_client().get(
        "/api/v1/town/user-tasks", headers={"Authorization": header}
    )
    assert answer.status_code == 401


def test_a_token_of_another_organisation_learns_nothing(world: World) -> None:
    theirs = world.caller("administrator", "port")
    theirs.organisation = "town"
    assert theirs.get("/user-tasks").status_code == 404
    assert theirs.get("/user-tasks").json["code"] == "organisation_not_found"
    theirs.organisation = "nowhere"
    assert theirs.get("/user-tasks").status_code == 404


def test_things_of_another_organisation_do_not_exist(world: World) -> None:
    ours, theirs = world.caller(), world.caller("administrator", "port")
    instance = ours.starts()
    task = ours.open_task(instance)["id"]
    paths = [
        f"/process-instances/{instance}",
        f"/process-instances/{instance}/variables",
        f"/process-instances/{instance}/tokens",
        f"/process-instances/{instance}/history",
        f"/process-instances/{instance}/deadlines",
        f"/user-tasks/{task}",
        f"/user-tasks/{task}/form",
    ]
    for path in paths:
        assert ours.get(path).status_code == 200, path
        assert theirs.get(path).status_code == 404, path
    for action in ("claim", "unclaim", "complete"):
        assert theirs.post(f"/user-tasks/{task}/{action}", {}).status_code == 404, action
    assert theirs.post(f"/process-instances/{instance}/cancel", {"reason": "x"}).status_code == 404
    assert theirs.get("/process-instances").json["items"] == []
    assert theirs.get("/notices", process_instance_id=instance).json["items"] == []


def test_a_revoked_token_is_worthless_at_once(world: World) -> None:
    caller = world.caller("worker")
    assert caller.get("/user-tasks").status_code == 200
    by = system_actor("town")
    [token] = [found for found in tokens.listing(world.engine, by=by) if found.role == "worker"]
    tokens.revoke(world.engine, by=by, token_id=token.id)
    assert caller.get("/user-tasks").status_code == 401


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("worker", "post", "/deployments"),
        ("worker", "post", "/process-definitions/harm/versions/1/activate"),
        ("worker", "get", "/jobs"),
        ("worker", "post", "/process-instances/x/cancel"),
        ("worker", "post", "/process-instances/x/suspend"),
        ("compliance", "post", "/process-instances/x/activate"),
        ("compliance", "post", "/process-instances"),
        ("compliance", "post", "/messages"),
        ("process_owner", "post", "/jobs/x/retry"),
    ],
)
def test_a_role_without_the_permission_is_refused(
    world: World, role: str, method: str, path: str
) -> None:
    caller = world.caller(role)
    answer = caller.get(path) if method == "get" else caller.post(path)
    assert answer.status_code == 403
    assert answer.json["code"] == "not_allowed"


def test_a_worker_sees_only_the_tasks_of_their_roles(world: World) -> None:
    everything, worker = world.caller(), world.caller("worker")
    task = everything.open_task(everything.starts())
    assert [found["id"] for found in worker.get("/user-tasks").json["items"]] == [task["id"]]
    assert world.caller("head").get("/user-tasks").json["items"] == []
    assert world.caller("head").get(f"/user-tasks/{task['id']}").status_code == 404
