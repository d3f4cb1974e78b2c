"""`remit serve` starts, answers, refuses a second owner, follows a test clock, and stops quietly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from web.ownership import DatabaseOwned, owning

KITCHEN = Path(__file__).parent / "kitchen"
REMIT = Path(sys.executable).with_name("remit")
PATIENCE = 30
PRODUCTION = {
    "REMIT_ENVIRONMENT": "production",
    "REMIT_SECRET_KEY": "k3J9-dV2m_Q8xZ7wLr5TnB4yHc6Sf1Ga0PeU",
    "REMIT_PUBLIC_URL": "https://remit.example.gov.uk",
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Service:
    """A running `remit serve` in a folder of its own."""

    def __init__(self, folder, **settings):
        self.port = free_port()
        self.folder = folder
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("REMIT_")},
            "REMIT_CONTENT": str(KITCHEN),
            "REMIT_PORT": str(self.port),
            **settings,
        }
        self.process = self.start("serve", "--demo")

    def start(self, *arguments):
        return subprocess.Popen(
            [str(REMIT), *arguments],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def ask(self, path, body=None, token=""):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or "null")

    def wait_until(self, true, what):
        for _ in range(PATIENCE * 10):
            try:
                found = true()
            except (urllib.error.URLError, ConnectionError):
                found = None
            if found:
                return found
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.1)
        raise AssertionError(f"{what} did not happen within {PATIENCE} s")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@pytest.fixture
def service(tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("2026-12-24T12:00:00Z\n")
    service = Service(tmp_path, REMIT_TEST_CLOCK=str(clock))
    try:
        service.wait_until(lambda: service.ask("/health/ready") is not None, "readiness")
        yield service
    finally:
        service.stop()


def test_a_service_from_start_to_stop(service, tmp_path):
    code, secret, _ = service.run(
        "token", "create", "--organisation", "kitchen", "--role", "administrator"
    )
    assert code == 0
    token = secret.strip()

    started = service.ask(
        "/api/v1/kitchen/process-instances",
        {"process_definition_key": "meal", "business_key": "M-1", "variables": {"guests": 2}},
        token,
    )
    assert started["started_at"].startswith("2026-12-24T12:00:00")

    # A second owner is refused, and says who the first one is.
    code, _, err = service.run("serve")
    assert code == 1
    assert f"(process {service.process.pid})" in err
    assert len(err.splitlines()) == 1

    # An hour later the timer has fired and the head chef knows.
    (tmp_path / "clock").write_text("2026-12-24T13:00:01Z\n")
    notices = service.wait_until(
        lambda: service.ask("/api/v1/kitchen/notices", token=token)["items"], "the notice"
    )
    assert [(notice["template"], notice["to_role"]) for notice in notices] == [
        ("late", "head_chef")
    ]

    code, out, err = service.stop()
    assert code == 0
    assert out.startswith(f"Remit is at http://127.0.0.1:{service.port}\n")
    assert "/sign-in" in out
    assert err == "Stopped.\n"
    key = tmp_path / "var" / "secret_key"
    assert key.stat().st_mode & 0o077 == 0
    assert len(key.read_text()) >= 32


def test_a_service_that_was_killed_goes_on_where_it_was(service, tmp_path):
    _, secret, _ = service.run(
        "token", "create", "--organisation", "kitchen", "--role", "administrator"
    )
    service.ask(
        "/api/v1/kitchen/process-instances",
        {"process_definition_key": "meal", "business_key": "M-2", "variables": {"guests": 2}},
        secret.strip(),
    )
    service.process.kill()
    service.process.communicate(timeout=PATIENCE)
    (tmp_path / "clock").write_text("2026-12-24T13:00:00Z\n")
    service.process = service.start("serve")
    notices = service.wait_until(
        lambda: service.ask("/api/v1/kitchen/notices", token=secret.strip())["items"],
        "the notice after the restart",
    )
    assert len(notices) == 1
    versions = service.ask("/api/v1/kitchen/process-definitions", token=secret.strip())["items"]
    assert [definition["version"] for definition in versions] == [1]


def test_the_same_service_runs_on_postgresql(tmp_path, postgresql_url):
    clock = tmp_path / "clock"
    clock.write_text("2026-12-24T12:00:00Z\n")
    service = Service(tmp_path, REMIT_TEST_CLOCK=str(clock), REMIT_DATABASE_URL=postgresql_url)
    try:
        service.wait_until(lambda: service.ask("/health/ready") is not None, "readiness")
        _, secret, _ = service.run(
            "token", "create", "--organisation", "kitchen", "--role", "administrator"
        )
        service.ask(
            "/api/v1/kitchen/process-instances",
            {"process_definition_key": "meal", "business_key": "M-4", "variables": {"guests": 2}},
            secret.strip(),
        )
        clock.write_text("2026-12-24T13:00:01Z\n")
        notices = service.wait_until(
            lambda: service.ask("/api/v1/kitchen/notices", token=secret.strip())["items"],
            "the notice",
        )
        assert len(notices) == 1
    finally:
        code, _, _ = service.stop()
    assert code == 0
    assert not (tmp_path / "var" / "remit.db").exists()


def test_a_port_that_is_taken_is_a_sentence(service, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    service.environ["REMIT_DATABASE_URL"] = f"sqlite:///{other / 'remit.db'}"
    code, out, err = service.run("serve")
    assert (code, out) == (1, "")
    assert f"127.0.0.1:{service.port} cannot be listened on" in err


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"REMIT_TEST_CLOCK": "missing"}, "REMIT_TEST_CLOCK: missing cannot be read"),
        ({"REMIT_ENVIRONMENT": "production"}, "REMIT_SECRET_KEY must be set"),
        (
            PRODUCTION,
            "--demo is refused in production",
        ),
    ],
)
def test_a_service_that_must_not_start_says_why(tmp_path, settings, says):
    refused = Service(tmp_path, **settings).process
    out, err = refused.communicate(timeout=PATIENCE)
    code = refused.returncode
    assert (code, out) == (1, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "var" / "remit.db").exists()


def test_a_database_has_one_owner_at_a_time(tmp_path):
    database = tmp_path / "remit.db"
    with owning(database), pytest.raises(DatabaseOwned, match="serves"), owning(database):
        pass
    with owning(database):
        pass


def test_production_refuses_invented_people_until_they_are_removed(service):
    service.stop()
    service.environ = {
        name: value for name, value in service.environ.items() if name != "REMIT_TEST_CLOCK"
    } | PRODUCTION
    code, _, err = service.run("serve")
    assert code == 1
    assert "invented people of kitchen" in err
    assert service.run("people", "remove-demo", "--organisation", "kitchen")[0] == 0
    service.process = service.start("serve")
    service.wait_until(lambda: service.ask("/health/ready") is not None, "readiness")
    code, out, _ = service.stop()
    assert code == 0
    assert out.startswith("Remit is at https://remit.example.gov.uk\n")
    assert "remit token create" in out


def test_a_worker_runs_what_falls_due_without_pages(service, tmp_path):
    _, secret, _ = service.run(
        "token", "create", "--organisation", "kitchen", "--role", "administrator"
    )
    service.ask(
        "/api/v1/kitchen/process-instances",
        {"process_definition_key": "meal", "business_key": "M-3", "variables": {"guests": 2}},
        secret.strip(),
    )
    service.stop()
    (tmp_path / "clock").write_text("2026-12-24T13:00:00Z\n")
    service.process = service.start("worker")

    def waits_for_the_next_day():
        _, out, _ = service.run("jobs", "--organisation", "kitchen", "--json")
        return [job["element_id"] for job in json.loads(out)["jobs"]] == ["wait"]

    service.wait_until(waits_for_the_next_day, "the notice by the worker")
    code, out, err = service.stop()
    assert (code, out) == (0, "")
    assert err.endswith("Stopped.\n")
