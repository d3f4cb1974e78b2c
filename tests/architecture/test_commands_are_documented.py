"""The commands page says what the commands say, and nothing is listed that is not there."""

from __future__ import annotations

from tests.architecture.source_files import ROOT
from web.commands.reference import reference

PAGE = ROOT / "docs" / "reference" / "commands.md"


def test_the_page_is_what_the_commands_say():
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "python -m web.commands.reference > docs/reference/commands.md"
    )
