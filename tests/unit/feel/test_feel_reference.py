"""The reference page is current and everything it shows is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.feel import BUILTINS, Value
from engine.feel.reference import CHAPTERS, reference

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "feel.md"
EXAMPLES = [(name, example) for name, built in BUILTINS.items() for example in built.examples]


def test_the_page_is_what_the_functions_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "run: python -m engine.feel.reference > docs/reference/feel.md"
    )


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_an_example_is_true(name: str, example: str, feel: Callable[..., Value]) -> None:
    assert name in example
    assert feel(example) is True


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_a_function_is_documented_with_an_example(name: str) -> None:
    built = BUILTINS[name]
    assert built.documentation
    assert built.examples
    assert built.chapter in CHAPTERS
