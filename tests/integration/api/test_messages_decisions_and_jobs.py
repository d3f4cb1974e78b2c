"""`/messages`, `/decisions` and `/jobs` over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.api.world import RECORDED, World


def test_a_message_starts_the_procedure_that_waits_for_it(world: World) -> None:
    caller = world.caller("system")
    answer = caller.post("/messages", {"name": "harm.reported", "correlation_key": "EXT-9"})
    assert answer.status_code == 202, answer.text
    assert answer.json["outcome"] == "started"
    instance = caller.get(f"/process-instances/{answer.json['process_instance_id']}").json
    assert instance["business_key"] == "EXT-9"


def test_a_message_wakes_the_instance_that_waits_for_it(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    for variables in (RECORDED, {}):
        task = caller.open_task(instance)["id"]
        caller.post(f"/user-tasks/{task}/complete", {"variables": variables})
        world.passes(timedelta(seconds=1))
    answer = caller.post("/messages", {"name": "harm.answered"})
    assert answer.status_code == 202, answer.text
    assert answer.json == {"outcome": "delivered", "process_instance_id": instance}
    assert caller.get(f"/process-instances/{instance}").json["state"] == "completed"


def test_a_message_that_nothing_wants_is_not_found_or_kept(world: World) -> None:
    caller = world.caller("system")
    refused = caller.post("/messages", {"name": "harm.answered", "correlation_key": "H-1"})
    assert refused.status_code == 404
    assert refused.json["code"] == "message_not_expected"
    kept = caller.post("/messages", {"name": "harm.answered", "buffer_for": "PT1H"})
    assert kept.status_code == 202
    assert kept.json["outcome"] == "buffered"


@pytest.mark.parametrize("duration", ["P1M", "1 hour", "", "PT", "P", 60, "P9999D"])
def test_a_duration_that_is_none_is_refused(world: World, duration: object) -> None:
    answer = world.caller("system").post("/messages", {"name": "x", "buffer_for": duration})
    assert answer.status_code == 422
    assert answer.json["fields"][0]["field"] == "buffer_for"


def test_a_decision_says_its_outputs_its_rules_and_their_clauses(world: World) -> None:
    caller = world.caller("compliance")
    answer = caller.post("/decisions/severity/evaluate", {"variables": {"people_hurt": 3}})
    assert answer.status_code == 200, answer.text
    assert answer.json["outputs"] == "serious"
    [rule] = answer.json["rules"]
    assert (rule["id"], rule["index"], rule["clauses"]) == ("rule_serious", 1, ["TOWN-2"])
    assert caller.get("/decisions").json["items"][0]["key"] == "severity"
    assert caller.post("/decisions/none/evaluate", {}).status_code == 404


def test_jobs_are_listed_by_state(world: World) -> None:
    caller = world.caller()
    instance = caller.starts()
    task = caller.open_task(instance)["id"]
    caller.post(f"/user-tasks/{task}/complete", {"variables": RECORDED})
    [job] = caller.get("/jobs", state="due").json["items"]
    assert (job["element_id"], job["process_instance_id"]) == ("tell_head", instance)
    assert caller.get("/jobs", state="dead_letter").json["items"] == []
    assert caller.post(f"/jobs/{job['id']}/retry").status_code == 409
    assert caller.post("/jobs/none/retry").status_code == 404
    assert caller.get("/jobs", state="lost").status_code == 422
