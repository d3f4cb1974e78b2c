"""A service task asks another system as the organisation's file says, without a line of Python."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import deployments, jobs, process_instances
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.problems import DeploymentRefused
from engine.model.process_instances import InstanceState
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.api.world import Caller, World
from tests.integration.engine.acme import (
    END,
    EVERYTHING,
    NOW,
    ORGANISATION,
    START,
    Acme,
    diagram,
    flow,
    service_task,
    user_task,
)
from tests.integration.webhooks.register import Register, Reply
from web.app import create_app
from web.settings import Environment, Settings
from webhooks.connectors import HttpConnectors
from webhooks.deliver import SignedWebhooks

SECRET_KEY = "a secret key that only these tests know, 0123"
CAUGHT = (
    '<bpmn:boundaryEvent id="known" attachedToRef="report">'
    '<bpmn:errorEventDefinition id="known_e" errorRef="e"/></bpmn:boundaryEvent>'
)
PROCESS = diagram(
    START
    + service_task("report", "register.report", {"kind": "near miss"})
    + CAUGHT
    + user_task("after")
    + user_task("otherwise")
    + END
    + flow("start", "report", "after", "end")
    + flow("known", "otherwise", "end"),
    before='<bpmn:error id="e" name="e" errorCode="known_already"/>',
)
CONNECTORS = """
connector_hosts: [127.0.0.1, localhost]
connector_secrets:
  - {name: register, description: The key of the national register}
connectors:
  - topic: register.report
    description: Tells the national register
    method: POST
    url: "URL/v1/events/{{ process_instance.business_key }}"
    headers: {X-Kind: "{{ kind }}"}
    secret: {name: register}
    body: '= {severity: severity}'
    answer:
      receipt: = answer.body.id
      trace: = get value(answer.headers, "x-trace")
    errors:
      - {when: '= answer.status = 409', code: known_already, message: It was reported before}
    seconds: 2
