"""What task lists and monitoring made for Camunda 7 ask: instances, user tasks, messages, values."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.engine_rest.council import Council

RECORDED = {
    "what_happened": "A ladder fell.",
    "people_hurt": 2,
    "occurred_at": "2026-12-23T09:30",
    "place": "outdoors",
}


def starts_harm(council: Council) -> str:
    answer = council.post("/process-definition/key/harm/start", {"businessKey": "H-1"})
    return str(answer.json["id"])


def test_an_instance_is_shown_until_it_is_deleted(council: Council) -> None:
    instance = council.starts()
    assert council.get(f"/process-instance/{instance}").json["businessKey"] == "A-1"
    assert council.get("/process-instance", businessKey="A-1").json[0]["id"] == instance
    assert council.get("/process-instance/count", active="true").json == {"count": 1}
    tree = council.get(f"/process-instance/{instance}/activity-instances").json
    assert [child["activityId"] for child in tree["childActivityInstances"]] == ["assess"]
    assert council.ask("DELETE", f"/process-instance/{instance}").status_code == 204
    assert council.get(f"/process-instance/{instance}").status_code == 404
    assert council.get("/process-instance/count").json == {"count": 0}
    assert council.ask("DELETE", f"/process-instance/{instance}").status_code == 404


def test_one_variable_is_shown_and_one_that_is_not_there_is_not_found(council: Council) -> None:
    instance = council.starts()
    path = f"/process-instance/{instance}/variables"
    assert council.get(f"{path}/report").json["value"] == "A shelf fell."
    assert council.get(f"{path}/nothing").status_code == 404


def test_definitions_are_listed_shown_and_their_diagrams_read(council: Council) -> None:
    found = council.get("/process-definition", latestVersion="true").json
    assert [definition["key"] for definition in found] == ["assessment", "harm"]
    assessment = found[0]
    assert council.get(f"/process-definition/{assessment['id']}").json == assessment
    assert council.get("/process-definition/key/assessment").json == assessment
    xml = council.get("/process-definition/key/assessment/xml").json["bpmn20Xml"]
    assert 'camunda:topic="assess"' in xml
    assert council.get("/process-definition/nothing:1:abc").status_code == 404
    assert council.post("/process-definition/key/nothing/start").status_code == 404


def test_a_user_task_is_claimed_and_completed_by_its_form(council: Council) -> None:
    instance = starts_harm(council)
    [task] = council.get("/task", processInstanceId=instance).json
    assert task["taskDefinitionKey"] == "record"
    assert task["due"].endswith("+0000")
    assert task["processDefinitionId"].startswith("harm:1:")
    assert council.get("/task/count", unassigned="true").json == {"count": 1}
    assert council.post(f"/task/{task['id']}/claim", {"userId": "wendy"}).status_code == 204
    assert council.get(f"/task/{task['id']}").json["assignee"] == "wendy"
    assert council.post(f"/task/{task['id']}/unclaim").status_code == 204

    wrong = {"variables": {"people_hurt": {"value": "many", "type": "String"}}}
    refused = council.post(f"/task/{task['id']}/complete", wrong)
    assert refused.status_code == 400
    assert "people_hurt" in refused.json["message"]

    variables = {name: {"value": value} for name, value in RECORDED.items()}
    answer = council.post(f"/task/{task['id']}/submit-form", {"variables": variables})
    assert answer.status_code == 204
    assert council.get("/task", processInstanceId=instance, taskDefinitionKey="record").json == []


def test_a_message_starts_once_and_is_refused_where_nothing_waits(council: Council) -> None:
    told = {"messageName": "assessment.wanted", "businessKey": "M-1", "resultEnabled": True}
    [result] = council.post(
        "/message", {**told, "processVariables": {"report": {"value": "x"}}}
    ).json
    assert result["resultType"] == "ProcessDefinition"
    assert result["processInstance"]["businessKey"] == "M-1"
    nobody = council.post("/message", {"messageName": "harm.answered", "businessKey": "none"})
    assert nobody.status_code == 400
    assert nobody.json["type"] == "InvalidRequestException"
    assert "MismatchingMessageCorrelationException" in nobody.json["message"]
    silent = council.post(
        "/message", {"messageName": "harm.reported", "correlationKeys": {"k": {"value": "H-9"}}}
    )
    assert silent.status_code == 204
    assert silent.data == b""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"value": "a", "type": "string"}, ("String", "a")),
        ({"value": 7, "type": "Short"}, ("Integer", 7)),
        ({"value": 2**40, "type": "LONG"}, ("Long", 2**40)),
        ({"value": 0.5, "type": "Double"}, ("Double", 0.5)),
        ({"value": True, "type": "boolean"}, ("Boolean", True)),
        ({"value": None, "type": "Null"}, ("Null", None)),
        ({"value": None, "type": "String"}, ("Null", None)),
        ({"value": "[1, 2]", "type": "Json"}, ("Json", "[1, 2]")),
        ({"value": {"a": "b"}}, ("Json", '{"a": "b"}')),
        ({"value": 3}, ("Integer", 3)),
        (
            {"value": "2026-11-22T01:23:45.000+0100", "type": "Date"},
            ("Date", "2026-11-22T00:23:45.000+0000"),
        ),
        (
            {
                "value": '{"a": 1}',
                "type": "Object",
                "valueInfo": {"serializationDataFormat": "application/json"},
            },
            ("Json", '{"a": 1}'),
        ),
    ],
)
def test_typed_values_come_back_as_they_were_sent(
    council: Council, sent: dict[str, Any], kept: tuple[str, Any]
) -> None:
    answer = council.post(
        "/process-definition/key/assessment/start",
        {"variables": {"report": {"value": ""}, "x": sent}, "withVariablesInReturn": True},
    )
    found = answer.json["variables"]["x"]
    assert (found["type"], found["value"]) == kept


@pytest.mark.parametrize(
    "sent",
    [
        {"value": "2026-11-22T01:23:45.000UTC+00:00", "type": "Date"},
        {"value": "seven", "type": "Integer"},
        {"value": 2**31, "type": "Integer"},
        {"value": 1.5, "type": "Long"},
        {"value": 1, "type": "Boolean"},
        {"value": "{", "type": "Json"},
        {"value": "AAEC", "type": "Bytes"},
        {"value": "rO0AB", "type": "Object"},
        "bare",
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(council: Council, sent: Any) -> None:
    answer = council.post("/process-definition/key/assessment/start", {"variables": {"x": sent}})
    assert answer.status_code == 400
    assert "x" in answer.json["message"]
    assert council.get("/process-instance/count").json == {"count": 0}


@pytest.mark.parametrize("path", ["/task", "/process-instance", "/process-definition"])
def test_an_order_that_is_not_kept_is_refused_rather_than_ignored(
    council: Council, path: str
) -> None:
    assert council.get(path).status_code == 200
    assert council.get(path, sortBy="name", sortOrder="desc").status_code == 400


@pytest.mark.parametrize(
    "told",
    [
        {"messageName": ""},
        {"messageName": "x" * 201},
        {"messageName": 7},
        {"messageName": "m", "businessKey": "x" * 201},
        {"messageName": "m", "businessKey": ["a"]},
        {"messageName": "m", "correlationKeys": {"k": {"value": "x" * 201}}},
        {"messageName": "m", "correlationKeys": {"k": {"value": None}}},
        {"messageName": "m", "correlationKeys": {"k": {"value": True}}},
        {"messageName": "m", "correlationKeys": {"k": {"value": "[1]", "type": "Json"}}},
        {"messageName": "m", "correlationKeys": "k"},
        {},
    ],
)
def test_a_message_whose_name_or_key_is_none_is_refused_before_anything_is_looked_for(
    council: Council, told: dict[str, Any]
) -> None:
    answer = council.post("/message", told)
    assert (answer.status_code, answer.json["type"]) == (400, "InvalidRequestException")
    assert "MismatchingMessageCorrelation" not in answer.json["message"]


def test_a_message_may_be_correlated_by_a_number(council: Council) -> None:
    told = {
        "messageName": "assessment.wanted",
        "correlationKeys": {"number": {"value": 17, "type": "Integer"}},
        "resultEnabled": True,
    }
    [found] = council.post("/message", told).json
    assert found["processInstance"]["businessKey"] == "17"


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (
            "/process-definition/key/assessment/start",
            {"variables": {"x": {"value": {}, "type": "Object", "valueInfo": "text"}}},
        ),
        (
            "/process-definition/key/assessment/start",
            {"variables": {"x": {"value": "9999-12-31T23:59:59.000-1400", "type": "Date"}}},
        ),
        (
            "/process-definition/key/assessment/start",
            {"variables": {"process_instance": {"value": 1}}},
        ),
        (
            "/external-task/fetchAndLock",
            {
                "workerId": "w",
                "maxTasks": 1,
                "topics": [{"topicName": f"t{n}", "lockDuration": 1000} for n in range(5_000)],
            },
        ),
        (
            "/external-task/fetchAndLock",
            {
                "workerId": "w",
                "maxTasks": 1,
                "topics": [
                    {
                        "topicName": "assess",
                        "lockDuration": 1000,
                        "processDefinitionKeyIn": ["k"] * 20_000,
                    }
                ],
            },
        ),
        ("/task/TASK/claim", {"userId": "x" * 201}),
        ("/task/TASK/assignee", {"userId": "x" * 201}),
    ],
)
def test_what_makes_no_sense_is_refused_as_such_and_never_as_a_fault_of_ours(
    council: Council, path: str, sent: dict[str, Any]
) -> None:
    council.starts()
    answer = council.post(path.replace("TASK", "a" * 32), sent)
    assert (answer.status_code, answer.json["type"]) == (400, "InvalidRequestException")
