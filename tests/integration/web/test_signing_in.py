"""Who gets in, for how long, and what a session is worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from engine import people, tokens
from engine.model.actors import system_actor
from tests.integration.api.world import World
from tests.integration.web.browser import Browser

Visit = Callable[..., Browser]


def test_without_signing_in_every_page_leads_to_the_sign_in_page(visit: Visit) -> None:
    browser = visit()
    for address in ("/", "/inbox", "/report", "/user-tasks/x", "/process-instances/x"):
        browser.opens(address)
        assert browser.address == "/sign-in"
        assert browser.heading == "Sign in"


def test_one_click_signs_in_as_a_demo_person(visit: Visit) -> None:
    browser = visit("Wendy Hartley")
    assert browser.address == "/inbox"
    assert "Signed in as Wendy Hartley" in browser.text
    assert "Town Council" in browser.text


def test_a_token_signs_in_too_and_its_secret_is_not_kept(world: World, visit: Visit) -> None:
    browser = visit()
    secret = world.secret("worker")
    browser.types(token=f"  {secret} ").presses("Sign in")
    assert browser.address == "/inbox"
    assert "Signed in as worker" in browser.text
    cookie = browser.client.get_cookie("remit_session")
    assert cookie is not None
    assert secret not in cookie.value
    by = system_actor("town")
    [token] = tokens.listing(world.engine, by=by)
    tokens.revoke(world.engine, by=by, token_id=token.id)
    assert browser.opens("/inbox").address == "/sign-in"


def test_a_wrong_token_is_refused_beside_its_field(visit: Visit) -> None:
    browser = visit().types(token="nonsense").presses("Sign in")
    assert browser.status == 422
    assert "There is a problem" in browser.text
    assert browser.page.get_element_by_id("token").get("aria-invalid") == "true"
    assert browser.value("token") == ""


def test_in_production_nobody_is_a_demo_person_and_cookies_need_https(tmp_path: Path) -> None:
    world = World.open(tmp_path / "remit.db", production=True)
    client: FlaskClient = world.app.test_client()
    page = client.get("/sign-in", base_url="https://remit.example.org")
    assert "Wendy" not in page.text
    assert "demonstration" not in page.text
    [cookie] = page.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-remit_session=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Strict-Transport-Security" in page.headers
    browser = Browser(client)
    browser.answer = page
    data = {
        "csrf_token": browser.value("csrf_token"),
        "organisation": "town",
        "username": "wendy",
    }
    refused = client.post("/sign-in/person", data=data, base_url="https://remit.example.org")
    assert refused.status_code == 404
    world.close()


def test_a_person_who_is_gone_is_signed_out(world: World, visit: Visit) -> None:
    browser = visit("Wendy Hartley")
    people.remove_demo(world.engine, by=system_actor("town"))
    assert browser.opens("/inbox").address == "/sign-in"


def test_signing_out_ends_the_session(visit: Visit) -> None:
    browser = visit("Wendy Hartley").presses("Sign out")
    assert browser.address == "/sign-in"
    assert browser.opens("/inbox").address == "/sign-in"


def test_a_session_ends_when_nothing_is_done_for_a_while(world: World, visit: Visit) -> None:
    browser = visit("Wendy Hartley")
    world.app.config["PERMANENT_SESSION_LIFETIME"] = -1
    assert browser.opens("/inbox").address == "/sign-in"


def test_a_cookie_of_ones_own_making_is_worth_nothing(world: World) -> None:
    client = world.app.test_client()
    client.set_cookie("remit_session", "eyJvcmdhbmlzYXRpb24iOiJ0b3duIn0.x.y")
    assert client.get("/inbox").status_code == 303


def test_a_form_that_this_session_did_not_make_changes_nothing(world: World, visit: Visit) -> None:
    browser, other = visit("Wendy Hartley"), visit("Helen Shaw")
    theirs = other.value("csrf_token")
    for token in ("", "guess", theirs):
        answer = browser.client.post("/report/harm", data={"csrf_token": token})
        assert answer.status_code == 422
    assert browser.client.post("/sign-out", data={}).status_code == 422
    assert world.caller().get("/process-instances").json["items"] == []
    assert browser.opens("/inbox").address == "/inbox"


def test_nobody_signs_in_for_an_organisation_or_person_that_is_not_there(visit: Visit) -> None:
    browser = visit()
    token = browser.value("csrf_token")
    for organisation, username in (("nowhere", "wendy"), ("town", "nobody"), ("town", "")):
        data = {"csrf_token": token, "organisation": organisation, "username": username}
        assert browser.client.post("/sign-in/person", data=data).status_code == 404
    answer = browser.client.post("/sign-in/person", data={"csrf_token": token})
    assert answer.status_code == 400


def test_everybody_lands_on_a_page_that_is_theirs(world: World) -> None:
    for role, heading in (("worker", "Tasks"), ("compliance", "Cases"), ("system", "Tasks")):
        browser = Browser(world.app.test_client()).opens("/")
        browser.types(token=world.secret(role)).presses("Sign in")
        assert browser.status == 200
        assert browser.heading == heading
