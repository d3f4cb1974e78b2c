"""Modules are small, say what they own, and carry the words that the project has agreed on."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source_files import ROOT, modules, project_files

LONGEST = 400
REASON = re.compile(r"^# Longer than 400 lines because .{20,}", re.MULTILINE)
UNWANTED_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service"}
CUSTOMERS_WORD = re.compile(r"incident", re.IGNORECASE)


def test_no_module_is_longer_than_400_lines_without_a_reason():
    long = [
        str(path.relative_to(ROOT))
        for path in project_files()
        if path.suffix in {".py", ".ts"}
        and path.relative_to(ROOT).parts[0] != "migrations"  # records: written once, never grown
        and len(path.read_text(encoding="utf-8").splitlines()) > LONGEST
        and not REASON.search(path.read_text(encoding="utf-8"))
    ]
    assert long == []


def test_every_module_says_in_its_first_line_what_it_owns():
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(UNWANTED_NAMES))
def test_no_module_has_a_name_that_says_nothing(name):
    assert [p for p in modules() if p.stem == name or p.parent.name == name] == []


def test_the_engine_leaves_the_word_for_a_harmed_person_to_the_customer():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules("engine")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if CUSTOMERS_WORD.search(line)
    ]
    assert found == []
