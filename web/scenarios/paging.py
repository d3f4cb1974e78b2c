"""Reads a paged listing to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.model.pages import LARGEST_PAGE, Page, PageRequest

T = TypeVar("T")


def every(listing: Callable[[PageRequest], Page[T]]) -> list[T]:
    """Return everything that a paged listing has."""
    found: list[T] = []
    token = None
    while True:
        page = listing(PageRequest(size=LARGEST_PAGE, token=token))
        found += page.items
        if page.next_token is None:
            return found
        token = page.next_token
