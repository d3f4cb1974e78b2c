"""External tasks are fetched alike on SQLite and PostgreSQL, and never by two workers at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from engine import deployments, external_tasks, process_instances
from engine.external_tasks import Result
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.external_tasks import Topic
from engine.process_engine import ProcessEngine
from engine.store import Store
from engine.store.external_tasks import Wanted
from tests.integration.api.world import NOW, content
from tests.integration.engine_rest.council import DIAGRAM, TOPICS

TOWN = system_actor("town")
ASSESS = Topic("assess", timedelta(seconds=10))


@pytest.fixture
def engine(store: Store) -> ProcessEngine:
    """A council with the process `assessment`."""
    engine = ProcessEngine(store=store, clock=ManualClock(NOW), handlers=HANDLERS)
    files = content()
    files["organisation.yaml"] += TOPICS
    deployments.deploy(engine, by=TOWN, files=files)
    deployments.deploy(engine, by=TOWN, files={"assessment.bpmn": DIAGRAM})
    return engine


def start(engine: ProcessEngine, number: int) -> None:
    for business_key in range(number):
        process_instances.start(
            engine,
            by=TOWN,
            process_definition_key="assessment",
            business_key=str(business_key),
            variables={"report": "A shelf fell."},
        )


def fetch(engine: ProcessEngine, worker: str, most: int = 1) -> list[str]:
    found = external_tasks.fetch_and_lock(
        engine, by=TOWN, worker=worker, topics=[ASSESS], most=most
    )
    return [task.job.id for task in found]


def test_a_task_is_fetched_narrowed_reported_and_done(engine: ProcessEngine) -> None:
    start(engine, 2)
    assert external_tasks.topics_available(engine) == {("town", "assess"): 2}
    one = Topic(
        "assess", timedelta(seconds=10), business_key="1", process_definition_keys=("assessment",)
    )
    [task] = external_tasks.fetch_and_lock(engine, by=TOWN, worker="w", topics=[one], most=5)
    assert task.business_key == "1"
    assert external_tasks.topics_available(engine) == {("town", "assess"): 1}
    wanted = Wanted(
        now=NOW, worker="w", locked=True, topic="assess", retries_left=True, suspended=False
    )
    assert external_tasks.count(engine, by=TOWN, wanted=wanted) == 1
    order = [("lockExpirationTime", True), ("taskPriority", False)]
    listed = external_tasks.listing(engine, by=TOWN, wanted=wanted, first=0, most=5, order=order)
    assert [found.job.id for found in listed] == [task.job.id]
    external_tasks.complete(
        engine, by=TOWN, task_id=task.job.id, worker="w", result=Result({"verdict": "minor"}, {})
    )
    assert external_tasks.count(engine, by=TOWN, wanted=wanted) == 0


def test_workers_at_the_same_time_never_get_the_same_task(engine: ProcessEngine) -> None:
    start(engine, 30)
    fetched: list[str] = []
    ready = threading.Barrier(6)

    def work(worker: str) -> None:
        ready.wait()
        while found := fetch(engine, worker, most=2):
            fetched.extend(found)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(fetched)) == len(fetched)
    # Somebody who lost a race may have stopped early; what is left can be fetched.
    fetched += fetch(engine, "last", most=30)
    assert len(set(fetched)) == len(fetched) == 30


def test_asking_for_tasks_where_there_is_none_writes_nothing(engine: ProcessEngine) -> None:
    with engine.store.statistics() as counted:
        assert fetch(engine, "w") == []
    assert counted.commits == 0
    assert counted.statements == 1
