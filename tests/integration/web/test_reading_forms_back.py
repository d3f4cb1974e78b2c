"""What a page sends becomes answers, and a form's texts become safe HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from werkzeug.datastructures import MultiDict

from web.forms.markdown import to_html
from web.forms.submission import read, with_rows_changed


def sent(*fields: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(list(fields))


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("16:30", "16:30"),
        ("9:30", "09:30"),
        ("9.30", "09:30"),
        ("0930", "09:30"),
        ("4pm", "16:00"),
        ("4:30 PM", "16:30"),
        ("12am", "00:00"),
        ("12 pm", "12:00"),
        ("13pm", "13pm"),
        ("9", "9"),
        ("noon", "noon"),
        ("", ""),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, clock: str) -> None:
    found = read(sent(("answer:at", typed), ("clock", "at")))
    assert found.answers == {"at": clock}


def boxes(day: str, month: str, year: str, *time: str) -> MultiDict[str, str]:
    fields = [("answer:on.day", day), ("answer:on.month", month), ("answer:on.year", year)]
    marks = [("date", "on"), ("clock", "on.time")]
    return sent(*fields, *(("answer:on.time", text) for text in time), *marks)


def test_the_boxes_of_a_date_become_one_answer() -> None:
    assert read(boxes("1", "7", "2026")).answers == {"on": "2026-07-01"}
    assert read(boxes("01", "07", "2026", "9am")).answers == {"on": "2026-07-01T09:00"}


@pytest.mark.parametrize("date", [("31", "2", "2026"), ("1", "1", "26"), ("x", "1", "2026")])
def test_boxes_that_make_no_date_stay_as_typed(date: tuple[str, str, str]) -> None:
    day, month, year = date
    found = read(boxes(day, month, year))
    assert found.answers == {"on": {"day": day, "month": month, "year": year}}
    assert found.raw["on.day"] == [day]


def test_choices_of_several_are_a_list_even_of_one() -> None:
    found = read(sent(("answer:who", "police"), ("several", "who"), ("shown", "who")))
    assert found.answers == {"who": ["police"]}
    assert found.shown == {"who"}


def test_fields_that_are_no_answers_are_left_out() -> None:
    assert read(sent(("csrf_token", "x"), ("version", "1"))).answers == {}


def test_a_row_is_added_at_the_end_and_the_others_close_up() -> None:
    rows = [("answer:people[0].name", "Ann"), ("answer:people[1].name", "Bob")]
    added = with_rows_changed(sent(*rows, ("add_row", "people")))
    assert added.answers == {"people": [{"name": "Ann"}, {"name": "Bob"}, {}]}
    removed = with_rows_changed(sent(*rows, ("remove_row", "people[0]")))
    assert removed.answers == {"people": [{"name": "Bob"}]}


def test_removing_the_first_row_leaves_the_tenth() -> None:
    rows = [(f"answer:people[{number}].name", str(number)) for number in range(12)]
    found = with_rows_changed(sent(*rows, ("remove_row", "people[1]")))
    assert [row["name"] for row in found.answers["people"]] == [
        str(number) for number in range(12) if number != 1
    ]


def test_markdown_becomes_headings_lists_and_emphasis() -> None:
    drawn = to_html(
        "# Title\n\nA **bold** and *thin* text\non two lines.\n\n- one\n- two\n\n1. first"
    )
    assert drawn == (
        "<h3>Title</h3>\n<p>A <strong>bold</strong> and <em>thin</em> text on two lines.</p>\n"
        "<ul><li>one</li><li>two</li></ul>\n<ol><li>first</li></ol>"
    )


def test_links_go_to_the_web_only() -> None:
    assert to_html("[law](https://example.org/a?b=c&d=e)") == (
        '<p><a href="https://example.org/a?b=c&amp;d=e">law</a></p>'
    )
    assert "href" not in to_html("[x](javascript:alert(1))")


@given(st.text(alphabet="<>&\"'#*-_[]()!/ \nabc1.:", max_size=200))
def test_no_text_becomes_anything_but_harmless_html(text: str) -> None:
    drawn = html.fromstring(f"<div>{to_html(text)}</div>")
    harmless = {"div", "p", "ul", "ol", "li", "strong", "em", "a", "h3", "h4", "h5", "h6"}
    assert {element.tag for element in drawn.iter()} <= harmless
    assert {name for element in drawn.iter() for name in element.attrib} <= {"href"}
