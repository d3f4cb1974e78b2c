"""How lists are asked for and answered: `page_size`, `page_token`, `items`, `next_page_token`."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, fields, post_load
from marshmallow.validate import Range

from engine.model.pages import LARGEST_PAGE, PageRequest
from webhooks.api.page_tokens import SealedToken


class PageQuery(Schema):
    """The query of a list without filters."""

    page_size = fields.Integer(
        load_default=50,
        validate=Range(1, LARGEST_PAGE),
        metadata={"description": "How many items at most."},
    )
    page_token = SealedToken(
        load_default=None,
        metadata={"description": "The `next_page_token` of the page before."},
    )

    @post_load
    def make_page(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put size and token together as the engine's page request; filters stay beside it."""
        page = PageRequest(size=data.pop("page_size"), token=data.pop("page_token"))
        return {"page": page, **data}


@cache
def page_of(item: type[Schema]) -> Schema:
    """Return the schema of one page of `item`."""
    name = item.__name__.removesuffix("Schema") + "PageSchema"
    page: type[Schema] = Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item())),
            "next_page_token": SealedToken(
                attribute="next_token",
                allow_none=True,
                metadata={"description": "Ask for the next page with it; null on the last."},
            ),
        },
        name=name,
    )
    return page()
