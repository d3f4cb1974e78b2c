"""The snapshot of bank holidays agrees with the official list and with its own source."""

from __future__ import annotations

from datetime import date

import holidays as holidays_package
import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays as GovUk

from engine.content.bank_holidays import DIVISIONS, bank_holidays
from engine.content.bank_holidays.__main__ import snapshot

# GOV.UK's copy inside the package is older than the proclamation of this day.
PROCLAIMED_LATER = {"scotland": {date(2026, 6, 15)}}


@pytest.mark.parametrize("division", DIVISIONS)
def test_the_snapshot_equals_the_official_list_where_the_years_overlap(division: str) -> None:
    official = {
        event["date"] for event in GovUk(use_cached_holidays=True).get_holidays(division=division)
    }
    years = {day.year for day in official}
    assert len(years) >= 15
    ours = {day for day in bank_holidays(division).names if day.year in years}
    assert ours - PROCLAIMED_LATER.get(division, set()) == official


@pytest.mark.parametrize("division", DIVISIONS)
def test_the_file_is_what_its_source_gives(division: str) -> None:
    held = bank_holidays(division)
    if holidays_package.__version__ not in held.source:
        pytest.skip(f"the snapshot was made from another version: {held.source}")
    written = dict(
        line.split(",", 1) for line in snapshot(division).splitlines() if line[0].isdigit()
    )
    assert written == {day.isoformat(): name for day, name in held.names.items()}


def test_every_year_of_the_span_has_its_bank_holidays() -> None:
    for division in DIVISIONS:
        held = bank_holidays(division)
        by_year = dict.fromkeys(range(held.first_year, held.last_year + 1), 0)
        for day in held.names:
            by_year[day.year] += 1
        assert min(by_year.values()) >= 8
        assert (held.first_year, held.last_year) == (2012, 2035)


def test_a_division_without_a_snapshot_is_not_found() -> None:
    with pytest.raises(KeyError):
        bank_holidays("../../../etc/passwd")
