"""What the documentation points to is there."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source_files import ROOT, project_files

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
PAGES = [
    path
    for path in project_files()
    if path.suffix == ".md" and (path.parent == ROOT or path.relative_to(ROOT).parts[0] == "docs")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_record_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    records = {path.name for path in folder.glob("[0-9]*.md")}
    assert records - listed == set()
