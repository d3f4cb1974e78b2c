"""Writes the snapshot anew from PyPI `holidays`; a developer's tool, never run in service."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from engine.content.bank_holidays import DIVISIONS

FIRST_YEAR, LAST_YEAR = 2012, 2035
SUBDIVISIONS = dict(zip(DIVISIONS, ("ENG", "SCT", "NIR"), strict=True))
SATURDAY = 5


def snapshot(division: str) -> str:
    """Return the text of a division's file.

    A bank holiday never falls on a weekend: another day is substituted. The package lists the
    original beside its substitute, GOV.UK only the substitute, and so does the snapshot.
    """
    import holidays  # a development dependency: absent in service

    days = holidays.country_holidays(
        "GB",
        subdiv=SUBDIVISIONS[division],
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        language="en_GB",
    )
    lines = [
        f"# source: PyPI holidays {version('holidays')}, GB-{SUBDIVISIONS[division]}, weekdays only",
        "# written by: python -m engine.content.bank_holidays",
        f"# first year: {FIRST_YEAR}",
        f"# last year: {LAST_YEAR}",
        "date,name",
        *(f"{day},{name}" for day, name in sorted(days.items()) if day.weekday() < SATURDAY),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every division's file beside this module."""
    for division in DIVISIONS:
        path = Path(__file__).with_name(f"{division}.csv")
        path.write_text(snapshot(division), encoding="utf-8")
        sys.stdout.write(f"{path.name} written\n")


if __name__ == "__main__":
    main()
