"""What a page is given to draw: texts, values, choices, conditions, rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.content.forms import Form, PresentedComponent, parse_form
from engine.feel import Date, Evaluation, from_instant

LONDON = ZoneInfo("Europe/London")


def form(*components: dict[str, Any]) -> Form:
    content = {"type": "default", "id": "f", "components": list(components)}
    parsed, problems = parse_form(json.dumps(content).encode(), "f.form")
    assert parsed is not None, problems
    return parsed


def draw(
    *components: dict[str, Any],
    variables: dict[str, Any] | None = None,
    submitted: dict[str, Any] | None = None,
) -> list[PresentedComponent]:
    evaluation = Evaluation(now=datetime(2026, 11, 22, 12, tzinfo=UTC), zone=LONDON)
    return form(*components).present(variables or {}, evaluation, submitted)


def field(kind: str = "textfield", key: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, **more}


def test_a_field_is_drawn_with_its_texts_rules_and_value() -> None:
    (drawn,) = draw(
        field(
            "number",
            label='="Fee for " + name',
            description="In pounds, {{ name }}",
            appearance={"prefixAdorner": "£", "suffixAdorner": "per day"},
            validate={"required": True, "min": 0, "max": "=most"},
            decimalDigits=2,
            increment="0.5",
            layout={"row": "r1", "columns": 8},
            properties={"clauses": "X-1"},
        ),
        variables={"a": Decimal("12.50"), "name": "Ann", "most": Decimal(99)},
    )
    assert (drawn.key, drawn.label, drawn.description) == ("a", "Fee for Ann", "In pounds, Ann")
    assert (drawn.prefix, drawn.suffix, drawn.value) == ("£", "per day", "12.5")
    assert (drawn.required, drawn.minimum, drawn.maximum) == (True, Decimal(0), Decimal(99))
    assert (drawn.decimal_digits, drawn.increment) == (2, Decimal("0.5"))
    assert (drawn.layout.row, drawn.layout.columns, drawn.clauses) == ("r1", 8, ("X-1",))


def test_values_are_drawn_as_inputs_take_them() -> None:
    drawn = draw(
        field("datetime", "day"),
        field("datetime", "moment", subtype="datetime", dateLabel="Day", timeLabel="Time"),
        field("checkbox", "box"),
        field("checklist", "several", values=[{"label": "A", "value": 1}, {"value": 2}]),
        variables={
            "day": Date(2026, 12, 24),
            "moment": from_instant(datetime(2026, 6, 24, 15, tzinfo=UTC), LONDON),
            "box": True,
            "several": [Decimal(2)],
        },
    )
    assert [part.value for part in drawn] == ["2026-12-24", "2026-06-24T16:00", True, ["2"]]
    assert (drawn[1].label, drawn[1].time_label) == ("Day", "Time")
    assert [(option.label, option.text, option.selected) for option in drawn[3].options] == [
        ("A", "1", False),
        ("2", "2", True),
    ]


def test_a_hidden_component_is_marked_not_left_out() -> None:
    drawn = draw(
        field(conditional={"hide": "=b"}),
        {"type": "group", "conditional": {"hide": "=b"}, "components": [field(key="c")]},
        variables={"b": True, "a": "secret"},
    )
    assert [part.visible for part in drawn] == [False, False]
    assert not drawn[1].rows[0][0].visible
    assert drawn[0].value is None


def test_answers_that_were_refused_are_drawn_as_they_were_typed() -> None:
    drawn = draw(
        field("number"),
        field("datetime", "day"),
        field(key="fixed", readonly=True),
        variables={"a": Decimal(1), "fixed": "x"},
        submitted={"a": "twelve", "day": "31/2"},
    )
    assert [part.value for part in drawn] == ["twelve", "31/2", "x"]
    assert drawn[2].read_only


def test_texts_are_filled_in_and_html_values_escaped() -> None:
    drawn = draw(
        {"type": "text", "text": "Agreed with {{ who }} on {{ day }}; {{ nothing }}."},
        {"type": "html", "content": "<p>By <strong>{{ who }}</strong> & co</p>"},
        field("expression", "late", expression="= true"),
        {"type": "spacer", "height": 20},
        {"type": "separator"},
        variables={"who": "<b>Ann</b>", "day": Date(2026, 12, 24)},
    )
    assert drawn[0].text == "Agreed with <b>Ann</b> on 24 December 2026; ."
    assert drawn[1].html == ("<p>By <strong>&lt;b&gt;Ann&lt;/b&gt;</strong> &amp; co</p>")
    assert (drawn[2].text, drawn[3].height) == ("yes", 20)


def test_a_table_is_headings_and_cells() -> None:
    rows = [{"name": "A", "due": Date(2026, 12, 24)}, {"name": "B"}]
    written, computed = draw(
        {
            "type": "table",
            "dataSource": "=rows",
            "columns": [{"label": "Name", "key": "name"}, {"label": "Due", "key": "due"}],
            "rowCount": 5,
        },
        {
            "type": "table",
            "dataSource": "=rows",
            "columnsExpression": '=[{label: "N", key: "name"}]',
        },
        variables={"rows": rows},
    )
    assert written.table == (("Name", "Due"), ("A", "24 December 2026"), ("B", ""))
    assert written.row_count == 5
    assert computed.table == (("N",), ("A",), ("B",))


PEOPLE = {
    "type": "dynamiclist",
    "path": "people",
    "label": "People",
    "components": [
        field(key="name"),
        {"type": "group", "path": "home", "components": [field(key="street")]},
        field(key="why", conditional={"hide": "=name = null"}),
    ],
}


def test_a_list_is_drawn_row_by_row_with_a_blank_row_to_add() -> None:
    (drawn,) = draw(PEOPLE, variables={"people": [{"name": "A"}, {"home": {"street": "S"}}]})
    assert drawn.key == "people"
    assert [[part.key for part in row] for row in drawn.rows] == [
        ["people[0].name", "people[0].home", "people[0].why"],
        ["people[1].name", "people[1].home", "people[1].why"],
    ]
    assert drawn.rows[0][0].value == "A"
    assert drawn.rows[1][1].rows[0][0].value == "S"
    assert [row[2].visible for row in drawn.rows] == [True, False]
    assert drawn.blank_row[0].key == "people[new].name"
    assert drawn.blank_row[1].rows[0][0].key == "people[new].home.street"
    assert drawn.blank_row[0].value is None


def test_a_list_without_entries_begins_with_its_default_rows() -> None:
    assert len(draw({**PEOPLE, "defaultRepetitions": 3})[0].rows) == 3
    assert len(draw(PEOPLE, submitted={"people": []})[0].rows) == 0
    fixed = draw({**PEOPLE, "allowAddRemove": False})[0]
    assert (fixed.blank_row, fixed.rows_can_change) == ((), False)
