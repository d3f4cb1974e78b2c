"""The inbox gives the same tasks in the same order, page by page, whichever way they are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

import pytest

from engine import people, user_tasks
from engine.model.actors import Actor
from engine.model.inbox import InboxOrder, InboxQuery
from engine.model.pages import PageRequest
from engine.model.people import Person
from engine.model.user_tasks import UserTask
from engine.store import inbox
from tests.integration.engine.acme import END, START, Acme, diagram, flow

CASES = 24
ASKED = """<bpmn:userTask id="ask" name="ask" camunda:candidateGroups="worker" camunda:dueDate="=due"
 camunda:followUpDate="=follow_up"/>"""
FOR_HEADS = """<bpmn:userTask id="ask" name="ask" camunda:candidateGroups="head"
 camunda:candidateUsers="ann" camunda:dueDate="=due" camunda:followUpDate="=follow_up"/>"""


@pytest.fixture
def tasks(acme: Acme) -> list[UserTask]:
    """Tasks of two procedures: most for workers, some by name; with and without limits; some taken."""
    acme.deploy(p_bpmn=_of(ASKED, "p"), q_bpmn=_of(FOR_HEADS, "q"))
    for number in range(CASES):
        due = acme.clock.now() + timedelta(hours=(number * 7) % CASES - CASES // 2)
        acme.start(
            "q" if number % 4 == 0 else "p",
            f"A-{number}",
            due=None if number % 5 == 0 else due.isoformat(),
            follow_up=(due - timedelta(hours=number % 3)).isoformat() if number % 2 else None,
        )
        acme.clock.move_to(acme.clock.now() + timedelta(minutes=1))
    everything = PageRequest(size=200)
    people.add(acme.engine, by=acme.by, person=Person("bea", "Bea", ("worker",)))
    found = list(user_tasks.listing(acme.engine, by=acme.by, page=everything).items)
    user_tasks.claim(acme.engine, by=acme.person("ann", "worker"), task_id=found[3].id)
    user_tasks.delegate(acme.engine, by=acme.by, task_id=found[6].id, to="bea")
    user_tasks.complete(acme.engine, by=acme.by, task_id=found[9].id, variables={})
    return list(user_tasks.listing(acme.engine, by=acme.by, page=everything).items)


@pytest.mark.parametrize("few", [0, 8, 1000])
def test_every_way_of_finding_tasks_gives_the_same(
    acme: Acme, tasks: list[UserTask], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FEW", few)
    now = acme.clock.now()
    for roles in (("worker",), ("head",), ("worker", "head")):
        ann = acme.person("ann", *roles)
        offered = [
            task
            for task in tasks
            if task.state == "open" and task.assignee is None and task.is_for(ann)
        ]
        for order, key, late in product(InboxOrder, (None, "p", "q", "r"), (None, now)):
            query = InboxQuery(order, key, late)
            expected = _expected(offered, query)
            assert list(_offered(acme, ann, query)) == expected, (roles, query)
            mine, _ = user_tasks.inbox(
                acme.engine, by=ann, query=query, with_me=PageRequest(size=50), offered=None
            )
            held = [task for task in tasks if task.state == "open" and task.assignee == "ann"]
            assert [task.business_key for task in mine.items] == _expected(held, query)


def _of(task: str, key: str) -> bytes:
    return diagram(START + task + END + flow("start", "ask", "end"), key=key)


def _offered(acme: Acme, by: Actor, query: InboxQuery) -> Iterator[str | None]:
    page = PageRequest(size=5)
    while True:
        _, found = user_tasks.inbox(acme.engine, by=by, query=query, with_me=None, offered=page)
        yield from (task.business_key for task in found.items)
        if found.next_token is None:
            return
        page = PageRequest(size=5, token=found.next_token)


def _expected(tasks: list[UserTask], query: InboxQuery) -> list[str | None]:
    def instant(task: UserTask) -> datetime | None:
        return {
            InboxOrder.DUE: task.due_at,
            InboxOrder.FOLLOW_UP: task.follow_up_at,
            InboxOrder.AGE: task.created_at,
        }[query.order]

    kept = [
        task
        for task in tasks
        if query.process_definition_key in (None, task.process_definition_key)
        and (query.overdue_at is None or (task.due_at and task.due_at < query.overdue_at))
    ]
    ordered = sorted(
        kept,
        key=lambda task: (
            instant(task) is None,
            instant(task) or task.created_at,
            task.id if instant(task) else "",
            task.created_at,
            task.id,
        ),
    )
    return [task.business_key for task in ordered]
