"""The requests of the unmodified Camunda Modeler (5.50, target Camunda 7), in the form it sends them."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import pytest

from tests.integration.engine_rest.council import DIAGRAM, Council

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MODELER = {"deployment_source": "Camunda Modeler", "enable_duplicate_filtering": "true"}


def changed(source: bytes = DIAGRAM) -> bytes:
    return source.replace(b'name="Assess the report"', b'name="Assess the report again"')


def test_the_connection_check_without_credentials_is_401_and_asks_no_browser_for_a_password(
    council: Council,
) -> None:
    answer = council.ask("GET", "/deployment?maxResults=0", headers={})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="remit"'
    assert answer.json["type"] == "AuthenticationException"


@pytest.mark.parametrize(
    "sent", ["undefined", "Basic", "Basic ???", "Basic bm9jb2xvbg==", "Bearer", "Bearer wrong"]
)
def test_credentials_that_are_none_mean_nobody(council: Council, sent: str) -> None:
    answer = council.ask("GET", "/deployment?maxResults=0", headers={"Authorization": sent})
    assert answer.status_code == 401


def test_the_connection_check_lists_nothing(council: Council) -> None:
    for headers in (council.headers, {"Authorization": _basic("anybody", council.secret)}):
        answer = council.ask("GET", "/deployment?maxResults=0", headers=headers)
        assert answer.status_code == 200
        assert answer.json == []


def test_the_version_is_one_that_the_modeler_has_lint_rules_for(council: Council) -> None:
    assert council.get("/version").json == {"version": "7.23.0"}


def test_a_deployment_answers_what_the_modeler_reads(council: Council) -> None:
    answer = council.deploys({"assessment.bpmn": changed()}, deployment_name="demo", **MODELER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert re.fullmatch(UUID, answer.json["id"])
    assert answer.json["source"] == "Camunda Modeler"
    assert answer.json["deploymentTime"] == "2026-12-23T10:00:00.000+0000"
    [(identifier, definition)] = answer.json["deployedProcessDefinitions"].items()
    assert re.fullmatch(f"assessment:2:{UUID}", identifier)
    assert definition["id"] == identifier
    assert definition["version"] == 2
    assert definition["resource"] == "assessment.bpmn"
    assert answer.json["deployedDecisionDefinitions"] is None


def test_an_unchanged_redeployment_is_the_earlier_one_and_brings_nothing_new(
    council: Council,
) -> None:
    first = council.deploys({"assessment.bpmn": changed()}, deployment_name="demo", **MODELER).json
    again = council.deploys({"assessment.bpmn": changed()}, deployment_name="demo", **MODELER).json
    assert again["id"] == first["id"]
    assert again["deployedProcessDefinitions"] is None
    other = council.deploys({"assessment.bpmn": DIAGRAM}, deployment_name="demo", **MODELER).json
    assert other["id"] != first["id"]
    assert (
        council.get("/process-definition", key="assessment", latestVersion="true").json[0][
            "version"
        ]
        == 3
    )


def test_deploying_what_was_replaced_since_makes_it_active_again(council: Council) -> None:
    council.deploys({"assessment.bpmn": changed()}, deployment_name="mine", **MODELER)
    council.deploys({"assessment.bpmn": DIAGRAM}, deployment_name="yours", **MODELER)
    back = council.deploys({"assessment.bpmn": changed()}, deployment_name="mine", **MODELER).json
    [definition] = back["deployedProcessDefinitions"].values()
    assert definition["version"] == 4


def test_without_duplicate_filtering_a_deployment_is_made_each_time(council: Council) -> None:
    first = council.deploys({"assessment.bpmn": DIAGRAM}, deployment_name="demo").json
    again = council.deploys({"assessment.bpmn": DIAGRAM}, deployment_name="demo").json
    assert again["id"] != first["id"]


def test_an_instance_is_started_by_an_id_with_its_colons(council: Council) -> None:
    made = council.deploys({"assessment.bpmn": changed()}, deployment_name="demo", **MODELER).json
    [identifier] = made["deployedProcessDefinitions"]
    variables = {"report": {"type": "String", "value": "A shelf fell."}}
    answer = council.post(
        f"/process-definition/{identifier}/start", {"businessKey": "A-1", "variables": variables}
    )
    assert answer.status_code == 200
    assert re.fullmatch(UUID, answer.json["id"])
    assert answer.json["definitionId"] == identifier
    assert answer.json["businessKey"] == "A-1"
    assert answer.json["ended"] is False


def test_a_start_with_nulls_starts_with_nothing(council: Council) -> None:
    [definition] = council.get("/process-definition", key="assessment").json
    answer = council.post(
        f"/process-definition/{definition['id']}/start", {"businessKey": None, "variables": None}
    )
    # The diagram measures a report; with none there is nothing to measure, which is no error.
    assert answer.status_code == 200
    assert answer.json["businessKey"] is None


def test_what_the_engine_cannot_run_is_a_parse_error_with_its_places(council: Council) -> None:
    wrong = DIAGRAM.replace(b"= string length(report)", b"= string length(report")
    answer = council.deploys({"assessment.bpmn": wrong}, deployment_name="demo", **MODELER)
    assert answer.status_code == 400
    assert answer.json["type"] == "ParseException"
    message = answer.json["message"]
    assert message.startswith("ENGINE-09005 Could not parse BPMN process. Errors: \n* ")
    assert re.search(r"\| resource assessment\.bpmn \| line \d+ \| column \d+", message)
    [error] = answer.json["details"]["assessment.bpmn"]["errors"]
    assert error["mainElementId"] == "assess"
    assert error["elementIds"] == ["assess"]
    assert error["line"] > 1
    assert b'"elementIds"' in answer.data  # ASCII, unlike Camunda's own


def test_what_is_no_xml_is_a_parse_error_too(council: Council) -> None:
    answer = council.deploys({"broken.bpmn": b"<bpmn"}, deployment_name="demo", **MODELER)
    assert answer.status_code == 400
    assert answer.json["message"].startswith("ENGINE-09005")


def test_a_wrong_table_names_its_place(council: Council) -> None:
    answer = council.deploys({"table.dmn": b"<definitions/>"}, deployment_name="demo", **MODELER)
    assert answer.status_code == 400
    assert answer.json["message"].startswith("ENGINE-22004")
    assert answer.json["details"]["table.dmn"]["errors"]


def test_a_file_is_named_by_its_file_name_and_never_by_a_path(council: Council) -> None:
    answer = council.deploys(
        {"../../assessment.bpmn": changed()}, parts=("../../../etc/assessment.bpmn",)
    )
    assert answer.status_code == 200
    [definition] = answer.json["deployedProcessDefinitions"].values()
    assert definition["resource"] == "assessment.bpmn"


def test_a_part_without_a_file_name_is_refused(council: Council) -> None:
    answer = council.deploys({"assessment.bpmn": DIAGRAM}, stray="<bpmn/>")
    assert answer.status_code == 400
    assert answer.json["type"] == "InvalidRequestException"
    assert "No file name found" in answer.json["message"]


def test_a_form_without_files_is_refused(council: Council) -> None:
    answer = council.ask(
        "POST",
        "/deployment/create",
        data={"deployment-name": "demo"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400
    assert "No deployment resources contained in the form upload." in answer.json["message"]


def test_a_tenant_is_the_tokens_own_or_refused(council: Council) -> None:
    files = {"assessment.bpmn": changed()}
    assert council.deploys(files, tenant_id="port").status_code == 400
    assert council.deploys(files, tenant_id="town").status_code == 200


def test_somebody_who_may_not_deploy_is_told_so(council: Council) -> None:
    staff = Council(council.world, role="staff")
    answer = staff.deploys({"assessment.bpmn": DIAGRAM}, **MODELER)
    assert answer.status_code == 403
    assert answer.json["type"] == "AuthorizationException"


def test_a_slash_too_many_is_no_redirect(council: Council) -> None:
    assert council.get("//version").status_code == 200
    client = council.world.app.test_client()
    answer = client.open("/engine-rest//deployment/create", method="OPTIONS", headers=_preflight())
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "file://"


def test_the_named_engine_is_the_same_one(council: Council) -> None:
    assert council.get("/engine").json == [{"name": "default"}]
    assert council.get("/engine/default/version").json == {"version": "7.23.0"}
    assert council.get("/engine/default/process-definition/count").json["count"] > 0
    assert council.get("/engine/other/version").status_code == 404


def test_a_preflight_needs_no_credentials(council: Council) -> None:
    answer = council.ask("OPTIONS", "/deployment/create", headers=_preflight())
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "file://"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_pages_of_other_origins_are_answered_but_may_not_read_it(council: Council) -> None:
    answer = council.ask(
        "GET", "/version", headers={**council.headers, "Origin": "https://evil.example"}
    )
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_error_can_be_read_across_origins_too(council: Council) -> None:
    for path, status in (("/deployment?maxResults=0", 401), ("/nowhere", 404)):
        answer = council.ask("GET", path, headers={"Origin": "file://"})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "file://"
        assert answer.json["code"] == 0


def test_a_get_with_a_body_is_answered(council: Council) -> None:
    answer = council.ask("GET", "/deployment?maxResults=0", json={})
    assert answer.status_code == 200


def test_the_modeler_finds_the_pages_of_an_instance(council: Council) -> None:
    client = council.world.app.test_client()
    answer = client.get("/.well-known/camunda-automation-platform/webapps")
    assert answer.json == {"cockpitUrl": "http://localhost/go/"}
    instance = council.starts()
    led = client.get(f"/go/process-instance/{instance}")
    assert led.status_code == 302
    assert led.headers["Location"] == f"/process-instances/{instance.replace('-', '')}"
    assert client.get("/go/repository?deploymentsQuery=%5B%5D").status_code == 302


def test_a_large_deployment_is_answered_before_the_modeler_gives_up(council: Council) -> None:
    files = {
        f"assessment{number}.bpmn": DIAGRAM.replace(b'"assessment"', b'"assessment%d"' % number)
        for number in range(40)
    }
    began = time.process_time()  # what else the machine does is not ours
    answer = council.deploys(files, deployment_name="many", **MODELER)
    assert answer.status_code == 200
    assert len(answer.json["deployedProcessDefinitions"]) == 40
    assert time.process_time() - began < 5


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _preflight() -> dict[str, Any]:
    return {
        "Origin": "file://",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
