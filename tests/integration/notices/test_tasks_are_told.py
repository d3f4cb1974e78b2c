"""People are told of their tasks outside Remit where the organisation's content says so, and only there."""

from __future__ import annotations

from datetime import timedelta

from engine import deployments, user_tasks
from engine.model.notices import Channel, NoticeKind
from engine.store import Store
from tests.integration.engine.acme import END, START, diagram, flow, user_task
from tests.integration.notices.council import ORGANISATION, Council, Outside, council

ONE = diagram(
    START
    + user_task(
        "ask",
        'camunda:candidateGroups="worker,head" '
        'camunda:dueDate="= now() + duration(&quot;PT2H&quot;)"',
    )
    + END
    + flow("start", "ask", "end")
)
FOR_DORA = diagram(
    START + user_task("ask", 'camunda:assignee="dora"') + END + flow("start", "ask", "end")
)


def opened(store: Store, task_notices: str, process: bytes = ONE) -> tuple[Council, Outside]:
    acme = council(store, "", extra=f"task_notices: {task_notices}\n", p_bpmn=process)
    mail = Outside()
    acme.targets[Channel.EMAIL] = mail
    return acme, mail


def test_everybody_whom_a_new_task_is_for_is_told_once(store: Store) -> None:
    acme, mail = opened(store, "{created: {channels: [email]}}")
    acme.start()
    acme.passes()
    assert sorted(mail.addresses) == [
        "hana@acme.example",
        "hugo@acme.example",
        "wes@acme.example",
    ]
    assert all("a task waits for you" in message.subject for message in mail.sent)
    assert {message.due_at for message in mail.sent} == {acme.clock.now() + timedelta(hours=2)}


def test_only_the_roles_that_are_named_are_told(store: Store) -> None:
    acme, mail = opened(store, "{created: {channels: [email], roles: [worker]}}")
    acme.start()
    acme.passes()
    assert mail.addresses == ["wes@acme.example"]


def test_of_a_task_with_an_assignee_nobody_else_is_told(store: Store) -> None:
    acme, mail = opened(store, "{created: {channels: [email]}}", FOR_DORA)
    acme.start()
    acme.passes()
    assert mail.addresses == ["dora@acme.example"]


def test_whoever_is_handed_a_task_is_told_in_the_words_of_the_content(store: Store) -> None:
    said = "{assigned: {channels: [email], subject: 'Yours: {{ reference }}', body: '{{ link }}'}}"
    acme, mail = opened(store, said)
    acme.start()
    task = acme.open_tasks()["ask"]
    user_tasks.delegate(acme.engine, by=acme.by, task_id=task.id, to="hana")
    acme.passes()
    [message] = mail.sent
    assert (message.address, message.subject) == ("hana@acme.example", "Yours: A-1")
    assert message.body.startswith("https://remit.example.org/t/")


def test_whoever_takes_a_task_on_needs_not_be_told(store: Store) -> None:
    acme, mail = opened(store, "{assigned: {channels: [email]}}")
    acme.start()
    hana = acme.person("hana", "head")
    user_tasks.claim(acme.engine, by=hana, task_id=acme.open_tasks()["ask"].id)
    acme.passes()
    assert mail.sent == []


def test_a_task_that_falls_due_is_told_then_and_not_when_it_was_done(store: Store) -> None:
    acme, mail = opened(store, "{overdue: {channels: [email], roles: [worker]}}")
    acme.start("p", "A-1")
    acme.start("p", "A-2")
    [done] = [one for one in acme.jobs() if one.kind == "due_check"][:1]
    by = acme.by
    task_id = str(done.payload["user_task_id"])
    user_tasks.complete(acme.engine, by=by, task_id=task_id, variables={})
    acme.passes(hours=1, minutes=59)
    assert mail.sent == []
    acme.passes(minutes=1)
    assert mail.addresses == ["wes@acme.example"]
    assert acme.told()["worker"].notice.kind is NoticeKind.TASK_OVERDUE


def test_tasks_that_were_open_before_the_content_said_so_are_told_when_they_fall_due(
    store: Store,
) -> None:
    acme = council(store, "", p_bpmn=ONE)
    mail = Outside()
    acme.targets[Channel.EMAIL] = mail
    acme.start()
    said = ORGANISATION + "task_notices: {overdue: {channels: [email], roles: [worker]}}\n"
    deployments.deploy(acme.engine, by=acme.by, files={"organisation.yaml": said.encode()})
    acme.passes(hours=2)
    assert mail.addresses == ["wes@acme.example"]


def test_nobody_is_told_where_the_content_says_nothing(store: Store) -> None:
    acme = council(store, "channels: {default: [email]}", p_bpmn=ONE)
    mail = Outside()
    acme.targets[Channel.EMAIL] = mail
    acme.start()
    acme.passes(hours=3)
    assert mail.sent == []
