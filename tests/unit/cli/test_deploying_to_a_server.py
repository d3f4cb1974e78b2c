"""`remit deploy --server`: content goes live at a running Remit, from wherever the files are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.integration.api.world import World, content


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World.open(tmp_path / "served.db")
    yield opened
    opened.close()


@pytest.fixture
def server(world: World) -> Iterator[str]:
    """The service, listening on this machine."""
    listening = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join(10)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The repository of a council's diagrams."""
    folder = tmp_path / "repository"
    folder.mkdir()
    for name, source in content("town").items():
        changed = source.replace(b"<bpmn:endEvent", b"\n<bpmn:endEvent", 1)
        (folder / name).write_bytes(changed)
    return folder


@pytest.fixture
def answering() -> Iterator[Callable[..., str]]:
    """Something that listens, and is no Remit."""
    opened = []

    def listen(status: int, body: bytes, **headers: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        opened.append(listening)
        return f"http://127.0.0.1:{listening.server_address[1]}"

    yield listen
    for one in opened:
        one.shutdown()
        one.server_close()


def test_files_go_live_there_and_nothing_is_kept_here(
    remit: Any, world: World, server: str, files: Path, tmp_path: Path
) -> None:
    ran = remit(
        "deploy", files, "--organisation", "town", "--name", "from CI",
        "--server", f"{server}/", "--token", world.secret("process_owner"), "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["process_definitions"] == [{"key": "harm", "version": 2}]
    listed = world.caller().get("/deployments").json["items"]
    [there] = [one for one in listed if one["id"] == ran.json["id"]]
    assert (there["name"], there["source"]) == ("from CI", "remit deploy --server")
    assert there["deployed_by"].startswith("token:") or "process_owner" in there["deployed_by"]
    assert not (tmp_path / "var").exists()


def test_the_token_may_come_from_the_environment(
    remit: Any, monkeypatch: pytest.MonkeyPatch, world: World, server: str, files: Path
) -> None:
    monkeypatch.setenv("REMIT_TOKEN", world.secret("process_owner"))
    ran = remit("deploy", files, "--organisation", "town", "--server", server)
    assert ran.code == 0, ran.err
    assert "process harm version 2" in ran.out


def test_what_the_server_refuses_is_told_as_it_would_be_here(
    remit: Any, world: World, server: str, files: Path
) -> None:
    diagram = files / "harm.bpmn"
    diagram.write_bytes(diagram.read_bytes().replace(b'decisionRef="', b'decisionRef="no_', 1))
    arguments = ("deploy", files, "--organisation", "town", "--server", server)
    token = ("--token", world.secret("process_owner"))
    ran = remit(*arguments, *token, "--json")
    assert ran.code == 1
    errors = [one for one in ran.json["problems"] if one["severity"] == "error"]
    assert [one["code"] for one in errors] == ["missing_decision"]
    assert errors[0]["file"] == "harm.bpmn"
    assert errors[0]["line"] > 1
    plain = remit(*arguments, *token)
    assert plain.code == 1
    assert "harm.bpmn:" in plain.out
    [kept] = world.caller().get("/process-definitions/harm/versions").json["items"]
    assert kept["version"] == 1


@pytest.mark.parametrize(
    ("organisation", "token", "said"),
    [
        ("town", "not-a-token", "does not know the token"),
        ("port", "process_owner", "no organisation port for this token"),
        ("town", "compliance", "403"),
    ],
)
def test_who_may_not_deploy_is_told_why_and_the_token_is_not_shown(
    remit: Any, world: World, server: str, files: Path, organisation: str, token: str, said: str
) -> None:
    secret = token if token == "not-a-token" else world.secret(token)
    ran = remit(
        "deploy", files, "--organisation", organisation, "--server", server, "--token", secret
    )
    assert ran.code == 1
    assert said in ran.err
    assert secret not in ran.err + ran.out
    assert len(ran.err.strip().splitlines()) == 1


def test_what_answers_and_is_no_remit_is_told_apart(
    remit: Any, files: Path, answering: Callable[..., str]
) -> None:
    def said(server: str) -> str:
        ran = remit(
            "deploy", files, "--organisation", "town", "--server", server, "--token", "abc"
        )
        assert ran.code == 1
        return str(ran.err)

    assert "not as Remit does" in said(answering(200, b"<html>hello</html>"))
    assert "not as Remit does" in said(answering(201, b"[1]"))
    assert "leads to another address" in said(answering(308, b"", Location="http://x.example/"))
    assert "502" in said(answering(502, b"bad gateway"))
    assert "did not answer" in said("http://127.0.0.1:1")


@pytest.mark.parametrize(
    "server",
    ["http://remit.example.org", "remit.example.org", "ftp://x", "https://", "https://a@b.org",
     "https://b.org/?x=1", "https://b.org:99999"],
)  # fmt: skip
def test_a_token_goes_over_https_alone(remit: Any, files: Path, server: str) -> None:
    ran = remit("deploy", files, "--organisation", "town", "--server", server, "--token", "abc")
    assert ran.code == 1
    assert "address" in ran.err


def test_without_a_token_it_is_wrong_usage(remit: Any, files: Path) -> None:
    ran = remit("deploy", files, "--organisation", "town", "--server", "https://x.example")
    assert ran.code == 2
    assert "REMIT_TOKEN" in ran.err
