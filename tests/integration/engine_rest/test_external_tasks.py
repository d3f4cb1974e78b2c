"""What a worker outside can do with external tasks, and what it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.engine_rest.council import Council


def test_a_worker_fetches_a_task_with_all_that_it_can_see(council: Council) -> None:
    instance = council.starts("A shelf fell.", business_key="A-7")
    [task] = council.fetches(includeExtensionProperties=True)
    assert task["processInstanceId"] == instance
    assert task["topicName"] == "assess"
    assert task["activityId"] == "assess"
    assert task["businessKey"] == "A-7"
    assert task["priority"] == 7
    assert task["workerId"] == "w1"
    assert task["retries"] is None
    assert task["lockExpirationTime"] == "2026-12-23T10:00:10.000+0000"
    assert task["processDefinitionId"].startswith("assessment:1:")
    assert task["processDefinitionVersionTag"] == "one"
    assert task["variables"]["report"] == {
        "type": "String",
        "value": "A shelf fell.",
        "valueInfo": {},
    }
    assert task["variables"]["length"]["value"] == 13
    assert task["extensionProperties"] == {"model": "brief"}
    assert council.fetches("w2") == []


def test_a_worker_gets_only_the_variables_it_names(council: Council) -> None:
    council.starts()
    [task] = council.fetches(variables=["report"])
    assert list(task["variables"]) == ["report"]


def test_local_variables_are_the_input_parameters(council: Council) -> None:
    council.starts()
    [task] = council.fetches(localVariables=True)
    assert list(task["variables"]) == ["length"]


def test_completing_takes_variables_over_and_shows_local_ones_to_the_output_only(
    council: Council,
) -> None:
    instance = council.starts()
    [task] = council.fetches()
    answer = council.post(
        f"/external-task/{task['id']}/complete",
        {
            "workerId": "w1",
            "variables": {"verdict": {"type": "string", "value": "minor"}, "score": {"value": 3}},
            "localVariables": {"mark": {"value": "red"}},
        },
    )
    assert answer.status_code == 204
    assert answer.data == b""
    assert council.open_task(instance) == "check"
    found = council.variables(instance)
    assert found == {
        "report": "A shelf fell.",
        "verdict": "minor",
        "score": 3,
        "marked": "red",
    }


def test_what_a_worker_did_is_in_the_history_with_its_name(council: Council) -> None:
    instance = council.starts().replace("-", "")
    [task] = council.fetches()
    council.post(f"/external-task/{task['id']}/complete", {"workerId": "w1"})
    events = council.world.caller().get(f"/process-instances/{instance}/history").json["items"]
    [done] = [event for event in events if event["kind"] == "service_task_completed"]
    assert done["by"] == "token:administrator"


def test_completing_twice_finds_nothing_the_second_time(council: Council) -> None:
    council.starts()
    [task] = council.fetches()
    path = f"/external-task/{task['id']}/complete"
    assert council.post(path, {"workerId": "w1"}).status_code == 204
    again = council.post(path, {"workerId": "w1"})
    assert again.status_code == 404
    assert again.json["type"] == "RestException"


@pytest.mark.parametrize("report", ["complete", "failure", "bpmnError", "extendLock"])
def test_only_the_worker_that_holds_a_task_reports_on_it(council: Council, report: str) -> None:
    instance = council.starts()
    [task] = council.fetches("w1")
    told = {"complete": {}, "failure": {}, "bpmnError": {"errorCode": "unreadable"}}
    more = told.get(report, {"newDuration": 1000})
    answer = council.post(f"/external-task/{task['id']}/{report}", {"workerId": "w2", **more})
    assert answer.status_code == 400
    assert "is not held by w2. It is held by w1." in answer.json["message"]
    assert council.get("/external-task", processInstanceId=instance).json[0]["workerId"] == "w1"


def test_a_lock_that_runs_out_lets_the_next_worker_have_the_task(council: Council) -> None:
    council.starts()
    [task] = council.fetches("w1")
    council.world.passes(timedelta(seconds=9))
    assert council.fetches("w2") == []
    council.world.passes(timedelta(seconds=1))
    [again] = council.fetches("w2")
    assert again["id"] == task["id"]
    late = council.post(f"/external-task/{task['id']}/complete", {"workerId": "w1"})
    assert late.status_code == 400


def test_a_worker_that_is_late_may_still_complete_what_nobody_else_took(council: Council) -> None:
    council.starts()
    [task] = council.fetches("w1")
    council.world.passes(timedelta(minutes=1))
    answer = council.post(f"/external-task/{task['id']}/complete", {"workerId": "w1"})
    assert answer.status_code == 204


def test_a_lock_is_extended_from_now(council: Council) -> None:
    council.starts()
    [task] = council.fetches("w1")
    council.world.passes(timedelta(seconds=5))
    path = f"/external-task/{task['id']}/extendLock"
    assert council.post(path, {"workerId": "w1", "newDuration": 60_000}).status_code == 204
    [held] = council.get("/external-task", workerId="w1").json
    assert held["lockExpirationTime"] == "2026-12-23T10:01:05.000+0000"


def test_an_unlocked_task_can_be_fetched_at_once(council: Council) -> None:
    council.starts()
    [task] = council.fetches("w1")
    assert council.post(f"/external-task/{task['id']}/unlock").status_code == 204
    [again] = council.fetches("w2")
    assert again["id"] == task["id"]


def test_one_task_can_be_locked_by_its_id_unless_somebody_has_it(council: Council) -> None:
    council.starts()
    [listed] = council.get("/external-task", notLocked="true").json
    path = f"/external-task/{listed['id']}/lock"
    assert council.post(path, {"workerId": "w1", "lockDuration": 5000}).status_code == 204
    taken = council.post(path, {"workerId": "w2", "lockDuration": 5000})
    assert taken.status_code == 400
    assert council.get("/external-task/count", locked="true").json == {"count": 1}


def test_a_failure_with_retries_is_fetched_again_after_its_time(council: Council) -> None:
    council.starts()
    [task] = council.fetches()
    told = {
        "workerId": "w1",
        "errorMessage": "no network",
        "errorDetails": "a stack",
        "retries": 2,
        "retryTimeout": 60_000,
    }
    assert council.post(f"/external-task/{task['id']}/failure", told).status_code == 204
    assert council.fetches() == []
    council.world.passes(timedelta(minutes=1))
    [again] = council.fetches()
    assert again["retries"] == 2
    assert again["errorMessage"] == "no network"
    assert again["errorDetails"] == "a stack"


def test_a_failure_without_retries_left_is_a_dead_letter_that_a_person_retries(
    council: Council,
) -> None:
    council.starts()
    [task] = council.fetches()
    told = {"workerId": "w1", "errorMessage": "broken", "retries": 0}
    council.post(f"/external-task/{task['id']}/failure", told)
    assert council.fetches() == []
    caller = council.world.caller()
    [dead] = caller.get("/jobs", state="dead_letter").json["items"]
    assert dead["last_error"] == "broken"
    assert council.get("/external-task", noRetriesLeft="true").json[0]["retries"] == 0
    assert caller.post(f"/jobs/{dead['id']}/retry").status_code == 200
    [again] = council.fetches()
    assert again["retries"] is None


def test_a_failure_that_names_no_retries_follows_the_diagram(council: Council) -> None:
    council.starts()
    for left in (2, 1):
        [task] = council.fetches()
        council.post(f"/external-task/{task['id']}/failure", {"workerId": "w1"})
        assert council.get(f"/external-task/{task['id']}").json["retries"] == left
        council.world.passes(timedelta(minutes=10))
    [task] = council.fetches()
    council.post(f"/external-task/{task['id']}/failure", {"workerId": "w1"})
    assert council.get("/external-task/count", noRetriesLeft="true").json == {"count": 1}


def test_an_error_that_the_diagram_knows_goes_its_way(council: Council) -> None:
    instance = council.starts()
    [task] = council.fetches()
    told = {
        "workerId": "w1",
        "errorCode": "unreadable",
        "errorMessage": "no words",
        "variables": {"reason": {"value": "blank", "type": "String"}},
    }
    assert council.post(f"/external-task/{task['id']}/bpmnError", told).status_code == 204
    assert council.open_task(instance) == "read"
    assert council.variables(instance)["reason"] == "blank"


def test_set_retries_brings_a_dead_letter_back(council: Council) -> None:
    council.starts()
    [task] = council.fetches()
    council.post(f"/external-task/{task['id']}/failure", {"workerId": "w1", "retries": 0})
    path = f"/external-task/{task['id']}/retries"
    assert council.ask("PUT", path, json={"retries": 2}).status_code == 204
    [again] = council.fetches()
    assert again["retries"] == 2


def test_the_tasks_of_a_topic_are_narrowed_by_business_key_and_variables(council: Council) -> None:
    council.starts("one", business_key="A-1")
    council.starts("two", business_key="A-2")
    [by_key] = council.fetches("w1", businessKey="A-2")
    assert by_key["businessKey"] == "A-2"
    assert council.fetches("w2", processVariables={"report": "three"}) == []
    [by_value] = council.fetches("w2", processVariables={"report": "one"})
    assert by_value["businessKey"] == "A-1"


def test_more_important_tasks_come_first_and_no_more_than_asked_for(council: Council) -> None:
    for number in range(3):
        council.starts(business_key=f"A-{number}")
        council.world.passes(timedelta(seconds=1))
    topic = {"topicName": "assess", "lockDuration": 1000}
    asked = {"workerId": "w1", "maxTasks": 2, "usePriority": True, "topics": [topic]}
    fetched = council.post("/external-task/fetchAndLock", asked).json
    assert [task["businessKey"] for task in fetched] == ["A-0", "A-1"]


def test_a_council_sees_nothing_of_another_councils_tasks(council: Council) -> None:
    instance = council.starts()
    [task] = council.fetches("w1")
    other = Council(council.world, organisation="port")
    assert other.fetches("w1") == []
    assert other.get("/external-task").json == []
    for report in ("complete", "unlock", "failure"):
        assert (
            other.post(f"/external-task/{task['id']}/{report}", {"workerId": "w1"}).status_code
            == 404
        )
    assert other.get(f"/process-instance/{instance}").status_code == 404


def test_somebody_without_the_permission_fetches_nothing(council: Council) -> None:
    council.starts()
    staff = Council(council.world, role="staff")
    topic = {"topicName": "assess", "lockDuration": 1000}
    asked = {"workerId": "w1", "maxTasks": 1, "topics": [topic]}
    refused = staff.post("/external-task/fetchAndLock", asked)
    assert refused.status_code == 403
    assert refused.json["type"] == "AuthorizationException"
    system = Council(council.world, role="system")
    assert len(system.fetches()) == 1


def test_a_filter_that_would_be_ignored_is_refused(council: Council) -> None:
    topic = {"topicName": "assess", "lockDuration": 1000, "processDefinitionVersionTag": "two"}
    asked = {"workerId": "w1", "maxTasks": 1, "topics": [topic]}
    refused = council.post("/external-task/fetchAndLock", asked)
    assert refused.status_code == 400
    assert refused.json["type"] == "InvalidRequestException"
    assert "processDefinitionVersionTag" in refused.json["message"]


def test_explicit_nulls_ask_for_nothing(council: Council) -> None:
    council.starts()
    topic = {
        "topicName": "assess",
        "lockDuration": 1000,
        "variables": None,
        "businessKey": None,
        "processDefinitionVersionTag": None,
        "tenantIdIn": None,
        "processVariables": None,
    }
    asked = {"workerId": "w1", "maxTasks": 1, "sorting": None, "topics": [topic]}
    assert len(council.post("/external-task/fetchAndLock", asked).json) == 1


def test_a_restart_leaves_workers_their_tasks(council: Council) -> None:
    council.starts()
    [task] = council.fetches("w1")
    with council.engine.store.system_transaction() as tx:
        tx.due_jobs.release_leases()
    answer = council.post(f"/external-task/{task['id']}/complete", {"workerId": "w1"})
    assert answer.status_code == 204


def test_a_worker_may_have_a_long_name(council: Council) -> None:
    council.starts()
    name = "worker-" + "x" * 150
    [task] = council.fetches(name)
    assert task["workerId"] == name
    assert council.get("/external-task/count", workerId=name).json == {"count": 1}
