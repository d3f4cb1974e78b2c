"""`/user-tasks`: listing, claiming, filling and completing over HTTP."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.api.world import RECORDED, World


def test_a_task_says_what_is_asked_of_whom_and_by_when(world: World) -> None:
    caller = world.caller()
    instance = caller.starts("H-7")
    task = caller.open_task(instance)
    assert {name: task[name] for name in ("element_id", "name", "business_key", "state")} == {
        "element_id": "record",
        "name": "Record what happened",
        "business_key": "H-7",
        "state": "open",
    }
    assert task["process_instance_id"] == instance
    assert task["candidate_groups"] == ["worker"]
    assert task["assignee"] is None
    assert task["created_at"] == "2026-12-23T10:00:00+00:00"
    assert task["due_at"] == "2026-12-23T14:00:00+00:00"
    assert task["clauses"] == ["TOWN-1"]
    assert isinstance(task["version"], int)


def test_completing_a_task_moves_the_instance_on(world: World) -> None:
    caller = world.caller("worker")
    instance = caller.starts()
    task = caller.open_task(instance)
    answer = caller.post(f"/user-tasks/{task['id']}/complete", {"variables": RECORDED})
    assert answer.status_code == 200, answer.text
    assert answer.json["state"] == "completed"
    assert answer.json["completed_by"] == "token:worker"
    assert answer.json["id"] == task["id"]
    world.passes(timedelta(seconds=1))
    assert world.caller().open_task(instance)["element_id"] == "decide"


def test_completing_twice_is_a_conflict(world: World) -> None:
    caller = world.caller()
    task = caller.open_task(caller.starts())
    path = f"/user-tasks/{task['id']}/complete"
    assert caller.post(path, {"variables": RECORDED}).status_code == 200
    again = caller.post(path, {"variables": RECORDED})
    assert again.status_code == 409
    assert again.json["code"] == "user_task_closed"


def test_missing_and_wrong_fields_are_named_and_nothing_is_changed(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    task = caller.open_task(instance)
    answer = caller.post(
        f"/user-tasks/{task['id']}/complete",
        {"variables": {"people_hurt": 1.5, "place": "indoors", "colour": "red"}},
    )
    assert answer.status_code == 422
    assert answer.json["code"] == "form_refused"
    fields = {wrong["field"] for wrong in answer.json["fields"]}
    assert {"what_happened", "people_hurt", "occurred_at", "building", "colour"} <= fields
    assert all(wrong["code"] and wrong["message"] for wrong in answer.json["fields"])
    assert caller.open_task(instance) == task


def test_a_stale_version_cannot_complete_a_task(world: World) -> None:
    caller = world.caller()
    task = caller.open_task(caller.starts())
    caller.post(f"/user-tasks/{task['id']}/claim")
    answer = caller.post(
        f"/user-tasks/{task['id']}/complete",
        {"variables": RECORDED, "version": task["version"]},
    )
    assert answer.status_code == 409
    assert answer.json["code"] == "user_task_changed"


def test_a_claimed_task_is_the_claimers_until_given_back(world: World) -> None:
    first = world.caller("worker")
    task = first.open_task(first.starts())["id"]
    assert first.post(f"/user-tasks/{task}/claim").json["assignee"] == "token:worker"
    second = world.caller("staff")
    assert second.post(f"/user-tasks/{task}/claim").status_code == 404
    nobody = first.post(f"/user-tasks/{task}/delegate", {"to": "nobody.here"})
    assert (nobody.status_code, nobody.json["code"]) == (404, "person_not_found")
    given = first.post(f"/user-tasks/{task}/delegate", {"to": "wendy"})
    assert given.json["assignee"] == "wendy"
    taken = first.post(f"/user-tasks/{task}/complete", {"variables": RECORDED})
    assert taken.status_code == 409
    assert taken.json["code"] == "user_task_taken"
    assert world.caller().post(f"/user-tasks/{task}/unclaim").json["assignee"] is None
    assert first.post(f"/user-tasks/{task}/complete", {"variables": RECORDED}).status_code == 200


def test_the_form_tells_what_is_asked_and_a_draft_is_kept(world: World) -> None:
    caller = world.caller("worker")
    task = caller.open_task(caller.starts())["id"]
    form = caller.get(f"/user-tasks/{task}/form").json
    assert form["form_id"] == "record"
    asked = {part["key"]: part for part in form["components"]}
    assert asked["people_hurt"]["label"] == "How many people were hurt"
    assert asked["people_hurt"]["required"] is True
    assert [option["value"] for option in asked["place"]["options"]] == ["indoors", "outdoors"]
    draft = caller.put(
        f"/user-tasks/{task}/draft", {"variables": {"what_happened": "A ladder fell."}}
    )
    assert draft.status_code == 200, draft.text
    again = caller.get(f"/user-tasks/{task}/form").json
    assert again["values"]["what_happened"] == "A ladder fell."


def test_numbers_keep_every_digit(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    body = (
        b'{"process_definition_key": "harm", "variables": '
        b'{"exact": 0.1000000000000000055511151231257827, "big": 12345678901234567890123}}'
    )
    answer = caller.client.post(
        caller.url("/process-instances"),
        data=body,
        content_type="application/json",
        headers=caller.headers,
    )
    assert answer.status_code == 201, answer.text
    instance = answer.json["id"]
    variables = caller.get(f"/process-instances/{instance}/variables").json["variables"]
    assert variables["exact"] == "0.1000000000000000055511151231257827"
    assert variables["big"] == "12345678901234567890123"


def test_tasks_are_found_by_state_instance_group_assignee_and_lateness(world: World) -> None:
    caller = world.caller()
    one, other = caller.starts("H-1"), caller.starts("H-2")
    task = caller.open_task(one)["id"]
    caller.post(f"/user-tasks/{task}/claim")

    def found(**query: str) -> set[str]:
        items = caller.get("/user-tasks", **query).json["items"]
        return {item["process_instance_id"] for item in items}

    assert found(state="open") == {one, other}
    assert found(process_instance_id=one) == {one}
    assert found(candidate_group="worker") == {one, other}
    assert found(candidate_group="head") == set()
    assert found(assignee="token:administrator") == {one}
    assert found(overdue="true") == set()
    world.passes(timedelta(hours=5))
    assert found(overdue="true") == {one, other}
    caller.post(f"/user-tasks/{task}/complete", {"variables": RECORDED})
    assert found(state="completed") == {one}
    assert found(overdue="true") == {other}
