"""Files are attached to a task, listed, downloaded by those who may, and refused when they are tricks."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from engine import access_log
from engine.model.access import AccessEvent, AccessKind
from engine.model.actors import system_actor
from engine.model.attachments import AttachmentNotScanned, AttachmentRefused
from engine.model.pages import PageRequest
from tests.integration.api.world import RECORDED, World
from tests.integration.attachments.conftest import PDF, PNG
from tests.integration.web.browser import Browser

Visit = Callable[..., Browser]


TRICKS = (
    ("../../etc/passwd.png", PNG),
    ("..\\..\\evil.png", PNG),
    ("/etc/cron.d/job.png", PNG),
    (".htaccess.png", PNG),
    ("a\u202egnp.exe.png", PNG),
    ("a\x07.png", PNG),
    ("x" * 151 + ".png", PNG),
    ("..", PNG),
    ("CON.png", PNG),
    ("aux.tar.png", PNG),
    ("page.html", b"<script>alert(1)</script>"),
    ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    ("program.exe", b"MZ\x90\x00"),
    ("program.png", b"MZ\x90\x00" + b"\x00" * 20),
    ("program.txt", b"MZ this is a program"),
    ("binary.txt", b"text and \x00 bytes"),
    ("letter.docx", b"PK\x03\x04 and no archive"),
    ("letter.pdf", PNG),
    ("noending", PNG),
    ("empty.png", b""),
)
"""Names and contents that no honest file has."""


def reported(visit: Visit) -> Browser:
    """Return the browser of somebody at the first task of a case of their own."""
    return visit("Wendy Hartley").follows("Report").presses("Start a report")


def attached(visit: Visit, name: str = "roof.png", content: bytes = PNG) -> Browser:
    return reported(visit).chooses("", (name, content)).presses("Attach file")


def address_of_file(browser: Browser) -> str:
    [link, *_] = browser.page.xpath("//a[starts-with(@href, '/attachments/')]")
    return str(link.get("href"))


def instance_of(world: World) -> str:
    [instance] = world.caller().get("/process-instances").json["items"]
    return str(instance["id"])


def kept(world: World) -> list[Path]:
    folder = Path(world.engine.store.url.removeprefix("sqlite:///")).parent / "attachments"
    return [path for path in folder.rglob("*") if path.is_file()]


def written_down(world: World) -> list[AccessEvent]:
    """Return what the access log says of files, newest first."""
    found = access_log.listing(world.engine, by=system_actor("town"), page=PageRequest(size=200))
    return [one for one in found.items if one.kind.startswith("attachment")]


def refusals(world: World) -> list[AccessEvent]:
    return [one for one in written_down(world) if one.kind is AccessKind.ATTACHMENT_REFUSED]


def test_a_file_is_listed_on_the_task_and_the_case_and_comes_back_as_it_was(
    world: World, visit: Visit
) -> None:
    browser = attached(visit)
    assert "Attached: roof.png" in browser.text
    assert "PNG picture, 48 bytes. Attached by Wendy Hartley" in browser.text
    task_address = browser.address.removesuffix("/attachments")
    assert "roof.png" in browser.opens(task_address).text
    answer = browser.client.get(address_of_file(browser))
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"] == "attachment; filename=roof.png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    case = browser.opens(f"/process-instances/{instance_of(world)}")
    assert "roof.png (download)" in case.text


def test_its_hash_and_size_are_history(world: World, visit: Visit) -> None:
    attached(visit)
    events = world.caller().get(f"/process-instances/{instance_of(world)}/history").json["items"]
    [event] = [one for one in events if one["kind"] == "attachment_added"]
    assert event["data"]["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert event["data"]["size"] == len(PNG)
    assert event["by"] == "wendy"


def test_what_was_typed_is_still_there_after_attaching(visit: Visit) -> None:
    browser = reported(visit).types(what_happened="A ladder fell.")
    browser.chooses("", ("roof.png", PNG)).presses("Attach file")
    assert browser.value("what_happened") == "A ladder fell."
    assert browser.opens(browser.address.removesuffix("/attachments")).value("what_happened") == (
        "A ladder fell."
    )


def test_a_trick_is_refused_with_a_reason_and_written_down(world: World, visit: Visit) -> None:
    browser = reported(visit)
    for number, (name, content) in enumerate(TRICKS, start=1):
        browser.types(what_happened="A ladder fell.")
        browser.chooses("", (name, content)).presses("Attach file")
        assert browser.status == 422, name
        assert "There is a problem" in browser.text
        assert browser.value("what_happened") == "A ladder fell."
        assert len(refusals(world)) == number, name
    assert kept(world) == []
    events = world.caller().get(f"/process-instances/{instance_of(world)}/history").text
    assert "attachment_added" not in events


def test_a_file_with_macros_is_refused(world: World, visit: Visit) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    good = made.getvalue()
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/vbaProject.bin", "x")
    many = BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"word/{number}.xml", "")
        archive.writestr("word/vbaProject.bin", "x")
    assert attached(visit, "letter.docx", good).status == 200
    assert attached(visit, "letter.docx", many.getvalue()).status == 422
    assert attached(visit, "letter.docx", made.getvalue()).status == 422


def test_a_file_larger_than_the_organisation_takes_is_refused(visit: Visit) -> None:
    browser = reported(visit).types(what_happened="A ladder fell.")
    browser.chooses("", ("big.png", PNG + b"\x00" * 20_000_000)).presses("Attach file")
    assert browser.status == 422
    assert "The file must be 20 MB or smaller." in browser.text
    assert browser.value("what_happened") == "A ladder fell."


def test_a_request_that_is_far_too_large_is_refused_unread(world: World, visit: Visit) -> None:
    browser = reported(visit)
    answer = browser.client.post(
        f"{browser.address}/attachments",
        environ_overrides={
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": "100000000",
            "wsgi.input": _Unread(),
        },
    )
    assert answer.status_code == 413
    assert "The file must be 20 MB or smaller" in answer.text
    [refusal] = refusals(world)
    assert (refusal.user, refusal.about) == ("wendy", "too large: user_task.attach")


class _Unread:
    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def test_only_those_who_may_read_the_case_can_download(world: World, visit: Visit) -> None:
    address = address_of_file(attached(visit))
    stranger = visit("Wendy Hartley", organisation="port")
    assert stranger.opens(address).status == 404
    assert "roof.png" not in stranger.text
    nobody = world.app.test_client().get(address)
    assert (nobody.status_code, nobody.headers["Location"]) == (303, "/sign-in")


def test_a_download_is_written_down_and_no_name_is_logged(
    world: World, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = attached(visit, "John Smith broke his leg.png")
    browser.client.get(address_of_file(browser))
    [reading] = written_down(world)
    assert (reading.kind, reading.user) == (AccessKind.ATTACHMENT_READ, "wendy")
    assert address_of_file(browser).rpartition("/")[2] in reading.about
    assert "John Smith" not in reading.about
    assert "John Smith" not in caplog.text


def test_whoever_attached_a_file_can_take_it_back(world: World, visit: Visit) -> None:
    browser = attached(visit)
    address = address_of_file(browser)
    browser.presses("Remove roof.png")
    assert "The file is removed." in browser.text
    assert browser.client.get(address).status_code == 404
    assert kept(world) == []
    events = world.caller().get(f"/process-instances/{instance_of(world)}/history").text
    assert "attachment_removed" in events


def test_a_file_that_was_changed_where_it_lies_is_not_given_out(
    world: World, visit: Visit
) -> None:
    browser = attached(visit)
    [path] = kept(world)
    path.write_bytes(PNG + b"other bytes")
    answer = browser.client.get(address_of_file(browser))
    assert answer.status_code == 500
    assert b"other bytes" not in answer.data


class _Scanner:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def check(self, content: object) -> None:
        raise self._error


@pytest.mark.parametrize("error", [AttachmentRefused("Harmful."), AttachmentNotScanned()])
def test_nothing_is_kept_that_the_scanner_does_not_clear(
    world: World, visit: Visit, error: Exception
) -> None:
    world.engine.attachment_scanner = _Scanner(error)
    browser = attached(visit)
    assert browser.status == 422
    assert str(error) in browser.text
    assert kept(world) == []


# A form that asks for files


def test_a_question_is_answered_with_files(world: World, visit: Visit) -> None:
    browser = reported(visit).types(
        what_happened="A ladder fell.", people_hurt="2", place="outdoors",
        occurred_at_day="23", occurred_at_month="12", occurred_at_year="2026",
        occurred_at_time="9.30am",
    )  # fmt: skip
    browser.chooses("photos", ("one.png", PNG), ("two.png", PNG + b"2")).presses("Continue")
    assert browser.asks_to_check
    assert "one.png, two.png" in browser.text
    browser.presses("Complete this task")
    values = world.caller().get(f"/process-instances/{instance_of(world)}/variables").json
    held = values.get("variables", values)["photos"]
    assert [one["name"] for one in held] == ["one.png", "two.png"]
    assert held[0]["sha256"] == hashlib.sha256(PNG).hexdigest()


def test_a_question_refuses_what_it_does_not_ask_for(visit: Visit) -> None:
    browser = reported(visit).chooses("photos", ("letter.pdf", PDF)).presses("Continue")
    assert browser.status == 422
    assert "Photos must be of a type that is asked for: .png,.jpg" in browser.text


def test_files_survive_adding_a_row_and_saving_for_later(visit: Visit) -> None:
    browser = reported(visit).chooses("photos", ("one.png", PNG))
    browser.presses("Add one Witnesses")
    assert "one.png" in browser.text
    task = browser.address.removesuffix("/rows")
    browser.presses("Save and come back later")
    assert "one.png" in browser.opens(task).text
    assert browser.value("photos")


def test_a_program_names_a_file_by_its_id_and_cannot_make_one_up(
    world: World, visit: Visit
) -> None:
    browser = attached(visit)
    file_id = address_of_file(browser).rpartition("/")[2]
    caller = world.caller()
    task = caller.open_task(instance_of(world))
    forged = {
        "id": "0" * 32, "name": "x.png", "content_type": "image/png", "size": 1, "sha256": "0",
    }  # fmt: skip
    for wrong in (["nothing"], [forged], forged, 7, [None], [{"id": [1]}]):
        answer = caller.post(
            f"/user-tasks/{task['id']}/complete", {"variables": {**RECORDED, "photos": wrong}}
        )
        assert answer.status_code == 422, wrong
        assert [one["field"] for one in answer.json["fields"]] == ["photos"]
    lied = {**forged, "id": file_id, "name": "lie.png"}
    answer = caller.post(
        f"/user-tasks/{task['id']}/complete", {"variables": {**RECORDED, "photos": [lied]}}
    )
    assert answer.status_code == 200, answer.text
    values = caller.get(f"/process-instances/{instance_of(world)}/variables").json
    [held] = values.get("variables", values)["photos"]
    assert held["name"] == "roof.png"


def test_a_required_file_is_asked_for(world: World, visit: Visit) -> None:
    browser = reported(visit).types(what_happened="Something.").presses("Continue")
    assert "Statement" in browser.text
    browser.presses("Continue")
    assert "Statement needs an answer" in browser.text


def test_a_question_for_one_file_keeps_the_last_one(visit: Visit) -> None:
    browser = reported(visit).types(what_happened="Something.").presses("Continue")
    browser.chooses("statement", ("first.pdf", PDF)).presses("Attach Statement")
    browser.chooses("statement", ("second.pdf", PDF + b" ")).presses("Attach Statement")
    assert len(browser.page.xpath("//input[@name='answer:statement']")) == 1
    listed = browser.page.xpath("//ul[contains(@class, 'attached')]")[0].text_content()
    assert "second.pdf" in listed
    assert "first.pdf" not in listed


def test_a_program_attaches_lists_and_reads_a_file(world: World, visit: Visit) -> None:
    reported(visit)
    caller = world.caller()
    task = caller.open_task(instance_of(world))
    path = caller.url(f"/user-tasks/{task['id']}/attachments")
    sent = {"file": (BytesIO(PNG), "roof.png"), "field": "photos"}
    answer = caller.client.post(path, data=sent, headers=caller.headers)
    assert answer.status_code == 201, answer.text
    found = answer.json
    assert (found["name"], found["field"], found["size"]) == ("roof.png", "photos", len(PNG))
    listed = caller.get(f"/process-instances/{instance_of(world)}/attachments").json["items"]
    assert listed == [found]
    assert caller.get(f"/attachments/{found['id']}").data == PNG
    assert world.caller(organisation="port").get(f"/attachments/{found['id']}").status_code == 404
    refused = {"file": (BytesIO(b"MZ"), "../x.exe")}
    answer = caller.client.post(path, data=refused, headers=caller.headers)
    assert (answer.status_code, answer.json["code"]) == (422, "attachment_refused")
    assert caller.client.post(path, data={}, headers=caller.headers).status_code in (415, 422)
