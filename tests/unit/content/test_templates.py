"""Notice templates: filled in for people, refused with a line when they cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.content.templates import Rendered, Template, parse_template
from engine.feel import Date, Evaluation, Time, from_instant

BPMN = Path(__file__).parents[3] / "bpmn"
LONDON = ZoneInfo("Europe/London")
HEAD = "---\nsubject: About {{ reference }}\nclauses: [X-1]\naudience: Head of Service\n---\n"


def template(text: str) -> Template:
    parsed, problems = parse_template(text.encode(), "templates/form_late.md")
    assert parsed is not None, problems
    return parsed


def render(text: str, **variables: Any) -> Rendered:
    evaluation = Evaluation(now=datetime(2026, 11, 22, tzinfo=UTC), zone=LONDON)
    return template(text).render(variables, evaluation)


def test_a_notice_is_filled_in() -> None:
    found = template(
        HEAD + '\nDear {{ name }},\n\nit is {{ if late then "late" else "on time" }}.\n'
    )
    assert (found.id, found.clauses, found.audience) == ("form_late", ("X-1",), "Head of Service")
    assert found.reads == {"reference", "name", "late"}
    notice = found.render(
        {"reference": "DSI-1", "name": "Ann", "late": True},
        Evaluation(now=datetime(2026, 11, 22, tzinfo=UTC)),
    )
    assert notice == Rendered("About DSI-1", "Dear Ann,\n\nit is late.")


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        (None, "not recorded"),
        (True, "yes"),
        (Decimal("12.50"), "12.5"),
        (Date(2026, 12, 4), "4 December 2026"),
        (Time(16, 5), "16:05"),
        (
            from_instant(datetime(2026, 6, 24, 15, tzinfo=UTC), ZoneInfo("UTC")),
            "Wednesday 24 June 2026 at 16:00",
        ),
        (["a", None, Decimal(2)], "a, not recorded, 2"),
        ([], "not recorded"),
    ],
)
def test_a_value_reads_as_people_write_it(value: Any, reads: str) -> None:
    assert render(HEAD + "{{ v }}", v=value).body == reads


def test_what_is_missing_prints_as_not_recorded() -> None:
    assert render(HEAD + "Seen by {{ who }}.") == Rendered(
        "About not recorded", "Seen by not recorded."
    )


def test_a_line_break_in_a_value_does_not_break_the_subject() -> None:
    subject = render(HEAD + "text", reference="1\r\nBcc: all@example.org").subject
    assert subject == "About 1 Bcc: all@example.org"


def test_braces_and_quotes_inside_a_placeholder_do_not_end_it() -> None:
    assert render(HEAD + '{{ {a: {b: "}}"}}.a.b }} {x}').body == "}} {x}"


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        (HEAD + "ok\nabc {{ 1 + }}", 7, None, "bad_placeholder"),
        (HEAD + "\n\nabc {{ 1", 8, 5, "bad_placeholder"),
        (HEAD + "{{#loop x}}", 6, 1, "bad_placeholder"),
        (HEAD.replace("{{ reference }}", "{{ reference"), 2, 10, "bad_placeholder"),
        (HEAD, 1, 1, "missing_text"),
        ("Dear all", 1, 1, "unreadable"),
        ("---\nsubject: x\n", 1, 1, "unreadable"),
        ("---\naudience: all\n---\ntext", 2, 1, "missing_key"),
        ("---\nsubject: x\ncolour: red\n---\ntext", 3, 9, "unknown_key"),
        ("---\nsubject: x\nclauses: [X-2]\n---\ntext", 3, 11, "unknown_clause"),
        ("---\nsubject: [\n---\ntext", 2, None, "unreadable"),
    ],
)
def test_a_mistake_is_refused_at_its_place(
    text: str, line: int, column: int | None, code: str
) -> None:
    parsed, problems = parse_template(text.encode(), "t.md", clauses={"X-1"})
    assert parsed is None
    assert (problems[0].code, problems[0].line) == (code, line)
    if column is not None:
        assert problems[0].column == column


@pytest.mark.parametrize(
    "path", sorted(BPMN.glob("*/templates/*.md")), ids=lambda p: f"{p.parts[-3]}/{p.stem}"
)
def test_the_shipped_templates_are_valid(path: Path) -> None:
    parsed, problems = parse_template(path.read_bytes(), path.name)
    assert [str(problem) for problem in problems] == []
    assert parsed is not None
