"""Other systems are told what happens: signed, in order, again and again until they have it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import (
    jobs,
    people,
    process_definitions,
    user_tasks,
    webhook_deliveries,
    webhook_endpoints,
)
from engine.model.actors import NotAllowed
from engine.model.people import Person
from engine.model.states import IllegalMove
from engine.model.webhook_deliveries import SCHEDULE, DeliveryState, WebhookDelivery
from engine.model.webhook_endpoints import EndpointState, EventType, WebhookEndpoint
from tests.integration.engine.acme import (
    END,
    EVERYTHING,
    ORGANISATION,
    START,
    Acme,
    diagram,
    flow,
    service_task,
    user_task,
)
from tests.integration.webhooks.receiver import Receiver
from webhooks import signatures
from webhooks.egress import EgressRefused

SEVERITY = Path(__file__).parents[1] / "api" / "content" / "severity.dmn"
ASK = user_task(
    "ask", 'camunda:candidateGroups="worker" camunda:dueDate="= now() + @&quot;PT2H&quot;"'
)
TWO_TASKS = diagram(START + ASK + user_task("check") + END + flow("start", "ask", "check", "end"))


def listens(acme: Acme, receiver: Receiver, *types: EventType) -> tuple[WebhookEndpoint, str]:
    return webhook_endpoints.create(
        acme.engine, by=acme.by, url=receiver.url, event_types=types or tuple(EventType)
    )


def deliveries(acme: Acme, state: DeliveryState | None = None) -> tuple[WebhookDelivery, ...]:
    page = webhook_deliveries.listing(acme.engine, by=acme.by, page=EVERYTHING, state=state)
    return page.items


def attempts(acme: Acme, delivery: WebhookDelivery) -> list[tuple[int | None, datetime]]:
    found = webhook_deliveries.attempts(acme.engine, by=acme.by, delivery_id=delivery.id)
    return [(one.status, one.at) for one in found]


def endpoint_of(acme: Acme) -> WebhookEndpoint:
    [found] = webhook_endpoints.listing(acme.engine, by=acme.by)
    return found


def test_everything_that_happens_is_told_in_its_order(acme: Acme, receiver: Receiver) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver)
    acme.start()
    user_tasks.claim(acme.engine, by=acme.by, task_id=acme.open_tasks()["ask"].id)
    acme.complete("ask")
    acme.complete("check")
    jobs.run_due(acme.engine)
    assert receiver.heard() == [
        "process_instance.started",
        "user_task.created",
        "user_task.assigned",
        "user_task.completed",
        "deadline.met",
        "user_task.created",
        "user_task.completed",
        "process_instance.completed",
    ]
    assert {one.state for one in deliveries(acme)} == {DeliveryState.DELIVERED}


def test_an_event_holds_ids_and_a_link_but_no_name_and_no_answer(
    acme: Acme, receiver: Receiver
) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver)
    instance = acme.start(business_key="Grace Oduya", what="A ladder fell on Grace.")
    task = acme.open_tasks()["ask"]
    jobs.run_due(acme.engine)
    _, created = (one.event for one in receiver.accepted)
    assert created == {
        "specversion": "1.0",
        "id": receiver.accepted[1].id,
        "source": "https://remit.example.org/api/v1/acme",
        "type": "user_task.created",
        "subject": instance.id,
        "time": "2026-12-24T10:00:00+00:00",
        "data": {
            "organisation": "acme",
            "process_instance_id": instance.id,
            "process_definition_key": "p",
            "version": 1,
            "user_task_id": task.id,
            "element_id": "ask",
            "clauses": [],
            "due_at": "2026-12-24T12:00:00+00:00",
            "link": f"https://remit.example.org/user-tasks/{task.id}",
        },
    }
    assert not any(b"Grace" in one.body for one in receiver.received)


def test_each_attempt_is_signed_with_the_secret_that_was_shown_once(
    acme: Acme, receiver: Receiver
) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    _, secret = listens(acme, receiver)
    acme.start()
    jobs.run_due(acme.engine)
    for one in receiver.received:
        now = acme.clock.now()
        assert signatures.check([secret], headers=one.headers, body=one.body, now=now) == one.id
    stored = json.dumps([one.sealed for one in endpoint_of(acme).secrets])
    assert secret.removeprefix("whsec_") not in stored


def test_for_a_day_after_a_change_both_secrets_sign(acme: Acme, receiver: Receiver) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    endpoint, old = listens(acme, receiver)
    _, new = webhook_endpoints.rotate(acme.engine, by=acme.by, endpoint_id=endpoint.id)
    acme.start()
    jobs.run_due(acme.engine)
    last, now = receiver.received[-1], acme.clock.now()
    for secret in (old, new):
        signatures.check([secret], headers=last.headers, body=last.body, now=now)
    acme.passes(hours=25)
    acme.start()
    jobs.run_due(acme.engine)
    last, now = receiver.received[-1], acme.clock.now()
    signatures.check([new], headers=last.headers, body=last.body, now=now)
    with pytest.raises(signatures.SignatureRefused):
        signatures.check([old], headers=last.headers, body=last.body, now=now)


def test_a_failed_attempt_is_made_again_by_the_schedule_and_holds_up_what_follows(
    acme: Acme, receiver: Receiver
) -> None:
    receiver.answer = lambda number: 500 if number < 2 else 204
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver)
    acme.start()
    jobs.run_due(acme.engine)
    assert len(receiver.received) == 1
    acme.passes(seconds=4)
    assert len(receiver.received) == 1
    acme.passes(seconds=3)
    assert len(receiver.received) == 2
    acme.passes(minutes=4)
    assert len(receiver.received) == 2
    acme.passes(minutes=3)
    assert receiver.heard() == ["process_instance.started", "user_task.created"]
    assert len({one.id for one in receiver.received[:3]}) == 1
    first = min(deliveries(acme), key=lambda one: one.sequence)
    assert [status for status, _ in attempts(acme, first)] == [500, 500, 204]


def test_one_instance_that_is_held_up_holds_up_no_other(acme: Acme, receiver: Receiver) -> None:
    receiver.answer = lambda number: 500 if number == 0 else 204
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver)
    started = {acme.start(business_key=key).id for key in ("A-1", "A-2")}
    jobs.run_due(acme.engine)
    held = receiver.received[0].event["subject"]
    assert {one.event["subject"] for one in receiver.accepted} == started - {held}
    acme.passes(seconds=10)
    assert {one.event["subject"] for one in receiver.accepted} == started


def test_after_the_last_attempt_it_is_a_dead_letter_and_the_next_has_its_turn(
    acme: Acme, receiver: Receiver
) -> None:
    receiver.answer = lambda number: 500 if number < len(SCHEDULE) else 204
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.PROCESS_INSTANCE_STARTED, EventType.USER_TASK_CREATED)
    acme.start()
    for _ in SCHEDULE:
        acme.passes(days=2)
    [dead] = deliveries(acme, DeliveryState.DEAD_LETTER)
    assert dead.event_type == "process_instance.started"
    assert len(attempts(acme, dead)) == len(SCHEDULE) == 10
    assert receiver.heard() == ["user_task.created"]


def test_retry_after_is_honoured(acme: Acme, receiver: Receiver) -> None:
    receiver.answer = lambda number: (429, {"Retry-After": "3600"}) if number == 0 else 204
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.PROCESS_INSTANCE_STARTED)
    acme.start()
    jobs.run_due(acme.engine)
    acme.passes(minutes=59)
    assert len(receiver.received) == 1
    acme.passes(minutes=2)
    assert receiver.heard() == ["process_instance.started"]


def test_a_receiver_that_is_gone_hears_no_more(acme: Acme, receiver: Receiver) -> None:
    receiver.answer = lambda number: 410
    acme.deploy(p_bpmn=TWO_TASKS)
    endpoint, _ = listens(acme, receiver)
    acme.start()
    jobs.run_due(acme.engine)
    acme.start(business_key="A-2")
    jobs.run_due(acme.engine)
    assert len(receiver.received) == 1
    assert endpoint_of(acme).state is EndpointState.DISABLED
    assert {one.state for one in deliveries(acme)} == {DeliveryState.DEAD_LETTER}
    with pytest.raises(IllegalMove):
        webhook_deliveries.replay(acme.engine, by=acme.by, delivery_id=deliveries(acme)[0].id)
    receiver.answer = lambda number: 204
    webhook_endpoints.enable(acme.engine, by=acme.by, endpoint_id=endpoint.id)
    webhook_deliveries.replay_range(
        acme.engine, by=acme.by, endpoint_id=endpoint.id, since=acme.clock.now()
    )
    jobs.run_due(acme.engine)
    assert receiver.heard() == ["process_instance.started", "user_task.created"]


def test_a_redirect_is_not_followed(acme: Acme, receiver: Receiver) -> None:
    receiver.answer = lambda number: (302, {"Location": receiver.url})
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.PROCESS_INSTANCE_STARTED)
    acme.start()
    jobs.run_due(acme.engine)
    assert [one.status for one in receiver.received] == [302]
    assert [one.state for one in deliveries(acme)] == [DeliveryState.PENDING]


def test_one_delivery_is_replayed_under_its_own_id(acme: Acme, receiver: Receiver) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.PROCESS_INSTANCE_STARTED)
    acme.start()
    jobs.run_due(acme.engine)
    [done] = deliveries(acme)
    webhook_deliveries.replay(acme.engine, by=acme.by, delivery_id=done.id)
    jobs.run_due(acme.engine)
    assert [one.id for one in receiver.received] == [done.id, done.id]
    assert receiver.received[0].body == receiver.received[1].body
    assert len(attempts(acme, done)) == 2


def test_a_task_that_is_late_is_told_when_it_falls_due(acme: Acme, receiver: Receiver) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.USER_TASK_OVERDUE, EventType.DEADLINE_MISSED)
    acme.start()
    acme.passes(minutes=119)
    assert receiver.heard() == []
    acme.passes(minutes=2)
    assert receiver.heard() == ["user_task.overdue", "deadline.missed"]
    acme.complete("ask")
    acme.passes(hours=1)
    assert receiver.heard() == ["user_task.overdue", "deadline.missed"]


def test_a_task_that_was_open_before_is_watched_too(acme: Acme, receiver: Receiver) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    acme.start()
    listens(acme, receiver, EventType.DEADLINE_MISSED)
    acme.passes(hours=3)
    assert receiver.heard() == ["deadline.missed"]


def test_a_task_done_in_time_is_never_told_to_be_late(acme: Acme, receiver: Receiver) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.DEADLINE_MET, EventType.DEADLINE_MISSED)
    acme.start()
    acme.complete("ask")
    acme.passes(hours=3)
    assert receiver.heard() == ["deadline.met"]


def test_a_deployment_is_told(acme: Acme, receiver: Receiver) -> None:
    listens(acme, receiver, EventType.DEPLOYMENT_ACTIVATED)
    deployed = acme.deploy(p_bpmn=TWO_TASKS)
    jobs.run_due(acme.engine)
    [one] = receiver.accepted
    assert one.event["data"]["deployment_id"] == deployed.id
    assert one.event["data"]["definitions"] == [{"kind": "process", "key": "p", "version": 1}]


def test_without_an_endpoint_a_step_asks_and_writes_nothing_more(acme: Acme) -> None:
    acme.deploy(p_bpmn=TWO_TASKS)
    acme.start()
    with acme.engine.store.statistics() as counted:
        acme.complete("ask")
    assert not [text for text in counted.texts if "webhook" in text]


def test_an_endpoint_that_is_removed_hears_nothing_and_its_log_stays(
    acme: Acme, receiver: Receiver
) -> None:
    receiver.answer = lambda number: 500
    acme.deploy(p_bpmn=TWO_TASKS)
    endpoint, _ = listens(acme, receiver)
    acme.start()
    jobs.run_due(acme.engine)
    webhook_endpoints.remove(acme.engine, by=acme.by, endpoint_id=endpoint.id)
    acme.start(business_key="A-2")
    acme.passes(days=1)
    assert len(receiver.received) == 1
    assert webhook_endpoints.listing(acme.engine, by=acme.by) == ()
    assert {one.state for one in deliveries(acme)} == {DeliveryState.DEAD_LETTER}


def test_only_hosts_on_the_organisations_list_are_called(acme: Acme, receiver: Receiver) -> None:
    with acme.engine.reading("acme") as tx:
        stored = tx.organisations.get()
    assert stored is not None
    listed = stored.source + b"webhook_hosts: [hooks.example.org]\n"
    acme.deploy(organisation_yaml=listed)
    with pytest.raises(EgressRefused):
        listens(acme, receiver)


def test_only_administrators_make_endpoints(acme: Acme, receiver: Receiver) -> None:
    with pytest.raises(NotAllowed):
        webhook_endpoints.create(
            acme.engine,
            by=acme.person("worker", "worker"),
            url=receiver.url,
            event_types=[EventType.DECISION_MADE],
        )


def test_what_nobody_could_send_yet_is_sent_later(acme: Acme, receiver: Receiver) -> None:
    receiver.close()
    acme.deploy(p_bpmn=TWO_TASKS)
    listens(acme, receiver, EventType.PROCESS_INSTANCE_STARTED)
    acme.start()
    jobs.run_due(acme.engine)
    [waiting] = deliveries(acme)
    [(status, _)] = attempts(acme, waiting)
    assert status is None
    assert waiting.due_at > acme.clock.now() + timedelta(seconds=4)


DECIDES = diagram(
    START
    + ASK
    + '<bpmn:businessRuleTask id="classify" name="classify" camunda:decisionRef="severity" '
    'camunda:resultVariable="severity" camunda:mapDecisionResult="singleEntry"/>'
    + service_task("tell", "notice", {"template": "late", "to": "head"})
    + END
    + flow("start", "ask", "classify", "tell", "end")
)


def test_every_event_type_that_can_be_chosen_is_told(acme: Acme, receiver: Receiver) -> None:
    listens(acme, receiver)
    organisation = (ORGANISATION + "channels: {head: [webhook]}\n").encode()
    first = acme.deploy(
        organisation_yaml=organisation, p_bpmn=DECIDES, severity_dmn=SEVERITY.read_bytes()
    )
    in_time, late = acme.start(people_hurt=1), acme.start(business_key="A-2", people_hurt=0)
    [task, other] = [
        user_tasks.listing(
            acme.engine, by=acme.by, page=EVERYTHING, process_instance_id=one.id
        ).items[0]
        for one in (in_time, late)
    ]
    people.add(acme.engine, by=acme.by, person=Person("wes", "Wes", ("worker",)))
    user_tasks.delegate(acme.engine, by=acme.by, task_id=task.id, to="wes")
    user_tasks.complete(acme.engine, by=acme.by, task_id=task.id, variables={})
    acme.passes(hours=3)
    user_tasks.complete(acme.engine, by=acme.by, task_id=other.id, variables={})
    acme.deploy(p_bpmn=DECIDES + b" ")
    process_definitions.activate(acme.engine, by=acme.by, key="p", version=1)
    acme.passes(minutes=1)

    told: dict[str, list[dict[str, Any]]] = {}
    for one in receiver.accepted:
        told.setdefault(one.event["type"], []).append(one.event["data"])
    assert set(told) == set(EventType)
    [decided, _] = told["decision.made"]
    assert (decided["element_id"], decided["decision"]) == ("classify", "severity")
    assert decided["clauses"] == ["TOWN-2"]
    assert [one["user_task_id"] for one in told["deadline.met"]] == [task.id]
    assert [one["user_task_id"] for one in told["deadline.missed"]] == [other.id]
    assert [one["user_task_id"] for one in told["user_task.overdue"]] == [other.id]
    [deployed, again, back] = told["deployment.activated"]
    assert deployed["deployment_id"] == back["deployment_id"] == first.id
    assert again["definitions"] == [{"kind": "process", "key": "p", "version": 2}]
    assert back["definitions"] == [{"kind": "process", "key": "p", "version": 1}]
