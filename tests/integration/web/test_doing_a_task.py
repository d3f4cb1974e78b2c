"""From the report page over the inbox and the task's form to the history: one person's work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.integration.api.world import World
from tests.integration.web.browser import Browser

Visit = Callable[..., Browser]

FILLED: dict[str, Any] = {
    "what_happened": "A ladder fell.",
    "people_hurt": "2",
    "occurred_at_day": "23",
    "occurred_at_month": "12",
    "occurred_at_year": "2026",
    "occurred_at_time": "9.30am",
    "place": "outdoors",
}


def reported(visit: Visit, name: str = "Wendy Hartley") -> Browser:
    """Return the browser of somebody who has just started a report."""
    return visit(name).follows("Report").presses("Start a report")


def test_a_report_starts_the_procedure_and_leads_to_its_first_task(
    world: World, visit: Visit
) -> None:
    browser = visit("Wendy Hartley").follows("Report")
    assert browser.heading == "Report harm"
    assert "See to the people first." in browser.text
    assert "Near misses count." in browser.text
    browser.presses("Start a report")
    assert browser.heading == "Record what happened"
    [instance] = world.caller().get("/process-instances").json["items"]
    assert instance["business_key"].startswith("HARM-2026-")
    assert instance["started_by"] == "wendy"
    assert f"Its reference is {instance['business_key']}" in browser.text


def test_a_report_of_anything_else_is_not_found(world: World, visit: Visit) -> None:
    browser = visit("Wendy Hartley")
    token = browser.value("csrf_token")
    assert browser.client.post("/report/other", data={"csrf_token": token}).status_code == 404


def test_a_task_says_what_why_since_when_and_by_when(visit: Visit) -> None:
    browser = reported(visit)
    for words in (
        "Write down what happened while it is fresh.",
        "Harm is recorded on the day it is noticed",
        "Clause TOWN-1",
        "Due in 4 hours",
        "Wednesday 23 December 2026 at 2pm",
        "Wednesday 23 December 2026 at 10am (less than a minute ago)",
        "Asked of Worker",
    ):
        assert words in browser.text


def test_a_filled_form_completes_the_task(world: World, visit: Visit) -> None:
    browser = reported(visit).types(**FILLED, services=["police"]).sends()
    assert browser.address == "/inbox"
    assert "Completed: Record what happened" in browser.text
    [instance] = world.caller().get("/process-instances").json["items"]
    variables = (
        world.caller().get(f"/process-instances/{instance['id']}/variables").json["variables"]
    )
    assert variables["people_hurt"] == 2
    assert variables["occurred_at"].startswith("2026-12-23T09:30:00")
    assert variables["services"] == ["police"]
    assert variables["family_told"] is False


def test_what_is_wrong_is_said_beside_its_field_and_every_answer_is_kept(visit: Visit) -> None:
    browser = reported(visit)
    wrong = {**FILLED, "people_hurt": "two", "occurred_at_day": "31", "occurred_at_month": "2"}
    browser.types(**wrong, services=["police", "ambulance"]).sends()
    assert browser.status == 422
    assert browser.page.findtext(".//title", "").startswith("Error: ")
    summary = browser.page.xpath("//*[@role='alert']//a")
    assert [link.get("href") for link in summary] == ["#people_hurt", "#occurred_at"]
    for link in summary:
        target = browser.page.get_element_by_id(link.get("href")[1:])
        assert target.tag == "input"
    assert "How many people were hurt must be a number" in browser.text
    assert "When it happened must be a real date" in browser.text
    kept = {name: browser.value(name) for name in wrong}
    assert kept == {**wrong, "occurred_at_time": "9.30am"}
    ticked = browser.page.xpath("//input[@type='checkbox'][@checked]/@value")
    assert ticked == ["police", "ambulance"]
    browser.types(people_hurt="0", occurred_at_day="22", occurred_at_month="12")
    assert browser.sends().address == "/inbox"


def test_an_answer_that_opens_a_question_shows_it_before_completing(visit: Visit) -> None:
    browser = reported(visit)
    assert browser.value("building") is None
    browser.types(**{**FILLED, "place": "indoors"}).sends()
    assert "Your answers opened more questions" in browser.text
    assert browser.value("building") == ""
    assert browser.value("what_happened") == "A ladder fell."
    browser.sends()
    assert "Which building needs an answer" in browser.text
    assert browser.types(building="Town Hall").sends().address == "/inbox"


def test_rows_of_a_list_are_added_and_removed_without_losing_answers(
    world: World, visit: Visit
) -> None:
    browser = reported(visit).types(**FILLED).presses("Add one Witnesses")
    assert browser.value("what_happened") == "A ladder fell."
    browser.types(witnesses_0_name="Ann").presses("Add another Witnesses")
    browser.types(witnesses_1_name="Bob").presses("Add another Witnesses")
    assert browser.value("witnesses_0_name") == "Ann"
    assert browser.value("witnesses_1_name") == "Bob"
    browser.types(witnesses_2_name="Cy").presses("Remove Witnesses 2")
    assert (browser.value("witnesses_0_name"), browser.value("witnesses_1_name")) == ("Ann", "Cy")
    browser.sends()
    assert browser.address == "/inbox", browser.text
    [instance] = world.caller().get("/process-instances").json["items"]
    variables = (
        world.caller().get(f"/process-instances/{instance['id']}/variables").json["variables"]
    )
    assert variables["witnesses"] == [{"name": "Ann"}, {"name": "Cy"}]


def test_answers_can_be_saved_for_later(visit: Visit) -> None:
    browser = reported(visit).types(**FILLED, services=["ambulance"])
    browser.presses("Save and come back later")
    assert browser.address == "/inbox"
    assert "Your answers are saved" in browser.text
    browser.follows("Record what happened")
    kept = {name: browser.value(name) for name in FILLED}
    assert kept == {**FILLED, "occurred_at_time": "09:30"}
    assert browser.page.xpath("//input[@type='checkbox'][@checked]/@value") == ["ambulance"]
    assert browser.sends().address == "/inbox"


def test_a_task_taken_on_by_somebody_is_theirs_until_given_back(
    world: World, visit: Visit
) -> None:
    browser = reported(visit).presses("Take this task on")
    assert "Taken on by You" in browser.text
    browser.opens("/inbox")
    assert "My tasks (1)" in browser.text
    other = Browser(world.app.test_client()).opens("/")
    other.types(token=world.secret("worker")).presses("Sign in")
    task = world.caller().get("/user-tasks", state="open").json["items"][0]["id"]
    other.opens(f"/user-tasks/{task}")
    assert "Wendy Hartley has taken this task on" in other.text
    assert "Complete this task" not in other.text
    browser.follows("Record what happened").presses("Give this task back")
    assert "My teams’ tasks (1)" in browser.text


def test_a_stale_form_does_not_complete_a_task(world: World, visit: Visit) -> None:
    browser = reported(visit)
    task = world.caller().get("/user-tasks", state="open").json["items"][0]["id"]
    world.caller().post(f"/user-tasks/{task}/claim")
    world.caller().post(f"/user-tasks/{task}/unclaim")
    browser.types(**FILLED).sends()
    assert browser.status == 409
    assert "has changed since you opened it" in browser.text
    assert browser.value("what_happened") == "A ladder fell."
    assert browser.sends().address == "/inbox"


def test_a_task_that_somebody_completed_says_so(world: World, visit: Visit) -> None:
    browser = reported(visit)
    page = browser.address
    browser.types(**FILLED).sends().opens(page)
    assert "This task was completed on Wednesday 23 December 2026 at 10am" in browser.text
    assert "Complete this task" not in browser.text
    answer = browser.client.post(
        f"{page}/complete", data={"csrf_token": browser.value("csrf_token")}
    )
    assert answer.status_code == 409


def test_the_inbox_shows_the_most_urgent_first_and_lateness_in_words(
    world: World, visit: Visit
) -> None:
    browser = reported(visit)
    world.passes(timedelta(hours=3))
    browser.follows("Report").presses("Start a report").opens("/inbox")
    tags = [tag.text_content() for tag in browser.page.find_class("govuk-tag")]
    assert tags == ["Due in 1 hour", "Due in 4 hours"]
    world.passes(timedelta(days=2, hours=2))
    browser.opens("/inbox")
    tags = [tag.text_content() for tag in browser.page.find_class("govuk-tag")]
    assert tags == ["Overdue by 2 days", "Overdue by 1 day"]


def test_a_task_of_other_roles_is_not_found(world: World, visit: Visit) -> None:
    page = reported(visit).address
    head = visit("Helen Shaw")
    assert "No task waits for Head of Service" in head.text
    head.opens(page)
    assert head.status == 404
    assert head.heading == "Page not found"
    abroad = visit("Wendy Hartley", "port").opens(page)
    assert abroad.status == 404


def test_the_case_page_tells_what_happened_who_was_told_and_what_is_late(
    world: World, visit: Visit
) -> None:
    browser = reported(visit)
    world.passes(timedelta(hours=5))
    browser.opens(browser.address).types(**FILLED).sends()
    world.passes(timedelta(seconds=1))
    head = visit("Helen Shaw").follows("Decide what to do")
    case = head.page.xpath("//dl//a/@href")[0]
    head.opens(case)
    for words in (
        "Running",
        "by Wendy Hartley",
        "Decide what to do",
        "Missed",
        "Done: Record what happened",
        "Decided by table: How serious",
        "Serious harm was recorded",
        "2 people were hurt.",
        "Serious harm was recorded: to Head of Service",
        "Told: Head of Service",
    ):
        assert words in head.text, words


def test_the_cases_can_be_narrowed_to_the_late_and_the_finished(
    world: World, visit: Visit
) -> None:
    browser = reported(visit)
    [reference] = [
        item["business_key"] for item in world.caller().get("/process-instances").json["items"]
    ]
    browser.follows("Cases")
    assert reference in browser.text
    assert reference not in browser.follows("Late").text
    world.passes(timedelta(hours=5))
    assert reference in browser.opens("/process-instances?view=late").text
    browser.opens("/inbox").follows("Record what happened")
    browser.types(**{**FILLED, "people_hurt": "0"}).sends()
    assert reference not in browser.follows("Cases").text
    assert reference in browser.follows("Completed").text
    browser.follows(reference)
    assert "Ended" in browser.text
    assert "Nobody yet." in browser.text


def test_text_that_somebody_typed_is_shown_and_never_obeyed(world: World, visit: Visit) -> None:
    browser = reported(visit)
    evil = "<script>alert(1)</script>\"'>"
    browser.types(**{**FILLED, "what_happened": evil, "people_hurt": evil})
    browser.sends()
    assert browser.status == 422
    assert not browser.page.xpath("//script[not(@src)]")
    assert browser.value("what_happened") == evil
    assert browser.value("people_hurt") == evil
