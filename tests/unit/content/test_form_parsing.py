"""A .form file: what is read from it, and what is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.content.forms import ComponentKind, Form, parse_form
from engine.content.forms.components import Subtype
from engine.model.problems import Problem, Severity

BPMN = Path(__file__).parents[3] / "bpmn"


def parse(*components: dict[str, Any], **top: Any) -> tuple[Form | None, list[Problem]]:
    content = {"type": "default", "id": "f", "components": list(components), **top}
    return parse_form(json.dumps(content, indent=1).encode(), "f.form", clauses={"X-1"})


def field(kind: str = "textfield", key: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "id": f"id_{key}", **more}


def test_a_form_lists_the_fields_and_variables_it_writes_and_reads() -> None:
    form, problems = parse(
        field(label="Name", validate={"required": True}, properties={"clauses": "X-1"}),
        {
            "type": "group",
            "path": "child",
            "components": [
                field("datetime", "born", subtype="date"),
                field(key="school.name", conditional={"hide": "=age > 18"}),
            ],
        },
        {"type": "dynamiclist", "path": "people", "components": [field(key="phone")]},
        field("expression", "total", expression="= a + fee", computeOn="change"),
        {"type": "button", "label": "Send", "action": "submit"},
        {"type": "text", "text": "About {{ subject }}"},
    )
    assert problems == []
    assert form is not None
    assert [info.name for info in form.fields] == [
        "a",
        "child.born",
        "child.school.name",
        "people[].phone",
        "total",
    ]
    assert form.fields[0].required
    assert form.fields[0].label == "Name"
    assert form.writes == {"a", "child", "people", "total"}
    assert form.reads == {"age", "fee", "subject"}
    assert form.clauses == ("X-1",)
    assert form.components[1].children[0].subtype is Subtype.DATE
    assert form.components[2].kind is ComponentKind.DYNAMICLIST


@pytest.mark.parametrize(
    ("component", "code", "says"),
    [
        ({"type": "image", "id": "i"}, "unsupported_component", "components[0].type: image"),
        ({"type": "iframe"}, "unsupported_component", "iframe cannot be shown"),
        ({"type": "documentPreview", "key": "f"}, "unsupported_component", "documentPreview"),
        (
            {"type": "filepicker", "key": "f", "validate": {"minLength": 1}},
            "unsupported_property",
            "filepicker",
        ),
        ({"type": "carousel"}, "unsupported_component", "'carousel' is not a type"),
        ({"id": "x"}, "missing_key", "no type"),
        ({"type": "textfield"}, "missing_key", "needs a key"),
        (field(key="a b"), "wrong_value", "'a b' is not a key"),
        (field(key="a..b"), "wrong_value", "'a..b' is not a key"),
        (field(conditional={"hide": "=1 +"}), "bad_expression", "components[0].conditional.hide"),
        (field(conditional={"hide": "x = 1"}), "bad_expression", "= and FEEL"),
        (field(conditional={"show": "=true"}), "unsupported_property", "only condition is hide"),
        (field(readonly="=("), "bad_expression", "components[0].readonly"),
        (field(label="Dear {{ name"), "bad_expression", "no }}"),
        (field(label="{{#if a}}b{{/if}}"), "bad_expression", "Blocks"),
        (field("expression", "e"), "missing_key", "needs an expression"),
        (field("expression", "e", expression="=for"), "bad_expression", ".expression"),
        (field(validate={"min": 1}), "unsupported_property", "components[0].validate.min"),
        (field("number", validate={"pattern": "x"}), "unsupported_property", "pattern"),
        (field(validate={"pattern": "(("}), "wrong_value", "regular expression"),
        (field(validate={"validationType": "iban"}), "wrong_value", "email, phone and custom"),
        (field(validate={"maxLength": "ten"}), "wrong_value", "'ten' is neither"),
        (field(validate={"required": "yes"}), "wrong_value", "true or false"),
        (field("radio"), "missing_key", "exactly one of values"),
        (
            field("radio", values=[{"label": "A", "value": "a"}], valuesKey="b"),
            "missing_key",
            "exactly one of values",
        ),
        (
            field("radio", values=[{"label": "A", "value": "a"}, {"label": "B", "value": "a"}]),
            "duplicate_value",
            "offered twice",
        ),
        (
            field("radio", values=[{"label": "A", "value": "a"}], defaultValue="b"),
            "wrong_value",
            "'b' is not one of the values",
        ),
        (field("number", defaultValue="ten"), "wrong_value", "must be a number"),
        (field("datetime", subtype="month"), "wrong_value", "date, time, datetime"),
        (field(properties={"validate": "= a > 1"}), "missing_key", "message"),
        (field(properties={"validate": "= a >", "message": "no"}), "bad_expression", "validate"),
        (field(properties={"clauses": "X-1, X-2"}), "unknown_clause", "X-2"),
        ({"type": "group"}, "missing_key", "no components"),
        ({"type": "table", "dataSource": "=rows"}, "missing_key", "either columns"),
        ({"type": "html", "content": "<script>x</script>"}, "unsupported_markup", "<script>"),
    ],
)
def test_what_cannot_be_shown_or_checked_is_refused(
    component: dict[str, Any], code: str, says: str
) -> None:
    form, problems = parse(component)
    assert form is None
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert [problem.code for problem in errors] == [code]
    assert says in errors[0].message


def test_a_mistake_is_reported_at_its_line_column_and_component() -> None:
    source = b"""{
  "type": "default", "id": "f",
  "components": [
    {"type": "textfield", "id": "name", "key": "name",
     "conditional": {"hide": "= age >"}}
  ]
}"""
    _, problems = parse_form(source, "f.form")
    problem = problems[0]
    assert (problem.file, problem.line, problem.element_id) == ("f.form", 5, "name")
    assert problem.column is not None
    assert problem.column > 30


@pytest.mark.parametrize(
    "components",
    [
        [field(), {**field(), "id": "other"}],
        [field(), {**field(conditional={"hide": "=true"}), "id": "other"}],
        [field(key="a"), field(key="a.b")],
        [field(key="a"), {"type": "group", "path": "a", "components": [field(key="c")]}],
        [{"type": "dynamiclist", "path": "a", "components": [field(), {**field(), "id": "b"}]}],
    ],
)
def test_two_fields_never_write_the_same_place(components: list[dict[str, Any]]) -> None:
    form, problems = parse(*components)
    assert form is None
    assert {problem.code for problem in problems} == {"duplicate_key"}


def test_two_fields_that_exclude_each_other_may_share_a_key() -> None:
    form, problems = parse(
        field(conditional={"hide": "=b"}),
        {**field("number", conditional={"hide": "=not(b)"}), "id": "other"},
    )
    assert problems == []
    assert form is not None


def test_properties_without_effect_are_warned_about() -> None:
    form, problems = parse(field(colour="red", properties={"spell": "on"}), theme="dark")
    assert form is not None
    assert [(problem.severity, problem.code) for problem in problems] == [
        (Severity.WARNING, "unknown_property")
    ] * 3


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "A value is expected"),
        (b"{", "A key in quotes"),
        (b'{"id": "a", "id": "b"}', "'id' is written twice"),
        (b'{"id": "a",}', "A key in quotes"),
        (b'{"id": NaN}', "A value is expected"),
        (b"\xff\xfe", "Not UTF-8"),
        (b"[" * 100_000, "Nested deeper"),
        (b" " * (1024 * 1024 + 1), "larger than 1024 kB"),
        (b"[]", "an object"),
        (b'{"type": "default", "components": []}', "needs an id"),
        (b'{"id": "f", "type": "default"}', "no components"),
        (b'{"id": "f", "type": "wizard", "components": []}', '"default"'),
        (b'{"id": "f", "components": []} x', "follows the end"),
        (b'{"id": "f\x00", "components": []}', "Not JSON"),
    ],
)
def test_what_is_no_form_is_refused(source: bytes, says: str) -> None:
    form, problems = parse_form(source, "f.form")
    assert form is None
    assert says in problems[0].message


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        ("<p>See <a href='https://derby.gov.uk'>the policy</a>.</p>", True),
        ("<ul><li>{{ if a < b then 1 else 2 }}</li></ul>", True),
        ("<p onclick='x()'>a</p>", False),
        ("<a href='javascript:x()'>a</a>", False),
        ("<a href='//evil.example'>a</a>", False),
        ("<a href='/\\evil.example'>a</a>", False),
        ("<a href='{{ link }}'>a</a>", False),
        ("<abbr title='{{ name }}'>a</abbr>", False),
        ("<img src=x>", False),
        ("<!-- a -->", False),
        ("<p>a</div>", False),
        ("<div>a", False),
        ("</div>a", False),
        ("<style>p {}</style>", False),
        ("= html", False),
    ],
)
def test_html_keeps_to_a_few_safe_tags(content: str, allowed: bool) -> None:
    form, problems = parse({"type": "html", "content": content})
    assert (form is not None) is allowed, problems


SHIPPED = sorted(BPMN.glob("*/forms/*.form"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_the_shipped_forms_are_valid(path: Path) -> None:
    form, problems = parse_form(path.read_bytes(), path.name)
    assert [str(problem) for problem in problems] == []
    assert form is not None
