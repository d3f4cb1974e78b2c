"""Pages of a long list, walked by an opaque token."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from engine.model.errors import RemitError

LARGEST_PAGE = 200

T = TypeVar("T")


class BadPageToken(RemitError):
    """The page token was not made by an earlier answer of the same list."""

    code: ClassVar[str] = "bad_page_token"

    def __init__(self) -> None:
        super().__init__(
            "This page_token was not made by an earlier page of this list. "
            "Start again without page_token."
        )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: `size` rows (1 to 200) after the place that `token` names."""

    size: int = 50
    token: str | None = None

    @property
    def rows(self) -> int:
        return max(1, min(self.size, LARGEST_PAGE))

    def after(self) -> list[Any] | None:
        """Return the sort key of the last row already seen, None for the first page."""
        if self.token is None:
            return None
        try:
            key = json.loads(base64.urlsafe_b64decode(self.token.encode() + b"=="))
        except (ValueError, binascii.Error) as error:
            raise BadPageToken from error
        if not isinstance(key, list):
            raise BadPageToken
        return key


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the token of the next page if there is one."""

    items: tuple[T, ...]
    next_token: str | None = None

    @classmethod
    def of(cls, rows: Sequence[T], request: PageRequest, key: Callable[[T], list[Any]]) -> Page[T]:
        """Return the first page of rows that come after the request's token already."""
        items = tuple(rows[: request.rows])
        more = len(rows) > request.rows
        return cls(items, page_token(key(items[-1])) if more else None)


def page_token(key: list[Any]) -> str:
    """Return the opaque token of the page that follows the row with this sort key."""
    text = json.dumps(key, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
