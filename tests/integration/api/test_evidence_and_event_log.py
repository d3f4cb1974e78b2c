"""What an organisation can show of its instances: evidence of one, and the log of all."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from lxml import etree
from sqlalchemy import text

from engine import access_log
from engine.model.access import AccessKind
from engine.model.actors import system_actor
from engine.model.pages import PageRequest
from tests.integration.api.world import RECORDED, Caller, World
from web.administration.access import WORDS

XES = "{http://www.xes-standard.org/}"


@pytest.fixture
def done(world: World) -> str:
    """An instance whose task is done; returns its id."""
    caller = world.caller()
    instance = caller.starts("=H-1")
    task = caller.open_task(instance)
    assert (
        caller.post(f"/user-tasks/{task['id']}/complete", {"variables": RECORDED}).status_code
        == 200
    )
    return instance


def changes(world: World, statement: str, **values: object) -> None:
    """Change the database behind Remit's back."""
    with world.engine.store.engine.connect() as connection:
        connection.execute(text(statement), values)
        connection.commit()


def test_evidence_holds_all_that_is_recorded_and_says_that_it_is_whole(
    world: World, done: str
) -> None:
    found = world.caller("compliance").get(f"/evidence/{done}").json
    assert found["organisation"] == "town"
    assert found["process_instance"]["id"] == done
    assert found["process_definition"]["key"] == "harm"
    assert found["variables"]["what_happened"] == "A ladder fell."
    assert [task["state"] for task in found["user_tasks"]] == ["completed"]
    assert [one["data"]["decision"] for one in found["decisions"]] == ["severity"]
    assert [one["sequence"] for one in found["history"]] == [
        n + 1 for n in range(len(found["history"]))
    ]
    assert found["verification"] == {
        "whole": True,
        "events": len(found["history"]),
        "last_hash": found["history"][-1]["hash"],
        "broken_at": None,
    }
    assert set(found["clauses"]) == {c for one in found["history"] for c in one["clauses"]}


def test_evidence_tells_how_each_copy_of_a_notice_got_on(world: World, done: str) -> None:
    world.passes(timedelta(seconds=1))
    caller = world.caller("compliance")
    [notice] = caller.get(f"/evidence/{done}").json["notices"]
    [listed] = world.caller().get("/notices", process_instance_id=done).json["items"]
    assert notice == listed
    [copy] = notice["deliveries"]
    assert (notice["to_role"], copy["channel"], copy["state"]) == ("head", "inbox", "delivered")


def test_reading_evidence_is_written_down(world: World, done: str) -> None:
    world.caller("compliance").get(f"/evidence/{done}")
    read = access_log.listing(world.engine, by=system_actor("town"), page=PageRequest())
    assert [
        (one.kind, one.about) for one in read.items if one.kind is AccessKind.EVIDENCE_READ
    ] == [(AccessKind.EVIDENCE_READ, f"process instance {done}")]


def test_the_access_log_has_words_for_everything_it_holds() -> None:
    assert set(WORDS) == set(AccessKind)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE history_event SET \"by\" = 'somebody else' WHERE sequence = 3", 3),
        ("UPDATE history_event SET data = '[1]' WHERE sequence = 5", 5),
        ("DELETE FROM history_event WHERE sequence = 4", 4),
        ("DELETE FROM history_event WHERE sequence > 6", 7),
        ("UPDATE process_instance SET history_length = history_length + 1", 12),
    ],
)
def test_evidence_says_where_somebody_changed_the_record(
    world: World, done: str, statement: str, broken_at: int
) -> None:
    changes(world, statement)
    verification = world.caller().get(f"/evidence/{done}").json["verification"]
    assert (verification["whole"], verification["broken_at"]) == (False, broken_at)


def test_evidence_is_for_those_who_may_read_history_of_their_own_organisation(
    world: World, done: str
) -> None:
    assert world.caller("staff").get(f"/evidence/{done}").status_code == 403
    assert world.caller(organisation="port").get(f"/evidence/{done}").status_code == 404
    assert world.caller().get("/evidence/unknown").status_code == 404
    assert world.caller("staff").get("/event-log").status_code == 403


def rows(caller: Caller, **query: str) -> list[dict[str, str]]:
    answer = caller.get("/event-log", **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_log_has_every_event_of_every_instance_in_order(
    world: World, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.event_log.AT_ONCE", 3)  # so that several portions are read
    other = world.caller().starts("H-2")
    world.caller(organisation="port").starts("P-1")
    found = rows(world.caller("compliance"), format="csv")
    for instance in (done, other):
        history = world.caller().get(f"/process-instances/{instance}/history").json["items"]
        own = [row for row in found if row["process_instance_id"] == instance]
        assert [(row["sequence"], row["kind"], row["at"]) for row in own] == [
            (str(one["sequence"]), one["kind"], one["at"]) for one in history
        ]
    assert {row["process_instance_id"] for row in found} == {done, other}


def test_no_cell_of_the_log_is_a_formula_to_a_spreadsheet(world: World, done: str) -> None:
    assert {row["business_key"] for row in rows(world.caller())} == {"'=H-1"}


def test_the_log_can_be_asked_for_one_procedure_and_one_period(world: World, done: str) -> None:
    caller = world.caller()
    began = world.clock.now().isoformat()
    assert rows(caller, process_definition_key="harm") == rows(caller)
    assert rows(caller, process_definition_key="another") == []
    assert rows(caller, since=began) == rows(caller)
    assert rows(caller, until=began) == []
    assert caller.get("/event-log", since="yesterday").status_code == 422
    assert caller.get("/event-log", format="pdf").status_code == 422


def test_xes_has_one_trace_for_each_instance(world: World, done: str) -> None:
    world.caller().starts('H-2 <&"\x0b')
    answer = world.caller().get("/event-log", format="xes")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    log = etree.fromstring(answer.data)
    assert log.tag == f"{XES}log"
    traces = {
        trace.find(f"{XES}string[@key='concept:name']").get("value"): trace
        for trace in log.iter(f"{XES}trace")
    }
    assert len(traces) == 2
    told = [
        tuple(
            event.find(f"*[@key='{key}']").get("value")
            for key in ("concept:name", "lifecycle:transition")
        )
        for event in traces[done].iter(f"{XES}event")
    ]
    assert ("Record what happened", "schedule") in told
    assert told.count(("Record what happened", "complete")) == 1
    times = [event.find(f"{XES}date").get("value") for event in traces[done].iter(f"{XES}event")]
    assert times == sorted(times)
