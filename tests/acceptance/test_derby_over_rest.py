"""A newcomer's Derby incident, from report to closure over REST; a killed server loses nothing."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.model.history import first_break
from engine.store import Store
from tests.acceptance.journey import Journey, scenario_of_derby
from tests.acceptance.served import Served

KILLS = 20
SCENARIO = "investigation_late"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path, scenario_of_derby(SCENARIO).now)
    running.starts()
    running.token = running.runs(
        "token", "create", "--organisation", "derby", "--role", "administrator"
    ).strip()
    yield running
    running.is_killed()


def test_an_incident_is_driven_to_its_end_over_rest_and_the_server_stops_when_told(
    served: Served,
) -> None:
    scenario = scenario_of_derby(SCENARIO)
    journey = Journey(served, scenario)
    journey.goes_to_its_end()
    end = journey.end_state()
    assert end["state"] == "completed"
    assert end["jobs"] == []
    assert end["notices"]
    moves = [step.to for step in scenario.steps if getattr(step, "to", None)]
    assert max(moves) - scenario.now >= timedelta(days=30)
    assert served.stops() == 0


def test_a_server_killed_twenty_times_on_the_way_comes_to_the_same_end(
    tmp_path: Path, served: Served
) -> None:
    undisturbed = Journey(served, scenario_of_derby(SCENARIO))
    began = time.monotonic()
    undisturbed.goes_to_its_end()
    lasted = time.monotonic() - began
    expected = undisturbed.end_state()
    served.is_killed()

    folder = tmp_path / "killed"
    folder.mkdir()
    killed = Served(folder, scenario_of_derby(SCENARIO).now)
    killed.starts()
    killed.token = killed.runs(
        "token", "create", "--organisation", "derby", "--role", "administrator"
    ).strip()
    journey = Journey(killed, scenario_of_derby(SCENARIO))
    over = threading.Event()
    on_the_way: list[int] = []
    kills = threading.Thread(
        target=_kill_again_and_again, args=(killed, over, lasted, journey, on_the_way)
    )
    kills.start()
    try:
        journey.goes_to_its_end()
        kills.join(timeout=300)
    finally:
        over.set()
        kills.join()
    assert journey.end_state() == expected
    assert len(on_the_way) >= KILLS // 2, "most kills came when all was done"
    killed.is_killed()
    store = Store(f"sqlite:///{folder / 'remit.db'}")
    with store.reading("derby") as tx:
        assert first_break(tx.history.all(journey.instance_id)) is None
    store.close()


def _kill_again_and_again(
    served: Served,
    over: threading.Event,
    lasted: float,
    journey: Journey,
    on_the_way: list[int],
) -> None:
    """Kill the server at random moments, spread over the time the journey takes undisturbed.

    `on_the_way` notes after how many steps, for each that came before the end.
    """
    chance = random.Random(20261224)
    for _ in range(KILLS):
        if over.wait(chance.uniform(0, lasted / KILLS * 2)):
            return
        served.is_killed()
        if not journey.finished:
            on_the_way.append(journey.steps_done)
        served.starts()
