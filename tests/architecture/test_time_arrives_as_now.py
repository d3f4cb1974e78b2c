"""Only the clock module reads the real clock, and nothing in the engine sleeps."""

from __future__ import annotations

import pytest

from tests.architecture.source_files import ROOT, calls, modules, place

CLOCK = ROOT / "engine" / "model" / "clock.py"
READS_THE_CLOCK = {"now", "utcnow", "today"}
FROM_TIME = {"time.time", "time.time_ns", "time.sleep", "sleep", "asyncio.sleep"}


def readings(paths):
    return [
        place(path, line)
        for path in paths
        for name, line in calls(path)
        if name in FROM_TIME
        or (
            name.rpartition(".")[2] in READS_THE_CLOCK
            and name.split(".")[0] in {"datetime", "date", "dt"}
        )
    ]


def test_nothing_in_the_engine_reads_the_real_clock_or_sleeps():
    assert readings(path for path in modules("engine") if path != CLOCK) == []


def test_nothing_on_the_web_side_reads_the_real_clock():
    assert readings(modules("web", "webhooks")) == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "time.sleep(1)",
    ],
)
def test_the_guard_sees_each_way(tmp_path, monkeypatch, line):
    module = tmp_path / "module.py"
    module.write_text(line)
    monkeypatch.setattr("tests.architecture.source_files.ROOT", tmp_path)
    assert readings([module]) == ["module.py:1"]
