"""Timers, service tasks and messages are jobs: tried again, never lost, done once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import jobs, messages, notices, process_instances
from engine.correlation import AmbiguousMessage
from engine.messages import MessageNotExpected
from engine.model.identifiers import new_id
from engine.model.jobs import JobState
from engine.model.process_instances import InstanceState
from engine.model.service_tasks import BpmnError, ServiceResult
from engine.model.states import IllegalMove
from tests.integration.engine.acme import (
    END,
    EVERYTHING,
    START,
    Acme,
    RecordingHandler,
    boundary_timer,
    diagram,
    flow,
    service_task,
    user_task,
)

CALLS_OUT = diagram(
    START
    + service_task("call", "call_out", {"place": "= place"})
    + user_task("ask")
    + END
    + flow("start", "call", "ask", "end")
)
LATE = diagram(
    START
    + user_task("ask")
    + boundary_timer("late", "ask", "PT2H")
    + service_task("tell", "notice", {"template": "late", "to": "head"})
    + END
    + '<bpmn:endEvent id="told" name="told"/>'
    + flow("start", "ask", "end")
    + flow("late", "tell", "told")
)
WAITS = diagram(
    START + '<bpmn:intermediateCatchEvent id="wait" name="wait">'
    '<bpmn:messageEventDefinition id="wait_m" messageRef="m"/></bpmn:intermediateCatchEvent>'
    + user_task("ask")
    + END
    + flow("start", "wait", "ask", "end"),
    before='<bpmn:message id="m" name="answer"/>',
)
STARTED_BY_MESSAGE = diagram(
    '<bpmn:startEvent id="start" name="start">'
    '<bpmn:messageEventDefinition id="start_m" messageRef="m"/></bpmn:startEvent>'
    + user_task("ask")
    + END
    + flow("start", "ask", "end"),
    before='<bpmn:message id="m" name="p.started"/>',
)


def test_a_notice_goes_to_the_next_role_up_when_the_timer_falls_due(acme: Acme) -> None:
    acme.deploy(p_bpmn=LATE)
    instance = acme.start()
    assert acme.passes(hours=1, minutes=59) == 0
    assert acme.passes(minutes=1) == 2
    told = notices.listing(acme.engine, by=acme.person("hana", "head"), page=EVERYTHING).items
    assert [(n.template, n.to_role, n.subject) for n in told] == [
        ("late", "head", "A task is late")
    ]
    assert told[0].body.strip() == "A-1 is late."
    assert set(acme.open_tasks()) == {"ask"}
    assert "notice_delivered" in acme.history(instance.id)


def test_a_task_done_in_time_tells_nobody(acme: Acme) -> None:
    acme.deploy(p_bpmn=LATE)
    acme.start()
    acme.passes(hours=1)
    acme.complete("ask")
    assert acme.jobs() == ()
    assert acme.passes(days=10) == 0


def test_a_handlers_answer_becomes_variables(acme: Acme, outside: RecordingHandler) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)
    outside.answer = lambda request: ServiceResult({"receipt": "R-7"})
    instance = acme.start(place="the stairs")
    jobs.run_due(acme.engine)
    assert [r.variables for r in outside.requests] == [{"place": "the stairs"}]
    variables = process_instances.variables(acme.engine, by=acme.by, instance_id=instance.id)
    assert variables["receipt"] == "R-7"
    assert set(acme.open_tasks()) == {"ask"}


def test_a_handler_that_throws_is_tried_again_with_growing_pauses_then_waits_for_a_person(
    acme: Acme, outside: RecordingHandler
) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)

    def broken(request: object) -> ServiceResult:
        raise ConnectionError("no route")

    outside.answer = broken
    instance = acme.start(place="x")
    jobs.run_due(acme.engine)
    for pause in (10, 60, 600):
        assert acme.passes(seconds=pause - 1) == 0
        assert acme.passes(seconds=1) == 1
    assert len(outside.requests) == 4
    assert len({request.job_id for request in outside.requests}) == 1
    (dead,) = acme.jobs("dead_letter")
    assert (dead.state, dead.attempts) == (JobState.DEAD_LETTER, 4)
    assert dead.last_error == "ConnectionError: no route"
    assert acme.passes(days=30) == 0
    assert acme.instance(instance.id).state is InstanceState.RUNNING

    outside.answer = lambda request: ServiceResult()
    jobs.retry(acme.engine, by=acme.by, job_id=dead.id)
    jobs.run_due(acme.engine)
    assert set(acme.open_tasks()) == {"ask"}
    assert acme.jobs() == ()


def test_only_a_dead_letter_is_retried_by_hand(acme: Acme, outside: RecordingHandler) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)
    acme.start(place="x")
    with pytest.raises(IllegalMove):
        jobs.retry(acme.engine, by=acme.by, job_id=acme.jobs()[0].id)


def test_a_worker_that_died_is_followed_by_another_when_its_lease_ends(
    acme: Acme, outside: RecordingHandler
) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)
    acme.start(place="x")
    (job,) = acme.jobs()
    now = acme.clock.now()
    with acme.engine.transaction("acme") as tx:
        tx.jobs.claim(job.id, new_id(), now=now, until=now + jobs.LEASE)
    assert jobs.run_due(acme.engine) == 0
    assert acme.passes(seconds=jobs.LEASE.total_seconds()) == 1
    assert len(outside.requests) == 1
    assert set(acme.open_tasks()) == {"ask"}


def test_a_late_answer_of_a_worker_that_lost_its_lease_changes_nothing(
    acme: Acme, outside: RecordingHandler
) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)
    acme.start(place="x")
    (job,) = acme.jobs()

    def slow(request: object) -> ServiceResult:
        # Another worker takes the job while this one is out.
        outside.answer = lambda request: ServiceResult({"who": "second"})
        acme.clock.move_to(acme.clock.now() + jobs.LEASE)
        jobs.run_job(acme.engine, "acme", job.id)
        return ServiceResult({"who": "first"})

    outside.answer = slow
    instance = acme.start(business_key="other", place="y")  # its own job, not under test
    jobs.run_job(acme.engine, "acme", job.id)
    tasks = [
        t for t in acme.open_tasks().values() if t.process_instance_id == job.process_instance_id
    ]
    assert len(tasks) == 1
    variables = process_instances.variables(
        acme.engine, by=acme.by, instance_id=job.process_instance_id
    )
    assert variables["who"] == "second"
    assert instance.id != job.process_instance_id


def test_a_job_delivered_twice_is_done_once(acme: Acme, outside: RecordingHandler) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)
    acme.start(place="x")
    (job,) = acme.jobs()
    for _ in range(3):
        jobs.run_job(acme.engine, "acme", job.id)
    assert len(outside.requests) == 1


def test_a_failure_that_the_diagram_knows_goes_its_way_in_the_diagram(
    acme: Acme, outside: RecordingHandler
) -> None:
    acme.deploy(
        p_bpmn=diagram(
            START
            + service_task("call", "call_out")
            + '<bpmn:boundaryEvent id="no" name="no" attachedToRef="call">'
            '<bpmn:errorEventDefinition id="no_e" errorRef="e"/></bpmn:boundaryEvent>'
            + user_task("by_hand")
            + END
            + '<bpmn:endEvent id="end2" name="end2"/>'
            + flow("start", "call", "end")
            + flow("no", "by_hand", "end2"),
            before='<bpmn:error id="e" name="Refused" errorCode="REFUSED"/>',
        )
    )

    def refuse(request: object) -> ServiceResult:
        raise BpmnError("REFUSED", "they said no")

    outside.answer = refuse
    acme.start()
    jobs.run_due(acme.engine)
    assert set(acme.open_tasks()) == {"by_hand"}
    assert acme.jobs() == ()


def test_work_for_a_program_outside_waits_for_it(acme: Acme) -> None:
    acme.deploy(
        p_bpmn=diagram(
            START + service_task("call", "outside") + END + flow("start", "call", "end")
        )
    )
    acme.start()
    assert acme.passes(days=1) == 0
    assert [job.kind for job in acme.jobs()] == ["external_task"]


def test_a_message_wakes_the_instance_with_its_business_key(acme: Acme) -> None:
    acme.deploy(p_bpmn=WAITS)
    first, second = acme.start(business_key="A-1"), acme.start(business_key="A-2")
    found = messages.correlate(
        acme.engine, by=acme.by, name="answer", correlation_key="A-2", variables={"said": "yes"}
    )
    assert (found.outcome, found.process_instance_id) == ("delivered", second.id)
    assert [t.process_instance_id for t in acme.open_tasks().values()] == [second.id]
    variables = process_instances.variables(acme.engine, by=acme.by, instance_id=second.id)
    assert variables["said"] == "yes"
    assert first.id != second.id


def test_a_message_that_could_mean_two_instances_is_refused(acme: Acme) -> None:
    acme.deploy(p_bpmn=WAITS)
    acme.start(business_key="A-1")
    acme.start(business_key="A-2")
    with pytest.raises(AmbiguousMessage):
        messages.correlate(acme.engine, by=acme.by, name="answer")


def test_a_message_that_nothing_wants_is_refused_unless_it_is_to_be_kept(acme: Acme) -> None:
    acme.deploy(p_bpmn=WAITS)
    with pytest.raises(MessageNotExpected):
        messages.correlate(acme.engine, by=acme.by, name="answer", correlation_key="A-1")
    kept = messages.correlate(
        acme.engine,
        by=acme.by,
        name="answer",
        correlation_key="A-1",
        buffer_for=timedelta(hours=1),
    )
    assert kept.outcome == "buffered"
    acme.start(business_key="A-1")
    jobs.run_due(acme.engine)
    assert set(acme.open_tasks()) == {"ask"}


def test_a_kept_message_expires(acme: Acme) -> None:
    acme.deploy(p_bpmn=WAITS)
    messages.correlate(
        acme.engine,
        by=acme.by,
        name="answer",
        correlation_key="A-1",
        buffer_for=timedelta(hours=1),
    )
    acme.passes(hours=2)
    acme.start(business_key="A-1")
    jobs.run_due(acme.engine)
    assert acme.open_tasks() == {}


def test_a_message_starts_the_process_that_waits_for_nothing_else(acme: Acme) -> None:
    acme.deploy(p_bpmn=STARTED_BY_MESSAGE)
    found = messages.correlate(
        acme.engine, by=acme.by, name="p.started", correlation_key="A-9", variables={"a": 1}
    )
    assert found.outcome == "started"
    assert found.process_instance_id is not None
    assert acme.instance(found.process_instance_id).business_key == "A-9"


def test_a_cancelled_instance_waits_for_nothing_and_says_why(acme: Acme) -> None:
    acme.deploy(p_bpmn=LATE)
    instance = acme.start()
    process_instances.cancel(
        acme.engine, by=acme.by, instance_id=instance.id, reason="reported twice"
    )
    assert acme.instance(instance.id).state is InstanceState.CANCELLED
    assert acme.jobs() == ()
    assert acme.open_tasks() == {}
    page = process_instances.history(
        acme.engine, by=acme.by, instance_id=instance.id, page=EVERYTHING
    )
    last = page.items[-1].event
    assert (last.kind, last.data["reason"]) == ("process_instance_cancelled", "reported twice")
    with pytest.raises(IllegalMove):
        process_instances.cancel(acme.engine, by=acme.by, instance_id=instance.id, reason="again")


def test_deadlines_tell_what_was_kept_and_what_was_missed(acme: Acme) -> None:
    due = 'camunda:candidateGroups="worker" camunda:dueDate="PT2H"'
    acme.deploy(
        p_bpmn=diagram(
            START
            + user_task("first", due)
            + user_task("second", due)
            + user_task("third", due)
            + END
            + flow("start", "first", "second", "third", "end")
        )
    )
    instance = acme.start()
    acme.passes(hours=1)
    acme.complete("first")
    acme.passes(hours=3)
    acme.complete("second")
    acme.passes(hours=3)
    found = process_instances.deadlines(acme.engine, by=acme.by, instance_id=instance.id)
    assert [(d.element_id, d.state) for d in found] == [
        ("first", "met"),
        ("second", "missed"),
        ("third", "overdue"),
    ]
