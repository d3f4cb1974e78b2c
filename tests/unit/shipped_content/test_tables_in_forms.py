"""Tables that forms show: each column is headed by words and reads a name that the rows have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BPMN = Path(__file__).parents[3] / "bpmn"
NAME = re.compile(r"[a-z][a-z0-9_]*")


def tables(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        if component["type"] == "table":
            yield component
        yield from tables(component.get("components", []))


def shown() -> Iterator[Any]:
    for path in sorted(BPMN.glob("*/forms/*.form")):
        form = json.loads(path.read_text(encoding="utf-8"))
        for table in tables(form["components"]):
            for column in table.get("columns", []):
                yield pytest.param(column, id=f"{path.stem} {column['key']}")


@pytest.mark.parametrize("column", shown())
def test_a_column_reads_a_name_and_is_headed_by_words(column: dict[str, str]) -> None:
    assert NAME.fullmatch(column["key"])
    assert column["label"][:1].isupper()
