"""Every refusal is a problem that a program can act on and that tells no more than it may."""

from __future__ import annotations

import base64
import logging

import pytest

from engine import user_tasks
from tests.integration.api.world import World


def test_a_problem_has_a_stable_code_and_the_request_id(world: World) -> None:
    answer = world.caller().get("/process-instances/nothing")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert problem["code"] == "process_instance_not_found"
    assert problem["status"] == 404
    assert problem["type"] == "urn:remit:problem:process_instance_not_found"
    assert problem["title"] == "Not Found"
    assert problem["instance"] == "/api/v1/town/process-instances/nothing"
    assert problem["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/town/nothing", 404, "not_found"),
        ("GET", "/api/v2", 404, "not_found"),
        ("DELETE", "/api/v1/town/user-tasks", 405, "method_not_allowed"),
        ("GET", "/api/v1/town/messages", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    world: World, method: str, path: str, status: int, code: str
) -> None:
    caller = world.caller()
    answer = caller.client.open(path, method=method, headers=caller.headers)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": 1e99999999}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"[" * 100_000,
        b"1" * 5_000,
    ],
)
def test_malformed_json_is_a_bad_request(world: World, body: bytes) -> None:
    caller = world.caller()
    answer = caller.client.post(
        caller.url("/process-instances"),
        data=body,
        content_type="application/json",
        headers=caller.headers,
    )
    assert answer.status_code == 400
    assert answer.json["code"] == "malformed_json"


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null"])
def test_a_body_that_is_no_object_is_refused(world: World, body: str) -> None:
    caller = world.caller()
    answer = caller.client.post(
        caller.url("/process-instances"),
        data=body,
        content_type="application/json",
        headers=caller.headers,
    )
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid_request"


def test_missing_wrong_and_unknown_fields_are_named(world: World) -> None:
    answer = world.caller().post(
        "/process-instances", {"variables": [], "version": "one", "colour": "red"}
    )
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid_request"
    fields = {wrong["field"] for wrong in answer.json["fields"]}
    assert fields == {"process_definition_key", "variables", "version", "colour"}


def test_a_filter_that_does_not_exist_is_refused_rather_than_ignored(world: World) -> None:
    answer = world.caller().get("/user-tasks", stat="open")
    assert answer.status_code == 422
    assert answer.json["fields"][0]["field"] == "stat"


def test_another_content_type_is_refused(world: World) -> None:
    caller = world.caller()
    for path, content_type in (
        ("/process-instances", "text/plain"),
        ("/deployments", "application/json"),
    ):
        answer = caller.client.post(
            caller.url(path), data=b"{}", content_type=content_type, headers=caller.headers
        )
        assert answer.status_code == 415
        assert answer.json["code"] == "unsupported_media_type"


def test_too_large_a_body_is_refused(world: World) -> None:
    caller = world.caller()
    answer = caller.post("/process-instances", {"variables": {"text": "x" * 1_000_001}})
    assert answer.status_code == 413
    assert answer.json["code"] == "too_large"
    answer = caller.deploys({"large.bpmn": b"x" * 10_000_001})
    assert answer.status_code == 413


def test_nothing_of_an_unforeseen_error_leaks(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    personal = " ".join(("Jane", "Doe of 1 High Street"))

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(personal)

    monkeypatch.setattr(user_tasks, "listing", fails)
    with caplog.at_level(logging.INFO):
        answer = world.caller().get("/user-tasks")
    assert answer.status_code == 500
    assert answer.json["code"] == "internal_error"
    assert personal not in answer.text
    assert answer.json["request_id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert personal not in caplog.text


def test_the_log_names_the_route_and_never_what_was_asked_for(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        world.caller().get("/process-instances/0a1b2c", q="Jane")
    assert "/api/v1/<org>/process-instances/<instance_id>" in caplog.text
    assert "0a1b2c" not in caplog.text
    assert "Jane" not in caplog.text


@pytest.mark.parametrize("path", ["/process-instances", "/user-tasks", "/deployments", "/jobs"])
@pytest.mark.parametrize("key", [b"nonsense", b"null", b'{"a": 1}', b"[]", b"[1]", b'["x", {}]'])
def test_a_page_token_of_ones_own_making_is_refused(world: World, path: str, key: bytes) -> None:
    token = base64.urlsafe_b64encode(key).decode().rstrip("=")
    answer = world.caller().get(path, page_token=token)
    assert answer.status_code == 400
    assert answer.json["code"] == "bad_page_token"