"""


@dataclass
class Council:
    """A council whose procedure reports to the register."""

    acme: Acme
    world: World
    register: Register

    @property
    def admin(self) -> Caller:
        return self.world.caller("administrator", "acme")

    def sets_secret(self, secret: str = "s3cret", hosts: list[str] | None = None) -> None:
        answer = self.admin.put(
            "/connector-secrets/register", {"secret": secret, "hosts": hosts or ["127.0.0.1"]}
        )
        assert answer.status_code == 204, answer.text

    def starts(self) -> str:
        started = self.acme.start(business_key="DSI/1", severity="serious").id
        jobs.run_due(self.acme.engine)
        return started

    def variables(self, instance_id: str) -> dict[str, Any]:
        return process_instances.variables(
            self.acme.engine, by=self.acme.by, instance_id=instance_id
        )

    def failed(self) -> Any:
        [job] = jobs.listing(self.acme.engine, by=self.acme.by, page=EVERYTHING).items
        return job


@pytest.fixture
def register() -> Iterator[Register]:
    opened = Register()
    yield opened
    opened.close()


@pytest.fixture
def council(tmp_path: Path, register: Register) -> Iterator[Council]:
    store = Store(f"sqlite:///{tmp_path / 'remit.db'}")
    store.upgrade()
    clock = ManualClock(NOW)
    sender = SignedWebhooks(lambda: SECRET_KEY, insecure=True)
    engine = ProcessEngine(
        store=store,
        clock=clock,
        handlers=HANDLERS,
        webhook_sender=sender,
        connector_caller=HttpConnectors(sender.open, insecure=True),
    )
    by = system_actor("acme")
    deployments.deploy(
        engine, by=by, files={"organisation.yaml": content(register.url), "p.bpmn": PROCESS}
    )
    settings = Settings(secret_key=SECRET_KEY, environment=Environment.TEST)
    world = World(engine, clock, create_app(engine, settings))
    yield Council(Acme(engine, clock, by), world, register)
    store.close()


def content(url: str, connectors: str = CONNECTORS) -> bytes:
    return (ORGANISATION + connectors.replace("URL", url)).encode()


def test_a_task_asks_the_other_system_and_takes_over_its_answer(council: Council) -> None:
    council.sets_secret()
    instance_id = council.starts()
    [asked] = council.register.seen
    assert (asked["method"], asked["path"]) == ("POST", "/v1/events/DSI%2F1")
    assert json.loads(asked["body"]) == {"severity": "serious"}
    assert asked["headers"]["authorization"] == "Bearer s3cret"
    assert asked["headers"]["x-kind"] == "near miss"
    assert asked["headers"]["content-type"] == "application/json"
    assert council.variables(instance_id)["receipt"] == "R-1"
    assert council.variables(instance_id)["trace"] == "t-1"
    assert list(council.acme.open_tasks()) == ["after"]


def test_a_failure_is_tried_again_under_the_same_key_and_then_waits_for_a_person(
    council: Council,
) -> None:
    council.sets_secret()
    council.register.answer = lambda number: (503, {}, b"we are closed")
    council.starts()
    while council.failed().state == "waiting":
        council.acme.clock.move_to(council.failed().due_at)
        jobs.run_due(council.acme.engine)
    assert len(council.register.seen) == 4
    assert len({one["headers"]["idempotency-key"] for one in council.register.seen}) == 1
    dead = council.failed()
    assert dead.state == "dead_letter"
    assert "answered 503. we are closed" in dead.last_error
    council.register.answer = Register.__dataclass_fields__["answer"].default
    jobs.retry(council.acme.engine, by=council.acme.by, job_id=dead.id)
    jobs.run_due(council.acme.engine)
    assert list(council.acme.open_tasks()) == ["after"]


def test_a_system_that_says_when_to_come_again_is_asked_then(council: Council) -> None:
    council.sets_secret()
    council.register.answer = lambda number: (429, {"Retry-After": "7200"}, b"")
    council.starts()
    assert council.failed().due_at == NOW + timedelta(hours=2)


def test_an_answer_that_the_content_calls_an_error_is_one_in_the_diagram(council: Council) -> None:
    council.sets_secret()
    council.register.answer = lambda number: (
        409,
        {"Content-Type": "application/problem+json"},
        b'{"id": "R-0"}',
    )
    instance_id = council.starts()
    assert list(council.acme.open_tasks()) == ["otherwise"]
    assert council.variables(instance_id)["receipt"] == "R-0"
    assert len(council.register.seen) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((200, {"Content-Type": "application/json"}, b"{"), "not the JSON it says"),
        ((200, {"Content-Type": "application/json"}, b"[" * 5000), "not the JSON it says"),
        ((200, {}, b"x" * 5_000_000), "longer than"),
        ((200, {"Content-Encoding": "gzip"}, b"xx"), "compressed"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "answered 302"),
        ((204, {"Content-Type": "application/json"}, b""), None),
        ((200, {"Content-Type": "text/plain"}, b"\xff\x00ok"), None),
    ],
)
def test_whatever_is_answered_has_a_clear_outcome(
    council: Council, answer: Reply, expected: str | None
) -> None:
    council.sets_secret()
    council.register.answer = lambda number: answer
    instance_id = council.starts()
    if expected is None:
        assert list(council.acme.open_tasks()) == ["after"]
        assert council.variables(instance_id)["receipt"] is None
    else:
        assert expected in council.failed().last_error
        assert "receipt" not in council.variables(instance_id)
        assert council.acme.instance(instance_id).state is InstanceState.RUNNING
    assert len(council.register.seen) == 1


def test_what_the_answer_does_not_hold_is_null_and_a_warning_in_the_history(
    council: Council,
) -> None:
    council.sets_secret()
    council.register.answer = lambda number: (
        200,
        {"Content-Type": "application/json"},
        b'{"number": "R-1"}',
    )
    instance_id = council.starts()
    assert council.variables(instance_id)["receipt"] is None
    history = process_instances.history(
        council.acme.engine, by=council.acme.by, instance_id=instance_id, page=EVERYTHING
    )
    warned = [one.event for one in history.items if one.event.kind == "expression_warning"]
    assert [(one.element_id, one.data["variable"], one.data["message"]) for one in warned] == [
        ("report", "receipt", "The context has no entry id"),
        ("report", "trace", "The answer gives nothing for trace: it is null"),
    ]
    assert warned[0].data["expression"].strip() == "answer.body.id"


def test_a_system_that_hangs_is_given_up_in_time(council: Council) -> None:
    council.sets_secret()
    let_go = threading.Event()

    def hang(number: int) -> Reply:
        let_go.wait(20)
        return 200, {}, b""

    council.register.answer = hang
    council.starts()
    let_go.set()
    assert "did not answer in time" in council.failed().last_error


def test_without_its_secret_nothing_is_asked(council: Council) -> None:
    council.starts()
    assert council.register.seen == []
    assert "an administrator sets it" in council.failed().last_error
    council.sets_secret()
    council.acme.clock.move_to(council.failed().due_at)
    jobs.run_due(council.acme.engine)
    assert list(council.acme.open_tasks()) == ["after"]


def test_a_secret_goes_to_the_hosts_that_an_administrator_named_and_to_no_other(
    council: Council,
) -> None:
    council.sets_secret()
    port = council.register.url.rpartition(":")[2]
    council.acme.deploy(organisation_yaml=content(f"http://localhost:{port}"))
    council.starts()
    assert council.register.seen == []
    assert "may go to 127.0.0.1, not to localhost" in council.failed().last_error


def test_a_secret_is_sealed_and_never_shown_again(council: Council) -> None:
    council.sets_secret("a-very-secret-text")
    shown = council.admin.get("/connector-secrets")
    assert "a-very-secret-text" not in shown.text
    [secret] = shown.json["items"]
    assert (secret["is_set"], secret["hosts"], secret["used_by"]) == (
        True,
        ["127.0.0.1"],
        ["register.report"],
    )
    with council.acme.engine.reading("acme") as tx:
        [kept] = tx.connector_secrets.listing()
    assert "a-very-secret-text" not in kept.sealed
    assert council.admin.client.delete(
        council.admin.url("/connector-secrets/register"), headers=council.admin.headers
    ).status_code == (204)
    assert not council.admin.get("/connector-secrets").json["items"][0]["is_set"]
    assert (
        council.admin.client.delete(
            council.admin.url("/connector-secrets/register"), headers=council.admin.headers
        ).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("other", {"secret": "s", "hosts": ["127.0.0.1"]}, 404),
        ("register", {"secret": "s", "hosts": ["evil.example.org"]}, 422),
        ("register", {"secret": "s", "hosts": []}, 422),
        ("register", {"secret": "s"}, 422),
        ("register", {"secret": "a\r\nX-Injected: 1", "hosts": ["127.0.0.1"]}, 422),
        ("register", {"secret": "naïve", "hosts": ["127.0.0.1"]}, 422),
    ],
)
def test_a_secret_that_could_not_be_sent_is_refused(
    council: Council, name: str, body: dict[str, Any], status: int
) -> None:
    assert council.admin.put(f"/connector-secrets/{name}", body).status_code == status


def test_only_an_administrator_sets_secrets(council: Council) -> None:
    owner = council.world.caller("process_owner", "acme")
    body = {"secret": "s", "hosts": ["127.0.0.1"]}
    assert owner.put("/connector-secrets/register", body).status_code == 403
    assert owner.get("/connector-secrets").status_code == 403


def test_variables_are_tried_without_asking(council: Council) -> None:
    tried = council.admin.post(
        "/connectors/register.report/try",
        {"variables": {"kind": "k", "severity": 1, "process_instance": {"business_key": "A/1"}}},
    )
    assert tried.status_code == 200, tried.text
    assert tried.json["url"] == f"{council.register.url}/v1/events/A%2F1"
    assert tried.json["body"] == '{"severity": 1}'
    assert council.register.seen == []
    [listed] = council.admin.get("/connectors").json["items"]
    assert listed["topic"] == "register.report"
    assert (listed["host"], listed["secret"]) == ("127.0.0.1", "register")
    assert council.admin.post("/connectors/none/try", {}).status_code == 404


def test_a_diagram_whose_topic_nothing_serves_is_refused(council: Council) -> None:
    unknown = PROCESS.replace(b"register.report", b"register.reprot")
    with pytest.raises(DeploymentRefused, match=r"register\.reprot") as refused:
        council.acme.deploy(p_bpmn=unknown)
    [problem] = [one for one in refused.value.problems if one.severity == "error"]
    assert (problem.code, problem.element_id) == ("missing_handler", "report")
    assert problem.line


def test_a_deployment_says_which_secrets_and_variables_are_missing(council: Council) -> None:
    made = council.acme.deploy(p_bpmn=PROCESS + b" ")
    warnings = {(one.code, one.element_id) for one in made.warnings}
    assert ("secret_not_set", None) in warnings
    assert ("unknown_variable", "report") in warnings
    assert not any("“kind”" in one.message for one in made.warnings)
    council.sets_secret()
    again = council.acme.deploy(p_bpmn=PROCESS + b"  ")
    assert "secret_not_set" not in {one.code for one in again.warnings}


def test_a_connector_that_is_gone_is_a_dead_letter_and_no_silence(council: Council) -> None:
    council.sets_secret()
    council.register.answer = lambda number: (503, {}, b"")
    council.starts()
    gone = ORGANISATION.replace("topic: outside", "topic: register.report")
    council.acme.deploy(organisation_yaml=gone.encode())
    council.acme.clock.move_to(council.failed().due_at)
    jobs.run_due(council.acme.engine)
    assert "lists no connector for the topic" in council.failed().last_error
