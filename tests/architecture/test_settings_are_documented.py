"""The settings page says what the code reads, and nothing mentions a setting that is not there."""

from __future__ import annotations

import re
from dataclasses import fields

from tests.architecture.source_files import ROOT, project_files
from web.settings import OF_COMMANDS, PREFIX, Settings
from web.settings_reference import reference

PAGE = ROOT / "docs" / "reference" / "settings.md"
NAMES = {PREFIX + setting.name.upper() for setting in fields(Settings)} | OF_COMMANDS.keys()
MENTION = re.compile(r"\bREMIT_[A-Z][A-Z_]+\b")


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "python -m web.settings_reference > docs/reference/settings.md"
    )


def test_every_setting_that_anything_mentions_exists():
    mentioned = {}
    for path in project_files():
        is_test = path.relative_to(ROOT).parts[0] == "tests"
        if path.suffix in {".py", ".md", ".yml", ".yaml", ".toml", ""} and not is_test:
            text = path.read_text(encoding="utf-8", errors="replace")
            for name in MENTION.findall(text):
                mentioned.setdefault(name, str(path.relative_to(ROOT)))
    assert {name: where for name, where in mentioned.items() if name not in NAMES} == {}
