"""A suspended instance does nothing, and goes on where it was when it is activated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import jobs, messages, process_instances
from engine.model.actors import Actor, NotAllowed
from engine.model.process_instances import InstanceState, ProcessInstanceNotRunning
from engine.model.states import IllegalMove
from tests.integration.engine.acme import END, START, Acme, diagram, flow, user_task

WAITING = diagram(
    START
    + '<bpmn:intermediateCatchEvent id="wait" name="wait">'
    + '<bpmn:messageEventDefinition id="wait_m" messageRef="m"/></bpmn:intermediateCatchEvent>'
    + user_task("ask")
    + END
    + flow("start", "wait", "ask", "end"),
    before='<bpmn:message id="m" name="go"/>',
)
LATER = diagram(
    START
    + '<bpmn:intermediateCatchEvent id="later"><bpmn:timerEventDefinition id="later_t">'
    + '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>'
    + "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    + user_task("ask")
    + END
    + flow("start", "later", "ask", "end")
)


def test_a_message_for_a_suspended_instance_is_refused_and_activates_nothing(acme: Acme) -> None:
    acme.deploy(p_bpmn=WAITING)
    instance = acme.start()
    process_instances.suspend(acme.engine, by=acme.by, instance_id=instance.id, reason="wait")

    def go() -> None:
        messages.correlate(acme.engine, by=acme.by, name="go", correlation_key="A-1", variables={})

    with pytest.raises(ProcessInstanceNotRunning, match="suspended"):
        go()
    assert acme.instance(instance.id).state is InstanceState.SUSPENDED
    process_instances.activate(acme.engine, by=acme.by, instance_id=instance.id)
    go()
    assert list(acme.open_tasks()) == ["ask"]


def test_a_timer_of_a_suspended_instance_waits_until_it_is_activated(acme: Acme) -> None:
    acme.deploy(p_bpmn=LATER)
    instance = acme.start()
    process_instances.suspend(acme.engine, by=acme.by, instance_id=instance.id, reason="wait")
    acme.clock.move_to(acme.clock.now() + timedelta(hours=2))
    jobs.run_due(acme.engine)
    assert acme.open_tasks() == {}
    process_instances.activate(acme.engine, by=acme.by, instance_id=instance.id)
    jobs.run_due(acme.engine)
    assert list(acme.open_tasks()) == ["ask"]
    kinds = acme.history(instance.id)
    assert kinds.count("process_instance_suspended") == 1
    assert kinds.count("process_instance_resumed") == 1


def test_only_who_may_end_an_instance_suspends_one_and_an_ended_one_stays_ended(
    acme: Acme,
) -> None:
    acme.deploy(p_bpmn=LATER)
    instance = acme.start()
    nobody = Actor("acme", "someone", frozenset(), frozenset(), "token")
    with pytest.raises(NotAllowed):
        process_instances.suspend(acme.engine, by=nobody, instance_id=instance.id, reason="x")
    process_instances.cancel(acme.engine, by=acme.by, instance_id=instance.id, reason="over")
    with pytest.raises(IllegalMove):
        process_instances.suspend(acme.engine, by=acme.by, instance_id=instance.id, reason="wait")


LISTENING = diagram(
    START
    + '<bpmn:intermediateCatchEvent id="wait" name="wait">'
    + '<bpmn:signalEventDefinition id="wait_s" signalRef="s"/></bpmn:intermediateCatchEvent>'
    + user_task("ask")
    + END
    + flow("start", "wait", "ask", "end"),
    before='<bpmn:signal id="s" name="all clear"/>',
)
CALLING = diagram(
    START
    + '<bpmn:intermediateThrowEvent id="tell" name="tell">'
    + '<bpmn:signalEventDefinition id="tell_s" signalRef="s"/></bpmn:intermediateThrowEvent>'
    + END
    + flow("start", "tell", "end"),
    key="caller",
    before='<bpmn:signal id="s" name="all clear"/>',
)


def test_a_signal_reaches_everybody_else_at_once_and_a_suspended_one_when_it_goes_on(
    acme: Acme,
) -> None:
    acme.deploy(p_bpmn=LISTENING, caller_bpmn=CALLING)
    held, other = acme.start(business_key="A-1"), acme.start(business_key="A-2")
    process_instances.suspend(acme.engine, by=acme.by, instance_id=held.id, reason="wait")
    for _ in range(2):  # heard once, however often it was thrown
        acme.start("caller", business_key="C-1")
        jobs.run_due(acme.engine)
    assert [task.process_instance_id for task in acme.open_tasks().values()] == [other.id]
    assert [job.kind for job in acme.jobs()] == ["held"]
    assert not acme.jobs("dead_letter")
    acme.complete("ask")
    process_instances.activate(acme.engine, by=acme.by, instance_id=held.id)
    jobs.run_due(acme.engine)
    assert [task.process_instance_id for task in acme.open_tasks().values()] == [held.id]
    assert not acme.jobs()


def test_a_signal_kept_for_an_instance_that_is_cancelled_goes_with_it(acme: Acme) -> None:
    acme.deploy(p_bpmn=LISTENING, caller_bpmn=CALLING)
    held = acme.start()
    process_instances.suspend(acme.engine, by=acme.by, instance_id=held.id, reason="wait")
    acme.start("caller", business_key="C-1")
    jobs.run_due(acme.engine)
    process_instances.cancel(acme.engine, by=acme.by, instance_id=held.id, reason="over")
    assert not acme.jobs()


SENDING = diagram(
    START
    + '<bpmn:intermediateThrowEvent id="tell" name="tell">'
    + "<bpmn:extensionElements><camunda:properties>"
    + '<camunda:property name="correlation_key" value="= &quot;A-1&quot;"/>'
    + "</camunda:properties></bpmn:extensionElements>"
    + '<bpmn:messageEventDefinition id="tell_m" messageRef="m"/></bpmn:intermediateThrowEvent>'
    + END
    + flow("start", "tell", "end"),
    key="sender",
    before='<bpmn:message id="m" name="go"/>',
)


def test_a_message_of_another_instance_waits_until_the_suspended_one_goes_on(acme: Acme) -> None:
    acme.deploy(p_bpmn=WAITING, sender_bpmn=SENDING)
    held = acme.start()
    process_instances.suspend(acme.engine, by=acme.by, instance_id=held.id, reason="wait")
    acme.start("sender", business_key="S-1")
    jobs.run_due(acme.engine)
    assert [(job.kind, job.attempts) for job in acme.jobs()] == [("held", 0)]
    assert not acme.open_tasks()
    process_instances.activate(acme.engine, by=acme.by, instance_id=held.id)
    jobs.run_due(acme.engine)
    assert list(acme.open_tasks()) == ["ask"]
    assert not acme.jobs()


ALARMED = diagram(
    START
    + user_task("watch")
    + '<bpmn:boundaryEvent id="heard" attachedToRef="watch" cancelActivity="false">'
    + '<bpmn:signalEventDefinition id="heard_s" signalRef="s"/></bpmn:boundaryEvent>'
    + user_task("look")
    + END
    + flow("start", "watch", "end")
    + flow("heard", "look"),
    before='<bpmn:signal id="s" name="all clear"/>',
)


def test_who_hears_every_signal_hears_each_that_was_thrown_meanwhile(acme: Acme) -> None:
    acme.deploy(p_bpmn=ALARMED, caller_bpmn=CALLING)
    held = acme.start()
    process_instances.suspend(acme.engine, by=acme.by, instance_id=held.id, reason="wait")
    for _ in range(3):
        acme.start("caller", business_key="C-1")
        jobs.run_due(acme.engine)
    assert [job.kind for job in acme.jobs()] == ["held"]
    process_instances.activate(acme.engine, by=acme.by, instance_id=held.id)
    jobs.run_due(acme.engine)
    assert acme.history(held.id).count("signal_caught") == 3
    assert not acme.jobs()
