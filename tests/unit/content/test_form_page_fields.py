"""Fields as a page sends them: flat names become nested data, whatever somebody sends."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.content.forms import nested
from engine.content.forms.keys import key_text, parse_key
from tests.unit.content.submitted_forms import (
    CHOICES,
    evaluation,
    field,
    form,
    submit,
)


def test_fields_of_a_page_become_nested_data() -> None:
    assert nested(
        {
            "a": "1",
            "child.name": "A",
            "people[0].name": "x",
            "people[2].name": "y",
            "when.day": "1",
        }
    ) == {
        "a": "1",
        "child": {"name": "A"},
        "people": [{"name": "x"}, {"name": "y"}],
        "when": {"day": "1"},
    }


def test_names_that_are_no_keys_stay_visible_as_unknown_fields() -> None:
    odd = {"a[": "1", "": "2", "a.b": "3", "a": "4", "people[9999].x": "5", "[0]": "6"}
    result = submit(form(field()), nested(odd))
    assert result.errors
    assert result.values == {}


names = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)
keys = st.lists(st.one_of(names, st.integers(0, 199)), min_size=1, max_size=5).filter(
    lambda steps: isinstance(steps[0], str)
)


@given(keys)
def test_a_key_is_read_back_from_its_text(key: list[str | int]) -> None:
    assert parse_key(key_text(key)) == tuple(key)


json_data = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
EVERYTHING = form(
    field(key="text"),
    field("number", "number"),
    field("datetime", "when", subtype="datetime"),
    field("checkbox", "box"),
    field("select", "choice", values=CHOICES),
    field("checklist", "choices", values=CHOICES),
    {"type": "group", "path": "group", "components": [field(key="inner")]},
    {"type": "dynamiclist", "path": "rows", "components": [field("number", "n")]},
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["text", "number", "when", "box", "choice", "choices", "group", "rows", "x"]
        ),
        json_data,
    )
)
def test_whatever_is_submitted_gives_values_or_errors_never_a_crash(data: dict[str, Any]) -> None:
    result = submit(EVERYTHING, data)
    assert bool(result.errors) != bool(result.values)
    EVERYTHING.present({}, evaluation(), data)


@given(st.dictionaries(st.text(alphabet="ab.[]01", max_size=8), st.text(max_size=2), max_size=6))
def test_any_names_can_be_nested(flat: dict[str, str]) -> None:
    assert isinstance(nested(flat), dict)
