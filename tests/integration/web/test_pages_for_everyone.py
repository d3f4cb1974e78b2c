"""What every page owes to people who do not see, use no mouse, or have no scripts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.integration.api.world import World, content
from tests.integration.web.browser import Browser, words
from tests.integration.web.test_doing_a_task import FILLED, reported

Visit = Callable[..., Browser]


def _sign_in(world: World, visit: Visit) -> Browser:
    return visit()


def _inbox(world: World, visit: Visit) -> Browser:
    reported(visit)
    return visit("Wendy Hartley")


def _report(world: World, visit: Visit) -> Browser:
    return visit("Wendy Hartley").opens("/report")


def _task(world: World, visit: Visit) -> Browser:
    return reported(visit).presses("Add one Witnesses")


def _task_with_errors(world: World, visit: Visit) -> Browser:
    return reported(visit).types(place="indoors").sends().sends()


def _task_with_questions_called_like_the_page(world: World, visit: Visit) -> Browser:
    form = json.loads(content()["record.form"])
    form["components"] += [
        {"id": f"own_{key}", "type": "textfield", "key": key, "label": f"The {key}"}
        for key in ("comment", "to", "main", "answers", "csrf_token", "version", "shown")
    ]
    form["components"].append(
        {
            "id": "own_time",
            "type": "datetime",
            "key": "date",
            "subtype": "time",
            "timeLabel": "Time",
        }
    )
    files = content() | {"record.form": json.dumps(form).encode()}
    assert world.caller().deploys(files).status_code == 201
    return reported(visit)


def _case(world: World, visit: Visit) -> Browser:
    reported(visit).types(**FILLED).sends()
    world.passes(timedelta(seconds=1))
    head = visit("Helen Shaw").follows("Decide what to do")
    return head.opens(head.page.xpath("//dl//a/@href")[0])


def _cases(world: World, visit: Visit) -> Browser:
    return reported(visit).opens("/process-instances")


def _error(world: World, visit: Visit) -> Browser:
    return visit("Wendy Hartley").opens("/nowhere")


@pytest.fixture(
    params=[
        _sign_in,
        _inbox,
        _report,
        _task,
        _task_with_errors,
        _task_with_questions_called_like_the_page,
        _case,
        _cases,
        _error,
    ]
)
def browser(request: pytest.FixtureRequest, world: World, visit: Visit) -> Browser:
    """Somebody at each kind of page."""
    shown: Browser = request.param(world, visit)
    return shown


def test_every_field_has_a_label_and_every_group_a_legend(browser: Browser) -> None:
    page = browser.page
    for field in page.xpath("//input | //select | //textarea"):
        if field.get("type") == "hidden":
            continue
        [label] = page.xpath("//label[@for=$id]", id=field.get("id"))
        assert words(label)
    for group in page.xpath("//fieldset"):
        assert group[0].tag == "legend" or not group.xpath(".//input[@type='radio']")


def test_what_describes_or_labels_something_is_on_the_page_once(browser: Browser) -> None:
    page = browser.page
    ids = Counter(page.xpath("//@id"))
    assert [found for found, number in ids.items() if number > 1] == []
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for value in page.xpath(f"//@{attribute}"):
            for reference in value.split():
                assert reference in ids, f"{attribute}={reference}"
    for link in page.xpath("//a/@href[starts-with(., '#')]"):
        assert link[1:] in ids


def test_a_page_has_a_language_a_title_one_heading_and_a_way_past_the_navigation(
    browser: Browser,
) -> None:
    page = browser.page
    assert page.get("lang") == "en-GB"
    assert page.findtext(".//title", "").endswith("– Remit")
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//body/*")[0].get("href") == "#main"
    levels = [int(found.tag[1]) for found in page.xpath("//h1|//h2|//h3|//h4")]
    body = levels[levels.index(1) :]
    assert all(later <= earlier + 1 for earlier, later in pairwise(body))


def test_a_page_needs_no_script_and_nothing_from_elsewhere(browser: Browser) -> None:
    page = browser.page
    assert not page.xpath(
        "//script[not(@src)] | //script/text() | //style | //@style | //@onclick | //@onload"
    )
    for address in page.xpath("//@src | //link/@href | //form/@action | //@formaction"):
        assert address.startswith("/"), address
    assert browser.answer is not None
    assert browser.answer.headers["Cache-Control"] == "no-store"


def test_every_button_and_link_says_what_it_does(browser: Browser) -> None:
    for element in browser.page.xpath("//a | //button"):
        assert words(element)


def test_the_style_sheet_stands_alone(world: World) -> None:
    sheet = world.app.test_client().get("/static/remit.css")
    assert sheet.status_code == 200
    for foreign in ("url(", "@import", "GDS Transport"):
        assert foreign not in sheet.text
