"""Every route is authorised or public for a written reason, and no GET changes anything."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from engine.handlers import HANDLERS
from engine.model.clock import SystemClock
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.api.world import SECRET_KEY, World
from web import authorisation as pages
from web.app import create_app
from web.settings import Environment, Settings
from webhooks import authorisation as api

CHANGING = {
    "activate", "add", "assign", "attach", "answered", "cancel", "carrying_out", "claim", "comment", "complete", "correlate", "hand_over",
    "create", "delegate", "deploy", "earlier_answer", "ensure", "extend_lock", "fail", "fetch_and_lock", "put", "set_retries", "throw_bpmn_error", "unlock", "remove_demo", "retry",
    "revoke", "accept", "add_absence", "ask_again", "begin_from_issuer", "change_password",
    "disable", "enable", "record", "remove", "replay", "remove_secret", "replay_range", "rotate", "set_secret",
    "end_everywhere", "invite", "make", "note", "opened", "remove_absence", "renew", "used", "run_due", "run_job", "save_draft", "start", "suspend", "transaction", "unclaim",
}  # fmt: skip
"""Use cases, by name, that change something."""


WRITTEN_DOWN: Mapping[str, tuple[set[str], str]] = {
    "link.swap": (
        {"opened"},
        "an opening is written into the access log, and is no more than that",
    ),
    "attachment.download": (
        {"transaction"},
        "that a file was read is written into the access log; nothing else changes",
    ),
    "attachments.show": ({"transaction"}, "as the page’s download does"),
    "sign_in.show_organisation": ({"note"}, "an organisation that does not exist is written down"),
    "sign_in.at_issuer": ({"note"}, "an organisation that does not exist is written down"),
    "sign_in.callback": (
        {"note", "begin_from_issuer"},
        "OpenID Connect comes back with a GET; a secret in the cookie is used up by it",
    ),
}
"""Pages that a GET may write something down for, what calls they make, and why that is right."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole application, over an empty database."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('routes') / 'remit.db'}")
    store.upgrade()
    engine = ProcessEngine(store=store, clock=SystemClock(), handlers=HANDLERS)
    yield create_app(engine, Settings(secret_key=SECRET_KEY, environment=Environment.TEST))
    store.close()


def test_every_route_is_authorised_or_public_for_a_reason(app: Flask) -> None:
    tables = [api.NEEDS, api.PUBLIC, pages.SIGNED_IN, pages.PUBLIC]
    for rule in app.url_map.iter_rules():
        listed = [table for table in tables if rule.endpoint in table]
        assert len(listed) == 1, f"{rule.endpoint} ({rule.rule}) is in {len(listed)} tables"
    for reason in [*api.PUBLIC.values(), *pages.PUBLIC.values()]:
        assert len(reason) > 15


def test_the_tables_name_no_route_that_is_gone(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {*api.NEEDS, *api.PUBLIC, *pages.SIGNED_IN, *pages.PUBLIC} <= known


def test_nobody_without_a_token_or_session_gets_past_the_door(tmp_path: Path) -> None:
    world = World.open(tmp_path / "remit.db")
    open_to_all = {*api.PUBLIC, *pages.PUBLIC}
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in open_to_all:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = world.app.test_client().open(_url(rule), method=method)
            if rule.endpoint in pages.SIGNED_IN:
                assert answer.status_code == 303, rule
                assert answer.headers["Location"] == "/sign-in"
            else:
                assert answer.status_code == 401, rule
    world.close()


def test_no_get_changes_anything(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.endpoint.endswith(".static"):
            expected, _ = WRITTEN_DOWN.get(rule.endpoint, (set(), ""))
            called = set(_called(app, rule.endpoint)) - expected
            assert not called & CHANGING, f"GET {rule.rule} calls {called & CHANGING}"


def test_a_view_is_short_and_catches_nothing(app: Flask) -> None:
    for endpoint in {rule.endpoint for rule in app.url_map.iter_rules()}:
        if endpoint not in api.NEEDS:
            continue
        function = _source(app, endpoint)
        body = function.body[1:] if ast.get_docstring(function) else function.body
        assert len(body) <= 5, endpoint
        assert ast.get_docstring(function), endpoint
        assert not any(isinstance(node, ast.Try) for node in ast.walk(function)), endpoint


def _url(rule: Rule) -> str:
    values = {name: "1" if name == "version" else "town" for name in rule.arguments}
    url = rule.rule
    for name, value in values.items():
        for pattern in (f"<{name}>", f"<int(max=1000000):{name}>"):
            url = url.replace(pattern, value)
    return url


def _source(app: Flask, endpoint: str) -> ast.FunctionDef:
    view = inspect.unwrap(app.view_functions[endpoint])
    [function] = ast.parse(textwrap.dedent(inspect.getsource(view))).body
    assert isinstance(function, ast.FunctionDef)
    return function


def _called(app: Flask, endpoint: str) -> Iterator[str]:
    """Yield the names of everything that a view calls, through the functions of its module."""
    view = inspect.unwrap(app.view_functions[endpoint])
    module = inspect.getmodule(view)
    waiting, seen = [view], set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if not isinstance(node, ast.Call):
                continue
            match node.func:
                case ast.Name(id=name):
                    own = getattr(module, name, None)
                    if inspect.isfunction(own) and own.__module__ == module.__name__:
                        waiting.append(own)
                    else:
                        yield name
                case ast.Attribute(attr=name):
                    yield name
