"""What monitoring made for Camunda 7 asks: history, jobs, dead letters, statistics, suspending."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from engine import jobs
from tests.integration.engine_rest.council import Council
from tests.integration.engine_rest.test_instances_tasks_and_messages import (
    RECORDED,
    starts_harm,
)

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def completes_record(council: Council, instance: str) -> str:
    [task] = council.get("/task", processInstanceId=instance).json
    variables = {name: {"value": value} for name, value in RECORDED.items()}
    done = council.post(f"/task/{task['id']}/complete", {"variables": variables})
    assert done.status_code == 204, done.text
    return str(task["id"])


def fails(council: Council) -> dict[str, Any]:
    """Have a worker give up an external task; returns the task."""
    fetched = council.post(
        "/external-task/fetchAndLock",
        {
            "workerId": "w",
            "maxTasks": 1,
            "topics": [{"topicName": "assess", "lockDuration": 10_000}],
        },
    ).json
    failed = council.post(
        f"/external-task/{fetched[0]['id']}/failure",
        {"workerId": "w", "errorMessage": "it broke", "retries": 0, "retryTimeout": 0},
    )
    assert failed.status_code == 204
    return dict(fetched[0])


def test_an_instance_is_in_the_history_while_it_runs_and_when_it_has_ended(
    council: Council,
) -> None:
    instance = council.starts()
    [running] = council.get("/history/process-instance", unfinished="true").json
    assert (running["id"], running["state"], running["endTime"]) == (instance, "ACTIVE", None)
    assert DATE.fullmatch(running["startTime"])
    council.ask("DELETE", f"/process-instance/{instance}")
    shown = council.get(f"/history/process-instance/{instance}").json
    assert shown["state"] == "EXTERNALLY_TERMINATED"
    assert DATE.fullmatch(shown["endTime"])
    assert shown["durationInMillis"] == 0
    assert council.get("/history/process-instance/count", finished="true").json == {"count": 1}
    assert council.get("/history/process-instance", active="true").json == []
    by_key = council.get("/history/process-instance", processInstanceBusinessKey="A-1").json
    assert [one["id"] for one in by_key] == [instance]


def test_tasks_steps_and_variables_are_in_the_history(council: Council) -> None:
    instance = starts_harm(council)
    [open_task] = council.get("/history/task", processInstanceId=instance, unfinished="true").json
    assert (open_task["taskDefinitionKey"], open_task["endTime"]) == ("record", None)
    task = completes_record(council, instance)
    [done] = council.get("/history/task", processInstanceId=instance, finished="true").json[:1]
    assert (done["id"], done["deleteReason"]) == (task, "completed")
    assert DATE.fullmatch(done["endTime"])
    steps = council.get("/history/activity-instance", processInstanceId=instance).json
    [record] = [one for one in steps if one["activityId"] == "record"]
    assert (record["activityType"], record["taskId"]) == ("userTask", task)
    assert record["endTime"] is not None
    tasks_only = council.get(
        "/history/activity-instance", processInstanceId=instance, activityType="userTask"
    ).json
    assert {one["activityType"] for one in tasks_only} == {"userTask"}
    [place] = council.get(
        "/history/variable-instance", processInstanceId=instance, variableName="place"
    ).json
    assert (place["type"], place["value"]) == ("String", "outdoors")
    assert UUID.fullmatch(place["id"])
    page = council.get(
        "/history/variable-instance", processInstanceId=instance, firstResult=1, maxResults=2
    ).json
    assert len(page) == 2
    assert council.get("/history/activity-instance").status_code == 400


def test_what_waits_for_a_person_is_an_incident_until_it_is_tried_again(council: Council) -> None:
    instance = council.starts()
    assert council.get("/incident").json == []
    task = fails(council)
    [found] = council.get("/incident", processInstanceId=instance).json
    assert found["incidentType"] == "failedExternalTask"
    assert found["activityId"] == "assess"
    assert found["configuration"] == task["id"]
    assert found["incidentMessage"] == "it broke"
    assert UUID.fullmatch(found["id"])
    assert council.get("/incident/count").json == {"count": 1}
    assert council.get("/incident", incidentId=found["id"]).json == [found]
    assert council.get("/incident", incidentType="failedJob").json == []
    statistics = council.get("/process-definition/statistics", failedJobs="true").json
    counted = {one["definition"]["key"]: one for one in statistics}
    assert (counted["assessment"]["instances"], counted["assessment"]["failedJobs"]) == (1, 1)
    assert counted["harm"]["instances"] == 0
    again = council.ask("PUT", f"/external-task/{task['id']}/retries", json={"retries": 1})
    assert again.status_code == 204
    assert council.get("/incident").json == []


def test_jobs_are_listed_and_a_dead_one_is_tried_again(council: Council) -> None:
    instance = starts_harm(council)
    listed = council.get("/job", processInstanceId=instance).json
    timers = council.get("/job", processInstanceId=instance, timers="true").json
    assert listed == timers
    for job in listed:
        assert DATE.fullmatch(job["dueDate"])
        assert job["processInstanceId"] == instance
        assert job["retries"] > 0
        assert council.get(f"/job/{job['id']}").json == job
        again = council.ask("PUT", f"/job/{job['id']}/retries", json={"retries": 3})
        assert again.status_code == 204
    assert council.get("/job/count", processInstanceId=instance).json == {"count": len(listed)}
    assert council.get("/job/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_suspended_instance_does_nothing_until_it_is_resumed(council: Council) -> None:
    instance = starts_harm(council)
    path = f"/process-instance/{instance}/suspended"
    assert council.ask("PUT", path, json={"suspended": True}).status_code == 204
    assert council.ask("PUT", path, json={"suspended": True}).status_code == 204
    assert council.get(f"/process-instance/{instance}").json["suspended"] is True
    [task] = council.get("/task", processInstanceId=instance).json
    variables = {name: {"value": value} for name, value in RECORDED.items()}
    refused = council.post(f"/task/{task['id']}/complete", {"variables": variables})
    assert refused.status_code == 500
    assert "suspended" in refused.json["message"]
    council.world.passes(timedelta(days=400))
    assert council.get(f"/process-instance/{instance}").json["suspended"] is True
    assert council.ask("PUT", path, json={"suspended": False}).status_code == 204
    jobs.run_due(council.engine)
    assert council.get("/history/process-instance", processInstanceId=instance).json[0][
        "state"
    ] in {"ACTIVE", "COMPLETED"}
    assert council.ask("PUT", path, json={}).status_code == 400


def test_a_tasks_form_people_and_comments_are_read_and_a_comment_made(council: Council) -> None:
    instance = starts_harm(council)
    [task] = council.get("/task", processInstanceId=instance).json
    form = council.get(f"/task/{task['id']}/deployed-form")
    assert form.content_type == "application/json"
    assert form.json["id"] == "record"
    links = council.get(f"/task/{task['id']}/identity-links").json
    assert {"userId": None, "groupId": "worker", "type": "candidate"} in links
    assert council.get(f"/task/{task['id']}/identity-links", type="assignee").json == []
    made = council.post(f"/task/{task['id']}/comment/create", {"message": "Called the ward."})
    assert made.status_code == 200
    assert made.json["message"] == "Called the ward."
    [kept] = council.get(f"/task/{task['id']}/comment").json
    assert kept == made.json
    empty = council.post(f"/task/{task['id']}/comment/create", {"message": ""})
    assert empty.status_code == 400
    assert council.get("/task/00000000-0000-0000-0000-000000000000/comment").status_code == 404


def test_a_decision_is_evaluated(council: Council) -> None:
    answer = council.post(
        "/decision-definition/key/severity/evaluate",
        {"variables": {"people_hurt": {"value": 2, "type": "Integer"}}},
    )
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json, list)
    assert all("type" in typed for row in answer.json for typed in row.values())
    assert answer.json != []
    unknown = council.post("/decision-definition/key/nothing/evaluate", {})
    assert unknown.status_code == 404
