"""The store behaves alike on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.model.history import HistoryEvent, HistoryKind, chained, first_break
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind, JobState
from engine.model.messages import BufferedMessage
from engine.model.notices import Notice
from engine.model.pages import PageRequest
from engine.model.people import ApiToken, Person
from engine.model.process_definitions import (
    Definition,
    DefinitionKind,
    DefinitionState,
    Deployment,
)
from engine.model.process_instances import (
    InstanceState,
    ProcessInstance,
    ProcessInstanceMoved,
    ProcessInstanceNotFound,
)
from engine.model.user_tasks import UserTaskNotFound, UserTaskState
from engine.model.waits import SubscriptionKind, SubscriptionWait, UserTaskWait
from engine.store import Store, Transaction

NOW = datetime(2026, 12, 24, 16, tzinfo=UTC)


@pytest.fixture
def derby(store: Store) -> Store:
    for key in ("derby", "cafcass"):
        with store.transaction(key) as tx:
            tx.organisations.put(name=key.title(), source=b"yaml", clauses=b"csv", now=NOW)
            tx.deployments.add(_deployment(key), {"a.bpmn": b"<xml/>"}, [])
            tx.definitions.add([_definition(key)])
    return store


def _deployment(organisation: str) -> Deployment:
    return Deployment(f"dep{organisation}", "first", "test", NOW, "owner", ("a.bpmn",))


def _definition(organisation: str, version: int = 1) -> Definition:
    return Definition(
        f"def{organisation}{version}",
        DefinitionKind.PROCESS,
        "p",
        version,
        "P",
        None,
        DefinitionState.ACTIVE,
        f"dep{organisation}",
        NOW,
        "a.bpmn",
        "0" * 64,
    )


def _instance(
    tx: Transaction, *, business_key: str = "SI-1", started_at: datetime = NOW
) -> ProcessInstance:
    instance = ProcessInstance(
        id=new_id(),
        process_definition_id=f"def{tx.organisation}1",
        process_definition_key="p",
        version=1,
        business_key=business_key,
        state=InstanceState.RUNNING,
        started_at=started_at,
        started_by="worker",
        ended_at=None,
        revision=1,
        document="{}",
        history_length=0,
        history_hash="",
    )
    tx.process_instances.add(instance)
    return instance


def _job(tx: Transaction, instance: ProcessInstance, due_at: datetime = NOW, **other) -> Job:
    job = Job(
        id=new_id(),
        organisation=tx.organisation,
        kind=other.pop("kind", JobKind.TIMER),
        process_instance_id=instance.id,
        key=new_id(),
        element_id="timer",
        payload={},
        due_at=due_at,
        **other,
    )
    tx.jobs.add([job])
    return job


def test_a_transaction_that_fails_leaves_nothing_behind(derby: Store) -> None:
    with pytest.raises(ZeroDivisionError), derby.transaction("derby") as tx:  # noqa: PT012
        _instance(tx)
        tx.after_commit(lambda: pytest.fail("there was no commit"))
        raise ZeroDivisionError
    with derby.reading("derby") as tx:
        assert tx.process_instances.listing(PageRequest()).items == ()


def test_what_waits_for_the_commit_runs_after_it(derby: Store) -> None:
    seen = []
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
        tx.after_commit(lambda: seen.append("committed"))
        assert seen == []
    assert seen == ["committed"]
    with derby.reading("derby") as tx:
        assert tx.process_instances.get(instance.id) == instance


def test_a_step_that_read_an_older_revision_is_refused(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
    with derby.transaction("derby") as tx:
        saved = tx.process_instances.save(replace(instance, document="first"))
    assert saved.revision == 2
    with pytest.raises(ProcessInstanceMoved), derby.transaction("derby") as tx:
        tx.process_instances.save(replace(instance, document="second"))
    with derby.reading("derby") as tx:
        assert tx.process_instances.get(instance.id).document == "first"


def test_an_organisation_never_sees_anothers_rows(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
        tx.user_tasks.add(
            instance, [UserTaskWait("t1", "e", "Task", NOW, candidate_groups=("r",))]
        )
        job = _job(tx, instance)
        event = HistoryEvent(HistoryKind.PROCESS_INSTANCE_STARTED, at=NOW)
        tx.history.add(instance.id, chained([event]))
        tx.people.put(Person("ann", "Ann", ("r",)))
    with derby.transaction("cafcass") as tx:
        for looked_up in (tx.process_instances.get, tx.process_instances.lock):
            with pytest.raises(ProcessInstanceNotFound):
                looked_up(instance.id)
        for looked_up in (tx.user_tasks.get, tx.user_tasks.lock):
            with pytest.raises(UserTaskNotFound):
                looked_up("t1")
        assert tx.jobs.find(job.id) is None
        assert tx.people.find("ann") is None
        assert tx.history.all(instance.id) == ()
        assert tx.process_instances.listing(PageRequest()).items == ()
        assert tx.user_tasks.listing(PageRequest(), candidate_group="r").items == ()
        tx.user_tasks.close(["t1"], now=NOW, completed="t1", by="intruder")
        tx.jobs.remove(instance.id, [job.key])
        with pytest.raises(ProcessInstanceMoved):
            tx.process_instances.save(instance)
    with derby.reading("derby") as tx:
        assert tx.user_tasks.get("t1").state is UserTaskState.OPEN
        assert tx.jobs.find(job.id) == job


def test_pages_walk_through_a_list_without_gap_or_repeat(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        made = {_instance(tx, started_at=NOW + timedelta(hours=n // 3)).id for n in range(10)}
    seen: list[str] = []
    token = None
    with derby.reading("derby") as tx:
        for _ in range(4):
            page = tx.process_instances.listing(PageRequest(3, token))
            seen += [instance.id for instance in page.items]
            token = page.next_token
    assert token is None
    assert len(seen) == 10
    assert set(seen) == made


def test_tasks_come_by_urgency_and_only_to_those_they_are_for(derby: Store) -> None:
    waits = [
        UserTaskWait(
            "later", "e", "Later", NOW, candidate_groups=("head",), due_at=NOW + timedelta(9)
        ),
        UserTaskWait("never", "e", "Never", NOW, candidate_groups=("head",)),
        UserTaskWait("soon", "e", "Soon", NOW, candidate_users=("ann",), due_at=NOW),
        UserTaskWait("mine", "e", "Mine", NOW, assignee="ann", due_at=NOW + timedelta(1)),
        UserTaskWait("other", "e", "Other", NOW, candidate_groups=("worker",)),
    ]
    with derby.transaction("derby") as tx:
        tx.user_tasks.add(_instance(tx), waits)
    with derby.reading("derby") as tx:
        page = tx.user_tasks.listing(
            PageRequest(), visible_to=(frozenset({"ann"}), frozenset({"head"})), by_due=True
        )
        assert [task.id for task in page.items] == ["soon", "mine", "later", "never"]
        at = NOW + timedelta(2)
        overdue = tx.user_tasks.listing(PageRequest(), overdue=True, now=at)
        assert {task.id for task in overdue.items} == {"soon", "mine"}
        in_time = tx.user_tasks.listing(PageRequest(), overdue=False, now=at)
        assert {task.id for task in in_time.items} == {"later", "never", "other"}


def test_closing_tells_what_was_done_from_what_was_cancelled(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
        tx.user_tasks.add(instance, [UserTaskWait(t, "e", t, NOW) for t in ("done", "moot")])
        tx.user_tasks.close(["done", "moot"], now=NOW, completed="done", by="ann")
        done, moot = tx.user_tasks.get("done"), tx.user_tasks.get("moot")
    assert (done.state, done.completed_by, done.version) == (UserTaskState.COMPLETED, "ann", 2)
    assert (moot.state, moot.completed_by) == (UserTaskState.CANCELLED, None)


def test_due_jobs_are_those_of_running_instances_that_nobody_works_on(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
        due = _job(tx, instance)
        _job(tx, instance, NOW + timedelta(hours=1))
        _job(tx, instance, kind=JobKind.EXTERNAL_TASK)
        _job(tx, instance, state=JobState.DEAD_LETTER)
        leased = _job(tx, instance)
        assert tx.jobs.claim(leased.id, "me", now=NOW, until=NOW + timedelta(minutes=1))
        suspended = replace(_instance(tx), state=InstanceState.SUSPENDED)
        tx.process_instances.save(suspended)
        _job(tx, suspended)
    with derby.system_reading() as tx:
        assert [job.id for job in tx.due_jobs.due(NOW, limit=10)] == [due.id]
        assert tx.due_jobs.earliest() == NOW
        later = tx.due_jobs.due(NOW + timedelta(minutes=2), limit=10)
        assert {job.id for job in later} == {due.id, leased.id}
    with derby.system_transaction() as tx:
        assert tx.due_jobs.release_leases() == 1


def test_a_job_is_claimed_by_one_only(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        job = _job(tx, _instance(tx))
    until = NOW + timedelta(minutes=1)
    with derby.transaction("derby") as tx:
        claimed = tx.jobs.claim(job.id, "a", now=NOW, until=until)
        assert claimed is not None
        assert claimed.lease == "a"
        assert tx.jobs.claim(job.id, "b", now=NOW, until=until) is None
        assert tx.jobs.claim(job.id, "b", now=until, until=until + timedelta(1)) is not None


def test_a_subscription_is_found_by_its_key_or_by_its_instances_business_key(derby: Store) -> None:
    def wait(token: str, key: str | None) -> SubscriptionWait:
        return SubscriptionWait(token, "e", SubscriptionKind.MESSAGE, "m", key)

    with derby.transaction("derby") as tx:
        instance = _instance(tx, business_key="SI-1")
        tx.subscriptions.add(instance.id, [wait("keyed", "k"), wait("own", None)])
        tx.subscriptions.add(_instance(tx, business_key="SI-2").id, [wait("other", None)])

        def found(key: str | None) -> set[str]:
            waiting = tx.subscriptions.waiting(SubscriptionKind.MESSAGE, "m", key)
            return {one.token_id for one in waiting}

        assert found("k") == {"keyed"}
        assert found("SI-1") == {"own"}
        assert found("SI-2") == {"other"}
        assert found(None) == {"own", "other"}
        assert found("nobody") == set()
        tx.subscriptions.remove(["keyed"])
        assert found("k") == set()


def test_a_buffered_message_is_taken_once_and_not_after_it_expired(derby: Store) -> None:
    def held(key: str | None, hours: int) -> BufferedMessage:
        return BufferedMessage(new_id(), "m", key, {"a": 1}, NOW, NOW + timedelta(hours=hours))

    with derby.transaction("derby") as tx:
        tx.buffered_messages.add(held("k", 1))
        tx.buffered_messages.add(held(None, 1))
        tx.buffered_messages.add(held("old", -1))
        assert tx.buffered_messages.take("m", ("other",), NOW) is None
        taken = tx.buffered_messages.take("m", ("k",), NOW)
        assert taken is not None
        assert taken.variables == {"a": 1}
        assert tx.buffered_messages.take("m", ("k",), NOW) is None
        assert tx.buffered_messages.take("m", ("old",), NOW) is None
        assert tx.buffered_messages.take("m", ("k", None), NOW) is not None
        assert tx.buffered_messages.drop_expired(NOW) == 1


def test_history_keeps_its_order_and_shows_a_change(derby: Store) -> None:
    kinds = (HistoryKind.PROCESS_INSTANCE_STARTED, HistoryKind.USER_TASK_CREATED)
    events = [
        HistoryEvent(kind, at=NOW, clauses=("C-1",), data={"ä": [1, None]}) for kind in kinds
    ]
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
        first = chained(events)
        tx.history.add(instance.id, first)
        tx.history.add(instance.id, chained(events, length=2, last_hash=first[-1].hash))
    with derby.reading("derby") as tx:
        kept = tx.history.all(instance.id)
    assert [one.sequence for one in kept] == [1, 2, 3, 4]
    assert first_break(kept) is None
    with derby.engine.begin() as connection:
        connection.execute(
            text("UPDATE history_event SET element_id = 'forged' WHERE sequence = 3")
        )
    with derby.reading("derby") as tx:
        assert first_break(tx.history.all(instance.id)) == 3


def test_a_notice_for_the_same_job_and_role_is_kept_once(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        instance = _instance(tx)
        notice = Notice("j1", "head", instance.id, "e", "late", "inbox", "S", "B", ("C-1",), NOW)
        tx.notices.add([notice])
    with pytest.raises(Exception, match=r"(?i)unique"), derby.transaction("derby") as tx:
        tx.notices.add([notice])
    with derby.reading("derby") as tx:
        page = tx.notices.listing(PageRequest(), roles=frozenset({"head"}))
        assert page.items == (notice,)
        assert tx.notices.listing(PageRequest(), roles=frozenset()).items == ()


def test_a_token_is_found_by_its_hash_until_it_is_revoked(derby: Store) -> None:
    token = ApiToken("t1", "derby", "ci", "administrator", NOW, "me")
    with derby.transaction("derby") as tx:
        tx.tokens.add(token, "h" * 64)
    with derby.system_reading() as system:
        assert system.tokens.find("h" * 64) == (token, 0)
        assert system.tokens.find("x" * 64) is None
    with derby.transaction("derby") as tx:
        assert tx.tokens.revoke("t1", now=NOW)
        assert not tx.tokens.revoke("t1", now=NOW)
    with derby.system_reading() as system:
        assert system.tokens.find("h" * 64) is None


def test_an_idempotency_key_is_taken_once_for_each_organisation(derby: Store) -> None:
    later = NOW + timedelta(seconds=30)
    for organisation in ("derby", "cafcass"):
        with derby.transaction(organisation) as tx:
            assert tx.receipts.add("key", "h" * 64, now=NOW, leased_until=later)
    with derby.transaction("derby") as tx:
        assert not tx.receipts.add("key", "h" * 64, now=NOW, leased_until=later)
        tx.receipts.mark_done("key")
        tx.receipts.remove("key")
        tx.receipts.answer("key", 201, "{}")
        found = tx.receipts.find("key")
        assert found is not None
        assert (found.done, found.status, found.answer) == (True, 201, "{}")
    with derby.transaction("cafcass") as tx:
        tx.receipts.remove("key")
        assert tx.receipts.find("key") is None


def test_versions_and_files_of_a_deployment_are_found_again(derby: Store) -> None:
    with derby.transaction("derby") as tx:
        tx.definitions.add([_definition("derby", 2)])
        tx.definitions.deactivate_others(DefinitionKind.PROCESS, "p", "defderby2")
        versions = tx.definitions.versions(DefinitionKind.PROCESS, "p", PageRequest())
        states = [(found.version, found.state) for found in versions.items]
        assert states == [(2, DefinitionState.ACTIVE), (1, DefinitionState.INACTIVE)]
        assert tx.deployments.content("depderby", "a.bpmn") == b"<xml/>"
        assert tx.deployments.files("depderby") == {"a.bpmn": b"<xml/>"}
        assert tx.deployments.files("depcafcass") == {}
        assert tx.deployments.listing(PageRequest()).items == (_deployment("derby"),)


def test_what_was_read_is_counted_and_commits_are_told_apart(derby: Store) -> None:
    with derby.statistics() as counted:
        with derby.transaction("derby") as tx:
            tx.organisations.catalogue_changed()
        with derby.reading("derby") as tx:
            assert tx.organisations.catalogue() == 1
    assert (counted.statements, counted.commits) == (2, 1)
