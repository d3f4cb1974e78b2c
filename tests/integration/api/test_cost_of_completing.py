"""What one completion may cost the database."""

from __future__ import annotations

from tests.integration.api.world import RECORDED, World

MOST_STATEMENTS = 10


def test_completing_a_task_takes_one_commit_and_few_statements(world: World) -> None:
    caller = world.caller("worker")
    first, second = (caller.open_task(caller.starts(key))["id"] for key in ("H-1", "H-2"))
    caller.post(f"/user-tasks/{first}/complete", {"variables": RECORDED})
    with world.engine.store.statistics() as counted:
        answer = caller.post(f"/user-tasks/{second}/complete", {"variables": RECORDED})
    assert answer.status_code == 200, answer.text
    assert counted.commits == 1
    assert counted.statements <= MOST_STATEMENTS, "\n".join(counted.texts)


def test_reading_changes_nothing(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    task = caller.open_task(instance)["id"]
    with world.engine.store.statistics() as counted:
        for path in (
            "/deployments",
            "/process-definitions",
            "/process-definitions/harm/versions",
            "/process-definitions/harm/versions/1/xml",
            "/process-instances",
            f"/process-instances/{instance}",
            f"/process-instances/{instance}/variables",
            f"/process-instances/{instance}/tokens",
            f"/process-instances/{instance}/history",
            f"/process-instances/{instance}/deadlines",
            "/user-tasks",
            f"/user-tasks/{task}",
            f"/user-tasks/{task}/form",
            "/jobs",
            "/decisions",
            "/notices",
        ):
            assert caller.get(path).status_code == 200, path
    assert counted.commits == 0
    assert all(text.lstrip().startswith("SELECT") for text in counted.texts)
