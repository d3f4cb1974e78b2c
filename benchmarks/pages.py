"""What a page costs the server with 100,000 open tasks: time at p95, and SQL statements.

In process and on SQLite, so that nothing but the page is measured: session, use case, template. All
tasks are offered to the role of the person who looks, which is the worst there is.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from benchmarks.result import Result
from engine.store.schema import candidate, process_instance, user_task
from tests.integration.api.world import NOW, World
from tests.integration.web.browser import Browser

OPEN_TASKS = 100_000
AT_ONCE = 5_000
ROUNDS = 40
MOST_MS = 30.0
MOST_STATEMENTS = 8


def run() -> list[Result]:
    """Measure each page; the bars are server time at p95 and statements."""
    with tempfile.TemporaryDirectory() as folder:
        world = World.open(Path(folder) / "remit.db")
        try:
            return _measured(world)
        finally:
            world.close()


def _measured(world: World) -> list[Result]:
    instance_id = world.caller().starts("H-1")
    task_id = world.caller().open_task(instance_id)["id"]
    _fill(world, instance_id)
    browser = Browser(world.app.test_client()).opens("/sign-in")
    town = "//section[@aria-labelledby='organisation-town']"
    browser.presses("Sign in as Wendy Hartley", within=town)
    client = browser.client
    other = Browser(world.app.test_client()).opens("/sign-in")
    other.presses("Sign in as Helen Shaw", within=town)
    found = _of_a_page(world, other.client, "tasks of one who has few", "/inbox")
    for name, address in {
        "tasks": "/inbox",
        "tasks by follow-up": "/inbox?order=follow_up",
        "tasks by age": "/inbox?order=age",
        "overdue tasks": "/inbox?show=overdue",
        "overdue tasks by age": "/inbox?show=overdue&order=age",
        "tasks of a procedure": "/inbox?procedure=harm",
        "tasks of a procedure that has none": "/inbox?procedure=follow_up",
        "a task": f"/user-tasks/{task_id}",
        "a case": f"/process-instances/{instance_id}",
        "cases": "/process-instances",
        "report": "/report",
    }.items():
        found += _of_a_page(world, client, name, address)
    return found


def _of_a_page(world: World, client: FlaskClient, name: str, address: str) -> list[Result]:
    return [
        _result(f"page “{name}”, {OPEN_TASKS:,} open tasks: p95", _p95(client, address), "ms", MOST_MS),
        _result(f"page “{name}”: SQL", _statements(world, client, address), "statements", MOST_STATEMENTS),
    ]  # fmt: skip


def _fill(world: World, instance_id: str) -> None:
    """Add the open tasks of an instance that nobody looks at, straight into the tables."""
    engine = world.engine.store.engine
    with engine.begin() as connection:
        row = connection.execute(
            select(process_instance).where(process_instance.c.id == instance_id)
        ).one()
        heap = {**row._mapping, "id": uuid.uuid4().hex, "business_key": "H-2"}
        connection.execute(insert(process_instance), [heap])
        task = connection.execute(
            select(user_task).where(user_task.c.process_instance_id == instance_id)
        ).one()
        groups = task.candidate_groups
        for start in range(0, OPEN_TASKS, AT_ONCE):
            rows = [_row(task, heap["id"], number) for number in range(start, start + AT_ONCE)]
            connection.execute(insert(user_task), rows)
            connection.execute(
                insert(candidate),
                [
                    {
                        "user_task_id": row["id"],
                        "kind": "group",
                        "name": group,
                        "organisation": row["organisation"],
                    }
                    for row in rows
                    for group in groups
                ],
            )


def _row(task: Any, heap: str, number: int) -> dict[str, Any]:
    """Return one more task: three in four have a due time, one in two a follow-up time."""
    due = NOW + timedelta(minutes=number - OPEN_TASKS // 2) if number % 4 else None
    return {
        **task._mapping,
        "id": uuid.uuid4().hex,
        "process_instance_id": heap,
        "created_at": NOW - timedelta(minutes=number),
        "due_at": due,
        "follow_up_at": due if number % 2 else None,
    }


def _p95(client: FlaskClient, address: str) -> float:
    _ask(client, address)
    times = sorted(_time(lambda: _ask(client, address)) for _ in range(ROUNDS))
    return times[int(ROUNDS * 0.95) - 1]


def _time(call: Callable[[], None]) -> float:
    # CPU time: what else the machine does is not the page's.
    before = time.process_time()
    call()
    return (time.process_time() - before) * 1000


def _statements(world: World, client: FlaskClient, address: str) -> float:
    with world.engine.store.statistics() as counted:
        _ask(client, address)
    return float(counted.statements)


def _ask(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"


def _result(name: str, value: float, unit: str, most: float) -> Result:
    return Result(
        name=name,
        value=round(value, 2),
        unit=unit,
        rival="the bar",
        ratio=value / most,
        bar=f"at most {most:g} {unit}",
        holds=value <= most,
    )
