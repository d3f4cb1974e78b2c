"""Invented cases: played on the real store up to the present, and taken away without a trace."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import people, process_instances, user_tasks
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.process_engine import ProcessEngine
from engine.store import Store
from web.demonstration import create, remove
from web.settings import Settings
from web.shipped import deploy_shipped

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BY = system_actor("derby")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Derby's content with its longest scenarios alone."""
    for folder in ("bpmn/derby", "bpmn/shared", "dmn/derby"):
        if (ROOT / folder).exists():
            shutil.copytree(ROOT / folder, tmp_path / folder)
    scenarios = sorted((ROOT / "tests/procedures/derby").glob("*.yaml"))
    kept = tmp_path / "tests/procedures/derby"
    kept.mkdir(parents=True)
    for path in sorted(scenarios, key=lambda path: -path.stat().st_size)[:5]:
        shutil.copy(path, kept)
    return tmp_path


def test_cases_are_made_once_none_of_them_in_the_future_and_removed_again(
    content: Path, tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'remit.db'}")
    store.upgrade()
    engine = ProcessEngine(store=store, clock=ManualClock(NOW), handlers=HANDLERS)
    deploy_shipped(engine, Settings(content=content))
    made = create(store, content, now=NOW)
    assert made >= 2
    assert create(store, content, now=NOW) == 0
    found = process_instances.listing(engine, by=BY, page=PageRequest(size=200)).items
    assert {case.started_by for case in found} <= {people.DEMO, "system"}
    for case in found:
        events = process_instances.history(
            engine, by=BY, instance_id=case.id, page=PageRequest(size=200)
        ).items
        assert all(event.event.at <= NOW for event in events)
    assert user_tasks.listing(engine, by=BY, page=PageRequest(), overdue=True).items
    assert remove(engine, "derby") == len(found)
    assert process_instances.listing(engine, by=BY, page=PageRequest()).items == ()
    assert user_tasks.listing(engine, by=BY, page=PageRequest()).items == ()
    store.close()
