"""organisation.yaml: what it says becomes values, and what is wrong has a line."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from engine.content import Channel, Organisation, Permission, parse_clauses, parse_organisation
from engine.model.working_time import WorkingTimeError

BPMN = Path(__file__).parents[3] / "bpmn"

SMALL = """\
key: small
name: A small council
calendar:
  zone: Europe/London
  bank_holidays: scotland
  opening_hours:
    monday: ["09:00-12:00", "13:00-17:00"]
    sunday: ["18:00-24:00"]
  closure_days:
    - 2026-11-30
    - {day: 2026-12-07, reason: Moving house}
roles:
  - {id: officer, name: Officer, escalates_to: director, may: [report]}
  - {id: director, name: Director, clauses: [S-1]}
channels:
  default: [inbox]
procedures:
  - key: incident
    name: Incident
    message: incident_reported
    report_page: {title: Report, introduction: Tell us., reference_prefix: INC}
"""


def small(**changes: str) -> tuple[Organisation | None, list[str]]:
    """Parse SMALL with lines replaced: the old text is the key with underscores as given."""
    text = SMALL
    for old, new in changes.items():
        assert REPLACED[old] in text
        text = text.replace(REPLACED[old], new)
    organisation, problems = parse_organisation(text.encode(), "organisation.yaml")
    return organisation, [str(problem) for problem in problems]


REPLACED = {
    "key": "key: small\n",
    "zone": "Europe/London",
    "holidays": "scotland",
    "monday": '["09:00-12:00", "13:00-17:00"]',
    "closure": "2026-11-30",
    "officer": "escalates_to: director",
    "may": "may: [report]",
    "director": "{id: director, name: Director, clauses: [S-1]}",
    "channels": "default: [inbox]",
    "page": "reference_prefix: INC",
    "message": "message: incident_reported",
}


def test_an_organisation_is_read() -> None:
    organisation, problems = small()
    assert problems == []
    assert organisation is not None
    assert (organisation.key, organisation.name) == ("small", "A small council")
    assert [role.id for role in organisation.ladder("officer")] == ["director"]
    assert organisation.ladder("director") == ()
    officer = organisation.role("officer")
    assert officer is not None
    assert officer.may == {Permission.REPORT}
    assert organisation.channels_of("officer") == ((Channel.INBOX,),)
    procedure = organisation.procedure("incident")
    assert procedure is not None
    assert procedure.message == "incident_reported"
    assert procedure.report_page is not None
    assert procedure.report_page.reference_prefix == "INC"
    assert organisation.clauses_file == "clauses.csv"


def test_the_calendar_of_an_organisation_knows_hours_closures_and_bank_holidays() -> None:
    organisation, _ = small()
    assert organisation is not None
    calendar = organisation.calendar
    assert calendar.opening_hours[0] == ((time(9), time(12)), (time(13), time(17)))
    assert not calendar.is_working_day(date(2026, 6, 15))  # a bank holiday in Scotland alone
    assert not calendar.is_working_day(date(2026, 11, 30))
    assert not calendar.is_working_day(date(2026, 12, 7))
    assert calendar.is_working_day(date(2026, 11, 29))
    sunday = datetime(2026, 11, 29, 20, tzinfo=calendar.zone)
    assert calendar.end_of_working_day(sunday) == datetime(2026, 11, 30, tzinfo=calendar.zone)
    with pytest.raises(WorkingTimeError):
        calendar.is_working_day(date(2036, 1, 7))


def test_the_calendar_version_changes_exactly_when_an_answer_can_change() -> None:
    before, _ = small()
    same, _ = small(officer="description: Someone")
    later, _ = small(closure="2026-12-01")
    assert before is not None
    assert same is not None
    assert later is not None
    assert before.calendar.version == same.calendar.version
    assert before.calendar.version != later.calendar.version
    assert before.calendar.version.startswith("scotland ")


@pytest.mark.parametrize(
    ("changes", "line", "code", "says"),
    [
        ({"key": ""}, 1, "missing_key", "'key' is missing"),
        ({"key": "key: small\nkey: big\n"}, 2, "duplicate_key", "'key' is written twice"),
        ({"key": "key: Small\n"}, 1, "wrong_value", "lower-case"),
        ({"key": "key: small\ncolour: red\n"}, 2, "unknown_key", "known are key, name"),
        ({"key": "key: &k small\n"}, 1, "unreadable", "anchors"),
        ({"key": "key: !!python/name:os.system x\n"}, 1, "unreadable", "tag"),
        ({"key": "key: [small\n"}, 2, "unreadable", "not YAML"),
        ({"zone": "Europe/Londn"}, 4, "wrong_value", "not a time zone"),
        ({"zone": "../../etc/passwd"}, 4, "wrong_value", "not a time zone"),
        ({"holidays": "wales"}, 5, "wrong_value", "known are england-and-wales"),
        ({"monday": '["9-17"]'}, 7, "wrong_value", "write it as 09:00-17:00"),
        ({"monday": '["09:00-00:00"]'}, 7, "wrong_value", "24:00"),
        ({"monday": '["13:00-17:00", "09:00-14:00"]'}, 7, "wrong_value", "overlap"),
        ({"closure": "30 November"}, 10, "wrong_value", "not a date"),
        ({"closure": "2026-12-07"}, 11, "duplicate_day", "twice"),
        ({"officer": "escalates_to: boss"}, 13, "unknown_role", "'boss'"),
        (
            {"director": "{id: director, name: D, escalates_to: officer}"},
            13,
            "circular_ladder",
            "circle",
        ),
        ({"director": "{id: officer, name: Officer}"}, 14, "duplicate_role", "taken"),
        ({"may": "may: [everything]"}, 13, "wrong_value", "known are report, oversee"),
        ({"channels": "default: [pigeon]"}, 16, "wrong_value", "'pigeon' is not known"),
        ({"channels": "boss: [inbox]"}, 16, "unknown_role", "'boss'"),
        ({"channels": "officer: []"}, 16, "wrong_value", "at least one channel"),
        ({"page": "reference_prefix: inc"}, 21, "wrong_value", "capital letters"),
        ({"page": "reference_prefix: INC, colour: red"}, 21, "unknown_key", "known are title"),
        ({"message": "message:"}, 18, "missing_key", "'message' is missing"),
    ],
)
def test_a_mistake_is_refused_at_its_line(
    changes: dict[str, str], line: int, code: str, says: str
) -> None:
    organisation, problems = small(**changes)
    assert organisation is None
    assert any(
        problem.startswith(f"organisation.yaml:{line}:")
        and f"({code})" in problem
        and says in problem
        for problem in problems
    ), problems


def test_a_citation_of_an_unknown_clause_is_refused() -> None:
    _, problems = parse_organisation(SMALL.encode(), "organisation.yaml", clauses={"S-2"})
    assert [problem.code for problem in problems] == ["unknown_clause"]
    assert problems[0].line == 14


def test_bombs_are_refused_before_anything_is_built() -> None:
    for source in (b"[" * 100_000, b"a: " + b"x" * 300_000, b"\xff\xfe", b"", b"--- 1\n--- 2\n"):
        organisation, problems = parse_organisation(source, "organisation.yaml")
        assert organisation is None
        assert len(problems) == 1


@pytest.mark.parametrize(
    "folder", sorted(BPMN.glob("*/organisation.yaml")), ids=lambda p: p.parent.name
)
def test_the_shipped_organisations_are_valid_and_cite_only_their_clauses(folder: Path) -> None:
    clauses, problems = parse_clauses(folder.with_name("clauses.csv").read_bytes(), "clauses.csv")
    assert problems == []
    organisation, problems = parse_organisation(
        folder.read_bytes(), "organisation.yaml", clauses=clauses
    )
    assert problems == []
    assert organisation is not None
    assert organisation.key == folder.parent.name


def test_the_readings_of_a_clause_are_found_by_its_id() -> None:
    organisation, _ = parse_organisation(
        (BPMN / "derby" / "organisation.yaml").read_bytes(), "organisation.yaml"
    )
    assert organisation is not None
    assert [reading.id for reading in organisation.readings_of("DERBY-B-06")] == [
        "services-or-departments"
    ]
    assert organisation.readings_of("DERBY-1-01") == ()


def test_one_working_day_at_derby_over_christmas() -> None:
    organisation, _ = parse_organisation(
        (BPMN / "derby" / "organisation.yaml").read_bytes(), "organisation.yaml"
    )
    assert organisation is not None
    zone = organisation.calendar.zone
    assert organisation.calendar.working_days_after(
        datetime(2026, 12, 24, 16, tzinfo=zone), 1
    ) == datetime(2026, 12, 29, 17, tzinfo=zone)
