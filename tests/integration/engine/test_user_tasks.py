"""People see, claim, draft and complete their tasks; nothing is done twice."""

from __future__ import annotations

import threading

import pytest

from engine import people, user_tasks
from engine.model.people import Person, PersonNotFound
from engine.model.process_instances import InstanceState
from engine.model.user_tasks import (
    UserTaskChanged,
    UserTaskClosed,
    UserTaskNotFound,
    UserTaskState,
    UserTaskTaken,
)
from engine.user_tasks import FormRefused
from tests.integration.engine.acme import (
    END,
    EVERYTHING,
    ONE_TASK,
    START,
    Acme,
    boundary_timer,
    diagram,
    flow,
    user_task,
)

FORM = b"""{"schemaVersion": 16, "type": "default", "id": "f", "components": [
 {"type": "textfield", "key": "place", "label": "Where?", "validate": {"required": true}},
 {"type": "number", "key": "people", "label": "How many people?"}]}"""
WITH_FORM = diagram(
    START
    + user_task("ask", 'camunda:candidateGroups="worker" camunda:formRef="f"')
    + user_task("check", 'camunda:candidateGroups="head"')
    + END
    + flow("start", "ask", "check", "end")
)


def test_completing_the_last_task_completes_the_instance(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    instance = acme.start()
    done = acme.complete("ask", answer="yes")
    assert done.state is UserTaskState.COMPLETED
    assert acme.instance(instance.id).state is InstanceState.COMPLETED
    kinds = acme.history(instance.id)
    assert kinds[0] == "process_instance_started"
    assert kinds[-1] == "process_instance_completed"
    assert kinds.count("user_task_completed") == 1


def test_a_task_completed_before_is_refused_and_stays_as_it_is(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.start()
    done = acme.complete("ask")
    with pytest.raises(UserTaskClosed):
        user_tasks.complete(acme.engine, by=acme.by, task_id=done.id, variables={})


def test_of_many_who_complete_at_once_one_does(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.start()
    task = acme.open_tasks()["ask"]
    outcomes: list[str] = []

    def complete() -> None:
        try:
            user_tasks.complete(acme.engine, by=acme.by, task_id=task.id, variables={})
        except UserTaskClosed:
            outcomes.append("closed")
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=complete) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed"] * 7 + ["done"]


def test_a_form_refuses_by_field_and_the_task_stays_open(acme: Acme) -> None:
    acme.deploy(p_bpmn=WITH_FORM, f_form=FORM)
    acme.start()
    before = acme.open_tasks()["ask"]
    with pytest.raises(FormRefused) as refused:
        acme.complete("ask", people="many", nonsense=1)
    assert {error.field for error in refused.value.errors} == {"place", "people", "nonsense"}
    assert acme.open_tasks()["ask"] == before


def test_a_form_is_shown_with_what_was_typed_so_far_to_the_one_who_typed_it(acme: Acme) -> None:
    acme.deploy(p_bpmn=WITH_FORM, f_form=FORM)
    acme.start()
    ann, bob = acme.person("ann", "worker"), acme.person("bob", "worker")
    task = acme.open_tasks()["ask"]
    user_tasks.save_draft(acme.engine, by=ann, task_id=task.id, values={"place": "the st"})
    user_tasks.save_draft(acme.engine, by=ann, task_id=task.id, values={"place": "the stairs"})
    assert user_tasks.form(acme.engine, by=ann, task_id=task.id).values["place"] == "the stairs"
    assert "place" not in user_tasks.form(acme.engine, by=bob, task_id=task.id).values


def test_people_see_what_is_offered_to_their_roles_only(acme: Acme) -> None:
    acme.deploy(p_bpmn=WITH_FORM, f_form=FORM)
    acme.start()
    task = acme.open_tasks()["ask"]
    head = acme.person("hana", "head")
    assert user_tasks.listing(acme.engine, by=head, page=EVERYTHING).items == ()
    with pytest.raises(UserTaskNotFound):
        user_tasks.get(acme.engine, by=head, task_id=task.id)
    with pytest.raises(UserTaskNotFound):
        acme.complete("ask", by=head, place="here")
    assert (
        acme.complete("ask", by=acme.person("ann", "worker"), place="here").completed_by == "ann"
    )


def test_a_claimed_task_is_completed_by_nobody_else_until_it_is_given_back(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    instance = acme.start()
    ann, bob = acme.person("ann", "worker"), acme.person("bob", "worker")
    task = acme.open_tasks()["ask"]
    user_tasks.claim(acme.engine, by=ann, task_id=task.id)
    with pytest.raises(UserTaskTaken):
        acme.complete("ask", by=bob)
    people.add(acme.engine, by=acme.by, person=Person("bob", "Bob", ("worker",)))
    user_tasks.delegate(acme.engine, by=ann, task_id=task.id, to="bob")
    with pytest.raises(UserTaskTaken):
        acme.complete("ask", by=ann)
    user_tasks.unclaim(acme.engine, by=bob, task_id=task.id)
    acme.complete("ask", by=ann)
    kinds = acme.history(instance.id)
    assert {"user_task_claimed", "user_task_delegated", "user_task_unclaimed"} <= set(kinds)


@pytest.mark.parametrize("to", ["nobody", "", "Bob", "left", "token:worker"])
def test_a_task_is_handed_over_to_nobody_who_cannot_come_in(acme: Acme, to: str) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    instance = acme.start()
    people.add(acme.engine, by=acme.by, person=Person("bob", "Bob", ("worker",)))
    left = Person("left", "Len Left", ("worker",), active=False)
    people.add(acme.engine, by=acme.by, person=left)
    task = acme.open_tasks()["ask"]
    with pytest.raises(PersonNotFound):
        user_tasks.delegate(acme.engine, by=acme.person("ann", "worker"), task_id=task.id, to=to)
    assert acme.open_tasks()["ask"] == task
    assert "user_task_delegated" not in acme.history(instance.id)


def test_a_stale_version_of_a_task_is_not_completed(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.start()
    task = acme.open_tasks()["ask"]
    user_tasks.claim(acme.engine, by=acme.by, task_id=task.id)
    with pytest.raises(UserTaskChanged):
        user_tasks.complete(
            acme.engine, by=acme.by, task_id=task.id, variables={}, version=task.version
        )


def test_a_deadline_that_passed_first_wins_over_a_late_completion(acme: Acme) -> None:
    acme.deploy(
        p_bpmn=diagram(
            START
            + user_task("ask")
            + boundary_timer("late", "ask", "PT1H", interrupting=True)
            + user_task("instead", 'camunda:candidateGroups="head"')
            + END
            + '<bpmn:endEvent id="end2" name="end2"/>'
            + flow("start", "ask", "end")
            + flow("late", "instead", "end2")
        )
    )
    acme.start()
    acme.clock.move_to(acme.clock.now().replace(hour=12))
    with pytest.raises(UserTaskClosed):
        acme.complete("ask")
    acme.passes(hours=0)
    assert set(acme.open_tasks()) == {"instead"}


def test_compliance_sees_every_task_and_works_on_none(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.start()
    compliance = acme.person("cora", "compliance")
    (task,) = user_tasks.listing(acme.engine, by=compliance, page=EVERYTHING).items
    assert user_tasks.get(acme.engine, by=compliance, task_id=task.id) == task
    with pytest.raises(UserTaskNotFound):
        user_tasks.complete(acme.engine, by=compliance, task_id=task.id, variables={})


def test_a_task_that_is_done_has_no_form_to_fill_in(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.start()
    done = acme.complete("ask")
    with pytest.raises(UserTaskClosed):
        user_tasks.form(acme.engine, by=acme.by, task_id=done.id)
