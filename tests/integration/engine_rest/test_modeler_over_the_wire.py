"""What the Camunda Modeler sends, byte for byte over a real port, and the traps that a server can set it.

Its base address is used as it was typed; a redirect is followed, or fails the browser's preflight;
only 401 offers a login; what does not answer within five seconds has failed.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.engine_rest.council import DIAGRAM, Live

BASES = (
    "/engine-rest",
    "/engine-rest/",
    "/engine-rest/engine/default",
    "/engine-rest/engine/default/",
)
BOUNDARY = "----WebKitFormBoundaryqWv1bKzYk0tGx9rB"
FIELDS = {
    "deployment-name": "demo",
    "deployment-source": "Camunda Modeler",
    "enable-duplicate-filtering": "true",
}
Answer = tuple[http.client.HTTPResponse, bytes]


class Modeler:
    """Sends requests as the Modeler's own code does: nothing normalised, one connection each."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.credentials = {"authorization": f"Bearer {live.council.secret}"}

    def asks(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.live.port, timeout=5)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(
            method, path, body, {"accept": "application/json", "origin": "file://", **named}
        )
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def deploys(self, base: str, source: bytes = DIAGRAM, **fields: str) -> Answer:
        """Send fields and file in the order of the Modeler's own form."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**FIELDS, **fields}.items()
        ]
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="assessment.bpmn"; '
            'filename="assessment.bpmn"\r\nContent-Type: text/xml\r\n\r\n'
        )
        body = "".join([*parts, head]).encode() + source + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self.asks(
            "POST",
            f"{base}/deployment/create",
            body,
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            **self.credentials,
        )


@pytest.fixture
def modeler(live: Live) -> Iterator[Modeler]:
    return Modeler(live)


def changed(number: int) -> bytes:
    return DIAGRAM.replace(b'name="Assess the report"', b'name="Assess %d"' % number)


def test_check_deploy_and_start_work_from_every_writing_of_the_address(modeler: Modeler) -> None:
    for number, base in enumerate(BASES):
        check = f"{base}/deployment?maxResults=0"
        for nobody in ({}, {"authorization": "undefined"}):
            answer, content = modeler.asks("GET", check, **nobody)
            assert (answer.status, json.loads(content)["type"]) == (
                401,
                "AuthenticationException",
            ), base
        answer, content = modeler.asks("GET", check, **modeler.credentials)
        assert (answer.status, content.strip()) == (200, b"[]")
        answer, content = modeler.asks("GET", f"{base}/version", **modeler.credentials)
        assert json.loads(content) == {"version": "7.23.0"}
        answer, content = modeler.deploys(base, changed(number))
        assert answer.status == 200, content
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Access-Control-Allow-Origin"] == "file://"
        [made] = json.loads(content)["deployedProcessDefinitions"].values()
        assert made["id"].count(":") == 2
        body = json.dumps({"businessKey": f"INC-{number}", "variables": None}).encode()
        answer, content = modeler.asks(
            "POST",
            f"{base}/process-definition/{made['id']}/start",  # with its colons as they are
            body,
            content_type="application/json",
            **modeler.credentials,
        )
        assert (answer.status, json.loads(content)["businessKey"]) == (200, f"INC-{number}")


def test_no_preflight_is_redirected_or_asked_who_it_is(modeler: Modeler) -> None:
    for base in BASES:
        for path in ("/deployment/create", "/version", "/process-definition/a:1:b/start"):
            answer, content = modeler.asks(
                "OPTIONS",
                base + path,
                access_control_request_method="POST",
                access_control_request_headers="authorization,content-type",
            )
            assert (answer.status, content) == (204, b""), base + path
            assert answer.headers["Access-Control-Allow-Origin"] == "file://"
            assert "authorization" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["null", "http://localhost:8080", "https://evil.example"])
def test_nobody_is_refused_by_where_they_come_from(modeler: Modeler, origin: str) -> None:
    answer, _ = modeler.asks(
        "GET", "/engine-rest/version", **{**modeler.credentials, "origin": origin}
    )
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] is None


def test_an_unchanged_redeployment_is_the_earlier_one_with_all_its_maps_null(
    modeler: Modeler,
) -> None:
    first = json.loads(modeler.deploys("/engine-rest", changed(1))[1])
    again = json.loads(modeler.deploys("/engine-rest", changed(1))[1])
    assert again["id"] == first["id"]
    assert {name: again[name] for name in again if name.startswith("deployed")} == {
        "deployedProcessDefinitions": None,
        "deployedCaseDefinitions": None,
        "deployedDecisionDefinitions": None,
        "deployedDecisionRequirementsDefinitions": None,
    }


def test_a_time_of_activation_is_known_and_refused_rather_than_ignored(modeler: Modeler) -> None:
    later = {"deployment-activation-time": "2027-01-01T00:00:00"}
    answer, content = modeler.deploys("/engine-rest", changed(1), **later)
    assert answer.status == 400
    assert "deployment-activation-time" in json.loads(content)["message"]
    answer, _ = modeler.deploys("/engine-rest", changed(1), **{"deploy-changed-only": "true"})
    assert answer.status == 200


def test_what_cannot_run_is_shown_in_the_modelers_own_error_list(modeler: Modeler) -> None:
    wrong = DIAGRAM.replace(b"= string length(report)", b"= string length(report")
    answer, content = modeler.deploys("/engine-rest/", wrong)
    told = json.loads(content)
    assert (answer.status, told["type"], told["code"]) == (400, "ParseException", 0)
    assert told["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    assert b'"elementIds"' in content
    assert "е".encode() not in content  # Camunda's own key begins with a Cyrillic letter


def test_the_pages_behind_open_in_cockpit_are_there(modeler: Modeler) -> None:
    answer, content = modeler.asks("GET", "/.well-known/camunda-automation-platform/webapps")
    cockpit = json.loads(content)["cockpitUrl"]
    assert (answer.status, cockpit) == (200, f"http://127.0.0.1:{modeler.live.port}/go/")
    made = json.loads(modeler.deploys("/engine-rest", changed(1))[1])
    wanted: list[dict[str, Any]] = [{"type": "id", "operator": "eq", "value": made["id"]}]
    for path in (
        f"/go/repository?deploymentsQuery={quote(json.dumps(wanted))}",
        f"/go/process-instance/{modeler.live.council.starts()}",
    ):
        answer, _ = modeler.asks("GET", path)
        assert answer.status == 302


def test_clients_that_accept_only_hal_are_answered_all_the_same(modeler: Modeler) -> None:
    answer, content = modeler.asks(
        "GET",
        "/engine-rest/engine/default/process-definition/count",
        accept="application/hal+json, application/json; q=0.5",
        **modeler.credentials,
    )
    assert (answer.status, "count" in json.loads(content)) == (200, True)


def test_the_date_that_an_old_worker_sends_is_refused_and_its_task_is_still_held(
    modeler: Modeler,
) -> None:
    council = modeler.live.council
    council.starts()
    [task] = council.fetches("camunda-worker-node")
    broken = {"value": "2026-11-22T01:23:45.000UTC+00:00", "type": "Date"}
    body = {"workerId": "camunda-worker-node", "variables": {"at": broken}}
    answer, content = modeler.asks(
        "POST",
        f"/engine-rest/external-task/{task['id']}/complete",
        json.dumps(body).encode(),
        content_type="application/json",
        **modeler.credentials,
    )
    assert (answer.status, json.loads(content)["type"]) == (400, "InvalidRequestException")
    [held] = council.get("/external-task").json
    assert held["workerId"] == "camunda-worker-node"
