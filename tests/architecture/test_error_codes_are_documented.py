"""Every refusal has a code of its own, and the page of error codes lists them all."""

from __future__ import annotations

from collections import Counter

from tests.architecture.source_files import ROOT
from web.error_reference import errors, reference

PAGE = ROOT / "docs" / "reference" / "errors.md"


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "python -m web.error_reference > docs/reference/errors.md"
    )


def test_every_error_has_a_code_of_its_own():
    codes = Counter(error.code for error in errors())
    assert [code for code, count in codes.items() if count > 1] == []


def test_every_error_says_in_words_what_happened():
    assert [error.__name__ for error in errors() if not (error.__doc__ or "").strip()] == []
