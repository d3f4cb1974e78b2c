"""Lists are walked page by page."""

from __future__ import annotations

import pytest

from tests.integration.api.world import World


@pytest.mark.parametrize("path", ["/process-instances", "/user-tasks"])
def test_walking_the_pages_meets_everything_once(world: World, path: str) -> None:
    caller = world.caller()
    for number in range(7):
        caller.starts(f"H-{number}")
    seen: list[str] = []
    query: dict[str, object] = {"page_size": 3}
    while True:
        page = caller.get(path, **query).json
        assert set(page) == {"items", "next_page_token"}
        seen += [item["id"] for item in page["items"]]
        if page["next_page_token"] is None:
            break
        assert len(page["items"]) == 3
        query["page_token"] = page["next_page_token"]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("size", ["0", "-1", "201", "many"])
def test_a_page_size_out_of_bounds_is_refused(world: World, size: str) -> None:
    answer = world.caller().get("/process-instances", page_size=size)
    assert answer.status_code == 422
    assert answer.json["fields"][0]["field"] == "page_size"


def test_a_history_is_paged_in_order(world: World) -> None:
    caller = world.caller()
    path = f"/process-instances/{caller.starts()}/history"
    first = caller.get(path, page_size=2).json
    second = caller.get(path, page_size=2, page_token=first["next_page_token"]).json
    assert [event["sequence"] for event in first["items"] + second["items"]][:3] == [1, 2, 3]
