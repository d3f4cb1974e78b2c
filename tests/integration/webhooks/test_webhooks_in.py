"""Other systems say what happened there: proven, once for each event, and as their mapping says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine import deployments, process_instances
from engine.content import parse_organisation
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.model.process_instances import ProcessInstance
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.api.world import Caller, World
from tests.integration.engine.acme import END, NOW, ORGANISATION, diagram, flow, user_task
from web.app import create_app
from web.settings import Environment, Settings
from webhooks import signatures
from webhooks.deliver import SignedWebhooks

HOW_TO = Path(__file__).resolve().parents[3] / "docs/how-to/connect-other-systems.md"
READY = re.search(r"```yaml\n(webhook_sources:.*?)```", HOW_TO.read_text(), re.DOTALL)
SECRET_KEY = "a secret key that only these tests know, 0123"
TASK_SOURCE = """
  - id: rota
    description: Completes tasks
    signature: {scheme: bearer}
    complete:
      user_task: = body.task
      variables: {answer: = body.answer}
"""
PROCESS = diagram(
    '<bpmn:startEvent id="start"/>'
    '<bpmn:startEvent id="told"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
    + user_task("ask")
    + END
    + flow("start", "ask", "end")
    + flow("told", "ask"),
    before='<bpmn:message id="m" name="p.started"/>',
)


@dataclass
class Council:
    """A council that is sent webhooks, over HTTP."""

    world: World

    def secret(self, source: str, **given: str) -> str:
        answer = self.admin.post(f"/webhook-sources/{source}/secret", given)
        assert answer.status_code == 200, answer.text
        return str(answer.json["secret"])

    @property
    def admin(self) -> Caller:
        return self.world.caller("administrator", "acme")

    def is_sent(self, source: str, body: Any, headers: dict[str, str]) -> TestResponse:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.world.app.test_client().post(
            f"/webhooks/acme/{source}", data=content, headers=headers
        )

    def instances(self) -> tuple[ProcessInstance, ...]:
        return process_instances.listing(
            self.world.engine, by=system_actor("acme"), page=PageRequest(200)
        ).items

    def variables(self) -> dict[str, Any]:
        [instance] = self.instances()
        return process_instances.variables(
            self.world.engine, by=system_actor("acme"), instance_id=instance.id
        )

    def outcomes(self) -> list[tuple[str, str | None]]:
        items = self.admin.get("/webhook-receipts").json["items"]
        return [(one["outcome"], one["error"]) for one in items]


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    store = Store(f"sqlite:///{tmp_path / 'remit.db'}")
    store.upgrade()
    clock = ManualClock(NOW)
    engine = ProcessEngine(
        store=store,
        clock=clock,
        handlers=HANDLERS,
        webhook_sender=SignedWebhooks(lambda: SECRET_KEY, insecure=True),
    )
    assert READY is not None
    deployments.deploy(
        engine,
        by=system_actor("acme"),
        files={
            "organisation.yaml": (ORGANISATION + READY[1] + TASK_SOURCE).encode(),
            "p.bpmn": PROCESS,
        },
    )
    settings = Settings(secret_key=SECRET_KEY, environment=Environment.TEST)
    yield Council(World(engine, clock, create_app(engine, settings)))
    store.close()


def signed(secret: str, body: bytes, number: str = "msg_1", at: Any = NOW) -> dict[str, str]:
    return signatures.signed_headers([secret], webhook_id=number, sent_at=at, body=body)


GENERIC = json.dumps({"data": {"reference": "G-1", "what_happened": "A ladder fell."}}).encode()
DATIX = {
    "RecordID": 7,
    "Revision": 1,
    "Reference": "DX-7",
    "Severity": "high",
    "IncidentDate": "2026-12-23",
}


def test_a_standard_webhook_starts_what_its_message_starts(council: Council) -> None:
    answer = council.is_sent("generic", GENERIC, signed(council.secret("generic"), GENERIC))
    [instance] = council.instances()
    assert answer.status_code == 202, answer.text
    assert answer.json == {"outcome": "started", "process_instance_id": instance.id}
    assert (instance.business_key, instance.started_by) == ("G-1", "webhook:generic")
    assert council.variables()["what_happened"] == "A ladder fell."


def test_the_same_event_again_does_nothing_and_says_so(council: Council) -> None:
    headers = signed(council.secret("generic"), GENERIC)
    first = council.is_sent("generic", GENERIC, headers).json
    again = council.is_sent("generic", GENERIC, headers)
    assert again.status_code == 202
    assert again.json == {
        "outcome": "repeated",
        "process_instance_id": first["process_instance_id"],
    }
    assert len(council.instances()) == 1
    assert [outcome for outcome, _ in council.outcomes()].count("repeated") == 1


@pytest.mark.parametrize("age", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_an_old_or_future_request_is_refused(council: Council, age: timedelta) -> None:
    headers = signed(council.secret("generic"), GENERIC, at=NOW - age)
    assert council.is_sent("generic", GENERIC, headers).status_code == 401
    assert council.instances() == ()


def test_a_changed_body_a_wrong_secret_and_an_unknown_source_are_answered_alike(
    council: Council,
) -> None:
    secret = council.secret("generic")
    wrong = signed(signatures.new_secret(), GENERIC)
    for source, body, headers in (
        ("generic", GENERIC + b" ", signed(secret, GENERIC)),
        ("generic", GENERIC, wrong),
        ("generic", GENERIC, {}),
        ("nowhere", GENERIC, wrong),
        ("datix", GENERIC, wrong),
    ):
        answer = council.is_sent(source, body, headers)
        assert (answer.status_code, answer.json["code"]) == (401, "signature_refused")
    elsewhere = council.world.app.test_client().post("/webhooks/nobody/generic", data=GENERIC)
    assert elsewhere.status_code == 401
    assert council.instances() == ()
    # Only the source that has a secret keeps a note; what nobody may send to keeps none.
    assert council.outcomes() == [("refused", "signature_refused")] * 3


def test_whoever_knows_no_secret_fills_no_database(council: Council) -> None:
    council.secret("generic")
    for number in range(60):
        assert council.is_sent("generic", b"%d" % number, {}).status_code == 401
    assert len(council.outcomes()) == 50
    council.world.clock.move_to(NOW + timedelta(hours=2))
    assert council.is_sent("generic", b"later", {}).status_code == 401
    assert len(council.admin.get("/webhook-receipts", page_size=200).json["items"]) == 51


def test_a_hundred_copies_at_once_do_it_once(council: Council) -> None:
    headers = signed(council.secret("generic"), GENERIC)
    begin = threading.Barrier(20)

    def send(_: int) -> int:
        begin.wait(60)
        return council.is_sent("generic", GENERIC, headers).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(send, range(100)))
    assert len(council.instances()) == 1
    assert statuses.count(202) >= 1
    # Whoever comes while the first is being done is told to ask again.
    assert set(statuses) <= {202, 409}
    assert council.is_sent("generic", GENERIC, headers).json["outcome"] == "repeated"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 5_000 + b"]" * 5_000, 400, "malformed_json"),
        (b'{"a":' * 90_000, 413, "too_large"),
        (GENERIC.decode().encode("utf-16"), 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"data": "text"}', 422, "payload_not_mapped"),
        (b'{"data": {"reference": null}}', 422, "payload_not_mapped"),
        (b"[]", 422, "payload_not_mapped"),
        (b'{"data": {"reference": ["a"]}}', 422, "payload_not_mapped"),
        (b'{"data": {"reference": true}}', 422, "payload_not_mapped"),
        (b'{"data": {"reference": "' + b"k" * 201 + b'"}}', 422, "payload_not_mapped"),
        (b"null", 422, "payload_not_mapped"),
        (b'{"data": NaN}', 400, "malformed_json"),
        (b'{"data": 1, "data": 2}', 400, "malformed_json"),
        (b"", 400, "malformed_json"),
    ],
)
def test_a_payload_that_is_none_has_a_clear_outcome_and_changes_nothing(
    council: Council, body: bytes, status: int, code: str
) -> None:
    headers = signed(council.secret("generic"), body)
    answer = council.is_sent("generic", body, headers)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert council.outcomes() == [("refused", code)]
    assert council.instances() == ()


def test_long_ids_that_begin_alike_are_different_events(council: Council) -> None:
    secret = council.secret("generic")
    for number in (1, 2):
        headers = signed(secret, GENERIC, number=f"{'m' * 300}{number}")
        assert council.is_sent("generic", GENERIC, headers).json["outcome"] != "repeated"


@pytest.mark.parametrize("encoded", ["hex", "base64"])
def test_a_datix_like_export_is_proven_by_the_header_it_names(
    council: Council, encoded: str
) -> None:
    secret = council.secret("datix", secret="a secret that Datix made itself")
    body = json.dumps(DATIX).encode()
    made = hmac.new(secret.encode(), body, hashlib.sha256)
    text = made.hexdigest() if encoded == "hex" else base64.b64encode(made.digest()).decode()
    assert council.is_sent("datix", body, {"X-Signature": "sha256=0" + text}).status_code == 401
    answer = council.is_sent("datix", body, {"X-Signature": f"sha256={text}"})
    assert answer.status_code == 202, answer.text
    [instance] = council.instances()
    assert instance.business_key == "DX-7"
    assert council.variables()["severity"] == "high"


def test_microsoft_forms_come_by_power_automate_with_a_bearer_token(council: Council) -> None:
    secret = council.secret("microsoft_forms")
    body = {"responseId": "12", "answers": {"what_happened": "A fall."}}
    assert (
        council.is_sent("microsoft_forms", body, {"Authorization": "Bearer x"}).status_code == 401
    )
    headers = {"Authorization": f"Bearer {secret}"}
    assert council.is_sent("microsoft_forms", body, headers).json["outcome"] == "started"
    assert council.is_sent("microsoft_forms", body, headers).json["outcome"] == "repeated"
    [instance] = council.instances()
    assert instance.business_key == "MF-12"


def test_a_task_is_completed_from_outside(council: Council) -> None:
    headers = {"Authorization": f"Bearer {council.secret('rota')}"}
    started = council.admin.post(
        "/process-instances",
        {"process_definition_key": "p", "business_key": "A-1", "variables": {}},
    ).json
    task = council.admin.open_task(started["id"])["id"]
    answer = council.is_sent("rota", {"task": task, "answer": "yes"}, headers)
    assert answer.json == {"outcome": "completed", "process_instance_id": started["id"]}
    again = council.is_sent("rota", {"task": task, "answer": "no"}, headers)
    assert again.status_code == 409
    assert set(council.outcomes()) == {("completed", None), ("refused", "user_task_closed")}


def test_a_payload_without_a_key_is_refused_and_noted(council: Council) -> None:
    headers = {"Authorization": f"Bearer {council.secret('microsoft_forms')}"}
    answer = council.is_sent("microsoft_forms", {"answers": {}}, headers)
    assert (answer.status_code, answer.json["code"]) == (422, "payload_not_mapped")
    assert council.outcomes() == [("refused", "payload_not_mapped")]
    assert council.instances() == ()


def test_what_was_refused_may_be_sent_again(council: Council) -> None:
    headers = {"Authorization": f"Bearer {council.secret('rota')}"}
    assert council.is_sent("rota", {"task": "0", "answer": "yes"}, headers).status_code == 404
    assert council.is_sent("rota", {"task": "0", "answer": "yes"}, headers).status_code == 404


def test_what_is_not_json_or_too_large_is_refused(council: Council) -> None:
    headers = {"Authorization": f"Bearer {council.secret('rota')}"}
    assert council.is_sent("rota", b"{", headers).status_code == 400
    assert council.is_sent("rota", b" " * 100_001, headers).status_code == 413


def test_for_a_day_the_secret_before_is_accepted_too(council: Council) -> None:
    old, new = council.secret("microsoft_forms"), council.secret("microsoft_forms")

    def answered(secret: str, number: int) -> int:
        body = {"responseId": str(number), "answers": {"what_happened": "A fall."}}
        headers = {"Authorization": f"Bearer {secret}"}
        return council.is_sent("microsoft_forms", body, headers).status_code

    assert [answered(old, 1), answered(new, 2)] == [202, 202]
    council.world.clock.move_to(NOW + timedelta(hours=25))
    assert [answered(old, 3), answered(new, 4)] == [401, 202]


def test_a_payload_is_tried_without_doing_anything(council: Council) -> None:
    tried = council.admin.post("/webhook-sources/datix/try", {"payload": DATIX})
    assert tried.json == {
        "action": "start",
        "target": "p",
        "key": "DX-7",
        "variables": {"severity": "high", "occurred_on": "2026-12-23"},
        "event_id": "7/1",
        "warnings": [],
    }
    assert council.instances() == ()
    worker = council.world.caller("worker", "acme")
    assert worker.post("/webhook-sources/datix/try", {"payload": DATIX}).status_code == 403


def test_a_source_that_starts_nothing_known_is_no_content() -> None:
    assert READY is not None
    wrong = (ORGANISATION + READY[1]).replace("process: p\n", "process: q\n")
    found, problems = parse_organisation(wrong.encode(), "organisation.yaml")
    assert found is None
    assert {problem.code for problem in problems} == {"unknown_process"}
