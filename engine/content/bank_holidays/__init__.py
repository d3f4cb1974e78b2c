"""The bank holidays of the United Kingdom as a snapshot beside this file. Never asks the network."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")
"""The divisions as GOV.UK names them; each is a file `<division>.csv`."""


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """One division's bank holidays, complete from `first_year` to `last_year`."""

    division: str
    source: str
    first_year: int
    last_year: int
    names: dict[date, str]


@lru_cache(maxsize=len(DIVISIONS))
def bank_holidays(division: str) -> BankHolidays:
    """Return the snapshot of a division; KeyError for a division that has none."""
    if division not in DIVISIONS:
        raise KeyError(division)
    text = files(__package__).joinpath(f"{division}.csv").read_text(encoding="utf-8")
    header = {}
    rows = []
    for line in text.splitlines():
        if line.startswith("#"):
            key, _, value = line.removeprefix("#").partition(":")
            header[key.strip()] = value.strip()
        else:
            rows.append(line)
    return BankHolidays(
        division=division,
        source=header["source"],
        first_year=int(header["first year"]),
        last_year=int(header["last year"]),
        names={date.fromisoformat(row["date"]): row["name"] for row in csv.DictReader(rows)},
    )
