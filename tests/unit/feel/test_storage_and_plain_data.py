"""Values are stored and read back exactly, and go out as JSON without losing a digit."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import (
    BUILTINS,
    Date,
    DateTime,
    DaysTimeDuration,
    Range,
    Time,
    Value,
    YearsMonthsDuration,
    decode,
    encode,
    from_json,
    to_json,
)
from engine.feel.temporal import days_in_month
from engine.feel.zones import Offset, Region

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: len(number.as_tuple().digits) <= 34 and abs(number.adjusted()) < 6000
)
dates = st.builds(
    lambda year, month, day: Date(year, month, min(day, days_in_month(year, month))),
    st.integers(-999_999_999, 999_999_999),
    st.integers(1, 12),
    st.integers(1, 31),
)
zones = (
    st.none()
    | st.builds(Offset, st.integers(-64_800, 64_800))
    | st.sampled_from([Region("Europe/London"), Region("Etc/UTC"), Region("Asia/Dhaka")])
)
times = st.builds(
    Time,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.integers(0, 999_999_999),
    zones,
)
scalars = (
    st.none()
    | st.booleans()
    | decimals
    | st.text()
    | dates
    | times
    | st.builds(DateTime, dates, times)
    | st.builds(DaysTimeDuration, st.integers(-(10**30), 10**30))
    | st.builds(YearsMonthsDuration, st.integers(-(10**12), 10**12))
)
keys = st.text() | st.sampled_from(["$n", "$d", "$c", "$r", "$", "item", ""])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | st.builds(
            Range,
            inner,
            inner,
            st.booleans(),
            st.booleans(),
            st.sampled_from([None, "<", "=", "!="]),
        )
    ),
    max_leaves=12,
)


def exactly(value: Any) -> Any:
    """A value with its types and digits spelled out: 1.0 and 1 differ, and so do true and 1."""
    if isinstance(value, list):
        return [exactly(part) for part in value]
    if isinstance(value, dict):
        return {name: exactly(part) for name, part in value.items()}
    if isinstance(value, Range):
        return (
            "range",
            exactly(value.start),
            exactly(value.end),
            value.start_included,
            value.end_included,
            value.operator,
        )
    return (type(value).__name__, repr(value))


@given(values)
def test_what_is_stored_comes_back_the_same(value: Value) -> None:
    stored = json.dumps(encode(value))
    assert exactly(decode(json.loads(stored))) == exactly(value)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (Decimal(5), 5),
        (Decimal("5.0"), {"$n": "5.0"}),
        (Decimal("0.1"), {"$n": "0.1"}),
        ("2026-12-24", "2026-12-24"),
        (Date(2026, 12, 24), {"$d": "2026-12-24"}),
        ({"a": [True, None]}, {"a": [True, None]}),
        ({"$d": "mine"}, {"$c": {"$d": "mine"}}),
        ({"$d": "mine", "b": "x"}, {"$d": "mine", "b": "x"}),
    ],
)
def test_what_is_stored_is_short(value: Value, stored: Any) -> None:
    assert encode(value) == stored


def test_a_function_cannot_be_stored() -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        encode(BUILTINS["abs"])


@pytest.mark.parametrize("data", [{"$x": "y"}, {"$d": "tomorrow"}, 1.5])
def test_what_was_never_stored_is_not_read(data: Any) -> None:
    with pytest.raises(ValueError, match="was not written by encode"):
        decode(data)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("5.00"), 5),
        (Decimal("0.1"), 0.1),
        (Decimal(2**53), str(2**53)),
        (Decimal("9007199254740993"), "9007199254740993"),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Date(2026, 12, 24), "2026-12-24"),
        (DaysTimeDuration.of(3600), "PT1H"),
        (Range(Decimal(1), Decimal(2), True, False), "[1..2)"),
        ({"a": [Decimal(1), "x"]}, {"a": [1, "x"]}),
    ],
)
def test_what_goes_out_keeps_every_digit(value: Value, shown: Any) -> None:
    found = to_json(value)
    assert found == shown
    assert type(found) is type(shown)


def test_plain_data_comes_in() -> None:
    assert from_json(0.1) == Decimal("0.1")
    assert from_json({"a": (1, 2.5)}) == {"a": [Decimal(1), Decimal("2.5")]}
    assert from_json(True) is True
    assert from_json("2026-12-24") == "2026-12-24"
    assert from_json(timedelta(hours=1)) == DaysTimeDuration.of(3600)


@pytest.mark.parametrize(
    "data", [float("nan"), float("inf"), Decimal("NaN"), pytest.param(10**7000, id="huge")]
)
def test_what_is_not_finite_does_not_come_in(data: Any) -> None:
    with pytest.raises(ValueError, match="not a number that FEEL can hold"):
        from_json(data)


def test_data_too_deep_to_store_does_not_come_in() -> None:
    data: list[Any] = []
    for _ in range(300):
        data = [data]
    with pytest.raises(ValueError, match="nested more than 200 deep"):
        from_json(data)


@pytest.mark.parametrize("data", [object(), {1: 2}, b"bytes", {1, 2}])
def test_what_is_no_data_does_not_come_in(data: Any) -> None:
    with pytest.raises(TypeError):
        from_json(data)
