"""`/process-instances`: starting, looking, cancelling over HTTP."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.api.world import RECORDED, World


def test_an_instance_starts_with_nothing_but_its_key(world: World) -> None:
    caller = world.caller("worker")
    answer = caller.post("/process-instances", {"process_definition_key": "harm"})
    assert answer.status_code == 201, answer.text
    instance = answer.json
    assert instance["process_definition_key"] == "harm"
    assert instance["version"] == 1
    assert instance["business_key"] is None
    assert instance["state"] == "running"
    assert instance["started_at"] == "2026-12-23T10:00:00+00:00"
    assert instance["started_by"] == "token:worker"
    shown = caller.get(f"/process-instances/{instance['id']}")
    assert shown.json == instance
    assert "document" not in instance


def test_an_unknown_definition_is_not_found(world: World) -> None:
    answer = world.caller().post("/process-instances", {"process_definition_key": "nothing"})
    assert answer.status_code == 404
    assert answer.json["code"] == "definition_not_found"


def test_instances_are_found_by_state_key_definition_lateness_and_words(world: World) -> None:
    caller = world.caller()
    one, other = caller.starts("H-1"), caller.starts("H-2")
    caller.post(f"/process-instances/{other}/cancel", {"reason": "Reported twice"})

    def found(**query: str) -> set[str]:
        return {item["id"] for item in caller.get("/process-instances", **query).json["items"]}

    assert found() == {one, other}
    assert found(state="running") == {one}
    assert found(state="cancelled") == {other}
    assert found(business_key="H-2") == {other}
    assert found(process_definition_key="harm") == {one, other}
    assert found(process_definition_key="other") == set()
    assert found(q="H-1") == {one}
    assert found(overdue="true") == set()
    world.passes(timedelta(hours=5))
    assert found(overdue="true") == {one}


def test_what_an_instance_waits_for_did_and_has_to_keep_is_shown(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    tokens = caller.get(f"/process-instances/{instance}/tokens").json["items"]
    assert [(token["element_id"], token["kind"]) for token in tokens] == [("record", "user_task")]
    [deadline] = caller.get(f"/process-instances/{instance}/deadlines").json["items"]
    assert (deadline["element_id"], deadline["state"]) == ("record", "open")
    assert deadline["due_at"] == "2026-12-23T14:00:00+00:00"
    world.passes(timedelta(hours=5))
    [deadline] = caller.get(f"/process-instances/{instance}/deadlines").json["items"]
    assert deadline["state"] == "overdue"
    caller.post(
        f"/user-tasks/{caller.open_task(instance)['id']}/complete", {"variables": RECORDED}
    )
    [deadline] = caller.get(f"/process-instances/{instance}/deadlines").json["items"]
    assert deadline["state"] == "missed"
    variables = caller.get(f"/process-instances/{instance}/variables").json["variables"]
    assert variables["people_hurt"] == 2
    assert variables["severity"] == "serious"
    assert variables["occurred_at"].startswith("2026-12-23T09:30:00")
    history = caller.get(f"/process-instances/{instance}/history").json["items"]
    assert [event["sequence"] for event in history] == list(range(1, len(history) + 1))
    kinds = [event["kind"] for event in history]
    for kind in ("process_instance_started", "user_task_completed", "decision_made"):
        assert kind in kinds
    assert all(len(event["hash"]) == 64 for event in history)


def test_a_notice_reaches_the_role_that_the_diagram_names(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    caller.post(
        f"/user-tasks/{caller.open_task(instance)['id']}/complete", {"variables": RECORDED}
    )
    world.passes(timedelta(seconds=1))
    [notice] = caller.get("/notices", process_instance_id=instance).json["items"]
    assert notice["to_role"] == "head"
    assert notice["subject"] == "Serious harm was recorded"
    assert notice["body"].strip() == "2 people were hurt."


def test_a_cancelled_instance_keeps_its_reason_and_is_over(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    task = caller.open_task(instance)["id"]
    answer = caller.post(f"/process-instances/{instance}/cancel", {"reason": "Reported twice"})
    assert answer.status_code == 200, answer.text
    assert answer.json["state"] == "cancelled"
    assert caller.get(f"/user-tasks/{task}").json["state"] == "cancelled"
    assert caller.post(f"/user-tasks/{task}/complete", {"variables": RECORDED}).status_code == 409
    history = caller.get(f"/process-instances/{instance}/history").json["items"]
    [cancelled] = [event for event in history if event["kind"] == "process_instance_cancelled"]
    assert cancelled["data"]["reason"] == "Reported twice"
    assert caller.post(f"/process-instances/{instance}/cancel", {"reason": "x"}).status_code == 409
    assert caller.post(f"/process-instances/{instance}/cancel", {}).status_code == 422


def test_a_suspended_instance_moves_no_more_until_it_is_activated_and_says_who_and_why(
    world: World,
) -> None:
    caller = world.caller()
    instance = caller.starts()
    task = caller.open_task(instance)["id"]
    path = f"/process-instances/{instance}"
    assert caller.post(f"{path}/suspend", {}).status_code == 422
    assert caller.post(f"{path}/suspend", {"reason": " \n"}).status_code == 422
    suspended = caller.post(f"{path}/suspend", {"reason": "The police have asked us to wait"})
    assert suspended.status_code == 200, suspended.text
    assert suspended.json["state"] == "suspended"
    refused = caller.post(f"/user-tasks/{task}/complete", {"variables": RECORDED})
    assert (refused.status_code, refused.json["code"]) == (409, "process_instance_not_running")
    assert caller.get("/process-instances", state="suspended").json["items"] == [suspended.json]
    again = caller.post(f"{path}/suspend", {"reason": "Again"})
    assert (again.status_code, again.json) == (200, suspended.json)
    assert caller.post(f"{path}/activate", {"reason": "They are done"}).json["state"] == "running"
    assert caller.post(f"{path}/activate").status_code == 200
    done = caller.post(f"/user-tasks/{task}/complete", {"variables": RECORDED})
    assert done.status_code == 200, done.text
    history = caller.get(f"{path}/history").json["items"]
    assert [
        (event["kind"], event["by"], event["data"])
        for event in history
        if event["kind"] in ("process_instance_suspended", "process_instance_resumed")
    ] == [
        (
            "process_instance_suspended",
            "token:administrator",
            {"reason": "The police have asked us to wait"},
        ),
        ("process_instance_resumed", "token:administrator", {"reason": "They are done"}),
    ]


def test_what_has_ended_is_neither_suspended_nor_activated(world: World) -> None:
    caller = world.caller()
    path = f"/process-instances/{caller.starts()}"
    caller.post(f"{path}/cancel", {"reason": "Reported twice"})
    for verb in ("suspend", "activate"):
        answer = caller.post(f"{path}/{verb}", {"reason": "x"})
        assert (answer.status_code, answer.json["code"]) == (409, "illegal_move")
    assert caller.post("/process-instances/none/suspend", {"reason": "x"}).status_code == 404
