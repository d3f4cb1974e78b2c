"""Lists by `firstResult` and `maxResults`, over lists that are walked in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from engine.model.pages import LARGEST_PAGE, Page, PageRequest

T = TypeVar("T")
Pages = Callable[[PageRequest], Page[T]]


def some(asked: Any, pages: Pages[T], is_wanted: Callable[[T], bool]) -> list[T]:
    """Return the rows that a query asks for: those wanted, from `firstResult`, `maxResults` at most."""
    first, most = asked["firstResult"], asked["maxResults"]
    # Nothing is asked of the database for no rows: the Modeler's connection check.
    return list(islice(_wanted(pages, is_wanted), first, first + most)) if most else []


def how_many(pages: Pages[T], is_wanted: Callable[[T], bool]) -> int:
    """Return how many rows are wanted."""
    return sum(1 for _ in _wanted(pages, is_wanted))


def _wanted(pages: Pages[T], is_wanted: Callable[[T], bool]) -> Iterator[T]:
    token = None
    while True:
        page = pages(PageRequest(size=LARGEST_PAGE, token=token))
        yield from (row for row in page.items if is_wanted(row))
        token = page.next_token
        if token is None:
            return
