"""An administrator holds a case up on its page; everybody sees that it is, by whom and why."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.api.world import World
from tests.integration.web.browser import Browser
from tests.integration.web.test_doing_a_task import FILLED, reported

Visit = Callable[..., Browser]
SUSPENDED = "This case is suspended: nothing of it moves."


def test_a_suspended_case_says_so_in_words_and_goes_on_when_it_is_activated(
    world: World, visit: Visit
) -> None:
    worker = reported(visit)
    task = worker.address
    [instance] = world.caller().get("/process-instances").json["items"]
    case = f"/process-instances/{instance['id']}"
    admin = visit("Alex Reid").opens(case)
    assert SUSPENDED not in admin.text
    admin.types(reason="  ").presses("Suspend this case")
    assert "Say why first" in admin.text
    admin.types(reason="The police have asked us to wait").presses("Suspend this case")
    assert SUSPENDED in admin.text
    assert "Alex Reid suspended it on" in admin.text
    assert "The police have asked us to wait" in admin.text
    assert instance["business_key"] in admin.opens("/process-instances?view=suspended").text

    assert "This case is suspended" in worker.opens(task).text
    worker.types(**FILLED).sends()
    assert worker.status == 409
    assert "nothing was completed" in worker.text
    assert worker.value("what_happened") == "A ladder fell."
    assert "Activate this case" not in worker.opens(case).text
    assert SUSPENDED in worker.text

    admin.opens(case).presses("Activate this case")
    assert SUSPENDED not in admin.text
    assert "Goes on" in admin.text
    assert worker.opens(task).types(**FILLED).sends().status == 200


def test_only_who_may_hold_a_case_up_is_offered_it_or_can(world: World, visit: Visit) -> None:
    worker = reported(visit)
    [instance] = world.caller().get("/process-instances").json["items"]
    case = f"/process-instances/{instance['id']}"
    worker.opens(case)
    assert "Suspend this case" not in worker.text
    token = worker.value("csrf_token")
    for verb in ("suspend", "activate"):
        data = {"csrf_token": token, "reason": "x"}
        assert worker.client.post(f"{case}/{verb}", data=data).status_code == 403
    assert world.caller().get(case).json["state"] == "running"
