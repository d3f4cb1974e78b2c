"""What becomes of a submission: typed variables, or an error for each field that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.content.forms import FormResult
from engine.feel import Date, from_instant, to_text
from tests.unit.content.submitted_forms import (
    CHOICES,
    LONDON,
    codes,
    evaluation,
    field,
    form,
    submit,
)


@pytest.mark.parametrize(
    ("component", "submitted", "value"),
    [
        (field(), " Ann ", "Ann"),
        (field(), "", None),
        (field(), None, None),
        (field("textarea"), "one\r\ntwo", "one\ntwo"),
        (field("number"), "12.50", Decimal("12.50")),
        (field("number"), 12.1, Decimal("12.1")),
        (field("number"), 3, Decimal(3)),
        (field("number"), " ", None),
        (field("number", serializeToString=True), "7", "7"),
        (field("checkbox"), True, True),
        (field("checkbox"), "on", True),
        (field("checkbox"), None, False),
        (field("radio", values=CHOICES), "yes", "yes"),
        (field("select", values=CHOICES), "3", Decimal(3)),
        (field("select", values=CHOICES), 3, Decimal(3)),
        (field("select", values=CHOICES), "", None),
        (field("checklist", values=CHOICES), ["yes", "3", "yes"], ["yes", Decimal(3)]),
        (field("checklist", values=CHOICES), "yes", ["yes"]),
        (field("taglist", values=CHOICES), None, []),
        (field("datetime"), "2026-12-24", Date(2026, 12, 24)),
        (field("datetime"), {"day": "24", "month": "12", "year": "2026"}, Date(2026, 12, 24)),
        (field("datetime"), {"day": "", "month": "", "year": ""}, None),
    ],
)
def test_an_answer_has_the_type_of_its_field(
    component: dict[str, Any], submitted: Any, value: Any
) -> None:
    result = submit(form(component), {"a": submitted})
    assert result.errors == []
    assert result.values == {"a": value}
    assert type(result.values["a"]) is type(value)


@pytest.mark.parametrize(
    ("submitted", "instant"),
    [
        ("2026-12-24T16:00", datetime(2026, 12, 24, 16, tzinfo=UTC)),
        ("2026-06-24T16:00", datetime(2026, 6, 24, 15, tzinfo=UTC)),
        ("2026-06-24 16:00", datetime(2026, 6, 24, 15, tzinfo=UTC)),
        ("2026-06-24T16:00:30+05:00", datetime(2026, 6, 24, 11, 0, 30, tzinfo=UTC)),
        (
            {"day": "24", "month": "6", "year": "2026", "time": "16:00"},
            datetime(2026, 6, 24, 15, tzinfo=UTC),
        ),
    ],
)
def test_a_date_and_time_is_read_on_the_organisations_clocks(
    submitted: Any, instant: datetime
) -> None:
    from engine.feel import instant as instant_of

    result = submit(form(field("datetime", subtype="datetime")), {"a": submitted})
    assert result.errors == []
    value = result.values["a"]
    assert instant_of(value, LONDON) == instant  # type: ignore[arg-type]


def test_a_time_is_read_with_or_without_seconds() -> None:
    asked = form(field("datetime", subtype="time"))
    assert to_text(submit(asked, {"a": "16:05"}).values["a"]) == "16:05:00"
    assert to_text(submit(asked, {"a": "16:05:09"}).values["a"]) == "16:05:09"


@pytest.mark.parametrize(
    ("component", "submitted", "code"),
    [
        (field(validate={"required": True}), "  ", "required"),
        (field("checkbox", validate={"required": True}), False, "required"),
        (field("checklist", values=CHOICES, validate={"required": True}), [], "required"),
        (field(), 5, "not_text"),
        (field(), "a\nb", "not_text"),
        (field(), "a\x00b", "not_text"),
        (field("textarea"), "x" * 50_001, "too_long"),
        (field(validate={"minLength": 3}), "ab", "too_short"),
        (field(validate={"maxLength": "= 1 + 1"}), "abc", "too_long"),
        (field(validate={"pattern": "^[A-Z]+$"}), "abc", "pattern"),
        (field(validate={"pattern": "^(a+)+$"}), "a" * 40 + "b", "pattern"),
        (field(validate={"validationType": "email"}), "a@b", "pattern"),
        (field(validate={"validationType": "phone"}), "call me", "pattern"),
        (field("number"), "twelve", "not_a_number"),
        (field("number"), True, "not_a_number"),
        (field("number"), "1e400", "not_a_number"),
        (field("number"), float("nan"), "not_a_number"),
        (field("number", decimalDigits=2), "1.005", "too_many_decimals"),
        (field("number", validate={"min": "=least"}), 4, "too_small"),
        (field("number", validate={"max": 3}), "3.01", "too_large"),
        (field("checkbox"), "perhaps", "not_true_or_false"),
        (field("radio", values=CHOICES), "no", "not_an_option"),
        (field("checklist", values=CHOICES), ["yes", "no"], "not_an_option"),
        (field("select", valuesKey="nobody"), "x", "not_an_option"),
        (field("datetime"), "24/12/2026", "not_a_date"),
        (field("datetime"), "2026-02-29", "not_a_date"),
        (field("datetime"), {"day": "1", "month": "2", "year": "26"}, "not_a_date"),
        (field("datetime"), {"day": "x", "month": "2", "year": "2026"}, "not_a_date"),
        (field("datetime", subtype="time"), "25:00", "not_a_time"),
        (field("datetime", subtype="datetime"), "2026-12-24", "not_a_date_and_time"),
        (field("datetime", subtype="datetime"), "2026-03-29T01:30", "not_a_date_and_time"),
        (field("datetime", disallowPassedDates=True), "2026-11-21", "in_the_past"),
        (field(), {"b": "c"}, "wrong_type"),
    ],
)
def test_a_wrong_answer_is_an_error_and_sets_nothing(
    component: dict[str, Any], submitted: Any, code: str
) -> None:
    result = submit(form(component), {"a": submitted}, {"least": Decimal(5)})
    assert codes(result)[0] == ("a", code)
    assert result.values == {}


@pytest.mark.parametrize(
    ("component", "submitted"),
    [
        (field("number", decimalDigits=2), "1.5000"),
        (field("number", validate={"min": 3, "max": 3}), "3"),
        (field(validate={"minLength": 2, "maxLength": 2}), "ab"),
        (field(validate={"validationType": "email"}), "ann@example.org"),
        (field(validate={"validationType": "phone"}), "+44 1632 960001"),
        (field("datetime", disallowPassedDates=True), "2026-11-22"),
        (field(validate={"minLength": 3}), ""),
    ],
)
def test_answers_at_the_limits_are_right(component: dict[str, Any], submitted: Any) -> None:
    assert submit(form(component), {"a": submitted}).errors == []


def test_an_error_names_the_field_as_people_know_it() -> None:
    asked = form(field(label="Date agreed", validate={"required": True}))
    assert submit(asked, {}).errors[0].message == "Date agreed needs an answer"


def test_what_the_form_does_not_ask_is_refused() -> None:
    asked = form(
        field(),
        {"type": "group", "path": "child", "components": [field(key="name")]},
        {"type": "dynamiclist", "path": "people", "components": [field(key="phone")]},
        field("expression", "sum", expression="= 1"),
    )
    result = submit(
        asked,
        {
            "a": "x",
            "approved": True,
            "child": {"name": "A", "born": "2010"},
            "people": [{"phone": "1", "role": "x"}],
            "sum": 5,
        },
    )
    assert codes(result) == [
        ("approved", "unknown_field"),
        ("child.born", "unknown_field"),
        ("people[0].role", "unknown_field"),
        ("sum", "unknown_field"),
    ]
    assert codes(submit(asked, {"child": "A"})) == [("child", "wrong_type")]
    assert codes(submit(asked, {"people": {"phone": "1"}})) == [("people", "not_a_list")]
    assert codes(submit(asked, {"people": [{}] * 201})) == [("people", "too_many")]


def test_a_hidden_field_is_not_checked_and_sets_nothing() -> None:
    asked = form(
        field("checkbox", "other"),
        field(key="reason", validate={"required": True}, conditional={"hide": "=not(other)"}),
    )
    assert submit(asked, {"other": False, "reason": "typed before"}).values == {"other": False}
    assert codes(submit(asked, {"other": True})) == [("reason", "required")]


def test_conditions_do_not_see_what_was_typed_into_a_hidden_field() -> None:
    asked = form(
        field(key="third", conditional={"hide": '=not(second = "yes")'}),
        field(key="second", conditional={"hide": '=not(first = "yes")'}),
        field(key="first"),
    )
    answers = {"first": "no", "second": "yes", "third": "x"}
    assert submit(asked, answers).values == {"first": "no"}
    assert set(submit(asked, {**answers, "first": "yes"}).values) == {"first", "second", "third"}


def test_conditions_that_contradict_each_other_still_end() -> None:
    asked = form(
        field(key="a", conditional={"hide": "=b != null"}),
        field(key="b", conditional={"hide": "=a != null"}),
    )
    assert submit(asked, {"a": "1", "b": "2"}).errors == []


def test_a_hidden_group_hides_what_is_in_it() -> None:
    asked = form(
        {
            "type": "group",
            "path": "child",
            "conditional": {"hide": "=adult"},
            "components": [field(key="name", validate={"required": True})],
        }
    )
    assert submit(asked, {}, {"adult": True}) == FormResult({}, [])
    assert codes(submit(asked, {}, {"adult": False})) == [("child.name", "required")]


def test_a_form_that_writes_a_part_of_a_variable_keeps_the_rest() -> None:
    asked = form(field(key="child.name"))
    before = {"child": {"name": "Old", "born": "2010"}, "other": "x"}
    result = submit(asked, {"child": {"name": "New"}}, before)
    assert result.values == {"child": {"name": "New", "born": "2010"}}
    assert before["child"] == {"name": "Old", "born": "2010"}


def test_a_list_has_a_checked_row_for_each_entry() -> None:
    asked = form(
        {
            "type": "dynamiclist",
            "path": "people",
            "components": [
                field(key="name", validate={"required": True}),
                field("checkbox", "injured"),
                field(key="injury", conditional={"hide": "=not(this.injured)"}),
                field("expression", "number", expression="= i"),
            ],
        }
    )
    result = submit(
        asked,
        {
            "people": [
                {"name": "A", "injured": True, "injury": "arm"},
                {"name": "B", "injury": "hidden"},
            ]
        },
        {"people": [{"name": "old"}] * 5},
    )
    assert result.errors == []
    assert result.values == {
        "people": [
            {"name": "A", "injured": True, "injury": "arm", "number": Decimal(1)},
            {"name": "B", "injured": False, "number": Decimal(2)},
        ]
    }
    assert codes(submit(asked, {"people": [{"name": "A"}, {}]})) == [
        ("people[1].name", "required")
    ]
    assert submit(asked, {"people": []}).values == {"people": []}


def test_an_expression_is_computed_from_the_answers() -> None:
    asked = form(
        field("number", "a"),
        field("expression", "b", expression="= a * rate"),
        field("expression", "c", expression="= b + 1"),
    )
    assert submit(asked, {"a": "4"}, {"rate": Decimal("0.5")}).values == {
        "a": Decimal(4),
        "b": Decimal(2),
        "c": Decimal(3),
    }


AGREED = field(
    "datetime",
    "agreed",
    label="Date agreed",
    validate={"required": True},
    properties={
        "validate": '= agreed >= nominated and agreed <= nominated + duration("P28D")',
        "message": "The date must be within 28 days of the nomination.",
    },
)


@pytest.mark.parametrize(
    ("agreed", "errors"),
    [
        ("2026-12-20", []),
        ("2026-12-21", [("agreed", "check_failed")]),
        ("2026-11-21", [("agreed", "check_failed")]),
        ("", [("agreed", "required")]),
    ],
)
def test_a_form_can_have_a_rule_of_its_own(agreed: str, errors: list[tuple[str, str]]) -> None:
    variables = {"nominated": Date(2026, 11, 22)}
    assert codes(submit(form(AGREED), {"agreed": agreed}, variables)) == errors


def test_a_rule_that_cannot_be_evaluated_fails_closed() -> None:
    assert codes(submit(form(AGREED), {"agreed": "2026-12-01"})) == [("agreed", "check_failed")]


def test_a_read_only_field_cannot_be_changed() -> None:
    asked = form(field(readonly=True), field("checkbox", "ok"))
    held = {"a": "kept"}
    assert submit(asked, {"ok": True}, held).values == {"ok": True}
    assert submit(asked, {"ok": True, "a": "kept"}, held).values == {"ok": True}
    assert codes(submit(asked, {"ok": True, "a": "forged"}, held)) == [("a", "read_only")]


def test_a_field_is_read_only_while_its_expression_is_true() -> None:
    asked = form(field(readonly="=locked"))
    assert codes(submit(asked, {"a": "new"}, {"a": "old", "locked": True})) == [("a", "read_only")]
    assert submit(asked, {"a": "new"}, {"a": "old", "locked": False}).values == {"a": "new"}


def test_a_read_only_date_may_be_sent_back_as_the_page_shows_it() -> None:
    asked = form(field("datetime", subtype="datetime", disabled=True))
    held = {"a": from_instant(datetime(2026, 6, 24, 15, tzinfo=UTC), LONDON)}
    assert submit(asked, {"a": "2026-06-24T16:00"}, held) == FormResult({}, [])


def test_a_default_of_a_read_only_field_is_set_once() -> None:
    asked = form(field(readonly=True, defaultValue="standard"))
    assert submit(asked, {}).values == {"a": "standard"}
    assert submit(asked, {}, {"a": "standard"}).values == {}


def test_choices_may_come_from_a_variable_or_an_expression() -> None:
    people = [{"label": "Ann", "value": "a1"}, "b2"]
    by_key = form(field("select", "who", valuesKey="people"))
    assert submit(by_key, {"who": "a1"}, {"people": people}).values == {"who": "a1"}
    assert codes(submit(by_key, {"who": "Ann"}, {"people": people})) == [("who", "not_an_option")]
    by_expression = form(field("select", "who", valuesExpression='=people[item != "b2"]'))
    assert codes(submit(by_expression, {"who": "b2"}, {"people": people})) == [
        ("who", "not_an_option")
    ]


def test_initial_values_come_from_the_variables_or_the_defaults() -> None:
    asked = form(
        field(key="name", defaultValue="nobody"),
        field("number", "age", defaultValue=18),
        {"type": "dynamiclist", "path": "people", "components": [field(key="phone")]},
    )
    assert asked.initial({"name": "Ann", "people": [{"phone": "1"}]}, evaluation()) == {
        "name": "Ann",
        "age": Decimal(18),
        "people[0].phone": "1",
    }
