"""A connector is checked when it is read, makes requests of variables, and maps what comes back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.content import Connector, ConnectorAnswer, ConnectorNotAsked, parse_organisation
from engine.feel import Evaluation, to_json
from tests.integration.engine.acme import ORGANISATION

HEAD = """
connector_hosts: [api.example.org, .trusted.org]
connector_secrets:
  - {name: register, description: The key of the national register}
connectors:
"""
REGISTER = """
  - topic: register.report
    description: Tells the national register
    method: POST
    url: https://api.example.org/v1/events/{{ reference }}?kind={{ kind }}
    headers: {X-Version: "2", X-Reference: "{{ reference }}"}
    secret: {name: register}
    body: '= {reference: reference, harmed: count(people), at: at}'
    answer:
      receipt: = answer.body.id
      told: = answer.status
    errors:
      - {when: '= answer.status = 409', code: known_already, message: It was reported before}
      - {when: '= answer.body.error = "closed"', code: closed}
    seconds: 5
"""
READ_ONLY = """
  - topic: look
    description: Looks something up
    method: GET
    url: https://look.trusted.org/things/{{ key }}
"""


def problems(connectors: str, head: str = HEAD) -> list[tuple[str, str]]:
    organisation, found = parse_organisation(
        (ORGANISATION + head + connectors).encode(), "organisation.yaml"
    )
    assert (organisation is None) == bool(found)
    assert all(problem.line and problem.column for problem in found)
    return [(problem.code, problem.message) for problem in found]


def connector(connectors: str = REGISTER) -> Connector:
    organisation, found = parse_organisation(
        (ORGANISATION + HEAD + connectors).encode(), "organisation.yaml"
    )
    assert organisation is not None, found
    return organisation.connectors[0]


def evaluation() -> Evaluation:
    return Evaluation(now=datetime(2026, 12, 24, 10, tzinfo=UTC), zone=ZoneInfo("Europe/London"))


def test_variables_make_a_request() -> None:
    asked = connector().request(
        {"reference": "DSI/2026 1?&#", "kind": "near miss", "people": ["a", "b"], "at": None},
        evaluation(),
    )
    assert asked.method == "POST"
    assert asked.url == (
        "https://api.example.org/v1/events/DSI%2F2026%201%3F%26%23?kind=near%20miss"
    )
    assert asked.headers == {"X-Version": "2", "X-Reference": "DSI/2026 1?&#"}
    assert asked.body == '{"reference": "DSI/2026 1?&#", "harmed": 2, "at": null}'
    assert connector().reads == {"reference", "kind", "people", "at"}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (None, "gives nothing"),
        ("", "needs a value"),
        ("..", "needs a value"),
        (["a"], "a list or a context"),
        ("a\r\nX-Injected: 1", "line break"),
        ("naïve", "beyond ASCII"),
    ],
)
def test_a_value_that_would_change_the_request_asks_nothing(reference: Any, message: str) -> None:
    with pytest.raises(ConnectorNotAsked, match=message):
        connector().request(
            {"reference": reference, "kind": "k", "people": [], "at": None}, evaluation()
        )


def test_a_body_that_is_too_large_is_not_sent() -> None:
    people = ["x" * 1000] * 1100
    large = connector(REGISTER.replace("count(people)", "people"))
    with pytest.raises(ConnectorNotAsked, match="larger"):
        large.request({"reference": "r", "kind": "k", "people": people, "at": None}, evaluation())


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (201, {"id": "R-1"}, ({"receipt": "R-1", "told": 201}, None)),
        (200, None, ({"receipt": None, "told": 200}, None)),
        (409, {"id": "R-0"}, ({"receipt": "R-0", "told": 409}, "known_already")),
        (200, {"error": "closed"}, ({"receipt": None, "told": 200}, "closed")),
        (500, "broken", None),
        (302, None, None),
        (400, {"error": "other"}, None),
    ],
)
def test_an_answer_becomes_variables_an_error_or_a_failure(
    status: int, body: Any, expected: Any
) -> None:
    outcome = connector().outcome(ConnectorAnswer(status, {}, body), evaluation())
    if expected is None:
        assert outcome is None
        return
    assert outcome is not None
    variables = {name: to_json(value) for name, value in outcome.variables.items()}
    assert (variables, outcome.error.code if outcome.error else None) == expected


@pytest.mark.parametrize(
    ("connectors", "code"),
    [
        (REGISTER.replace("api.example.org", "evil.example.org"), "host_not_allowed"),
        (REGISTER.replace("api.example.org/", "{{ host }}.trusted.org/"), "wrong_value"),
        (REGISTER.replace("api.example.org/v1", "api.example.org{{ x }}/v1"), "wrong_value"),
        (REGISTER.replace("https://", "http://"), "wrong_value"),
        (REGISTER.replace("https://", "https://user:word@"), "wrong_value"),
        (REGISTER.replace("{name: register}", "{name: other}"), "unknown_secret"),
        (REGISTER.replace("X-Version", "Authorization"), "wrong_value"),
        (REGISTER.replace("X-Version", "Content-Length"), "wrong_value"),
        (REGISTER.replace("{{ kind }}", "{{ kind + }}"), "bad_placeholder"),
        (REGISTER.replace("count(people)", "count(people"), "bad_expression"),
        (REGISTER.replace("= answer.body.id", "= answer.body.id +"), "bad_expression"),
        (REGISTER.replace("= answer.body.id", "= reply.body.id"), "unknown_variable"),
        (REGISTER.replace("'= answer.status = 409'", "'= status = 409'"), "unknown_variable"),
        (REGISTER.replace("method: POST", "method: BREW"), "wrong_value"),
        (REGISTER.replace("method: POST", "method: GET"), "wrong_value"),
        (REGISTER.replace("seconds: 5", "seconds: 600"), "wrong_value"),
        (REGISTER.replace("topic: register.report", "topic: outside"), "duplicate_topic"),
        (REGISTER + REGISTER, "duplicate_topic"),
        (REGISTER.replace("receipt:", "not a name:"), "wrong_value"),
        (REGISTER.replace("seconds: 5", "retries: 5"), "unknown_key"),
        (REGISTER.replace("    method: POST\n", ""), "missing_key"),
    ],
)
def test_what_could_not_run_is_refused_when_it_is_read(connectors: str, code: str) -> None:
    found = problems(connectors)
    assert code in [one for one, _ in found], found


def test_what_can_run_is_not_refused() -> None:
    assert problems(REGISTER + READ_ONLY) == []
    local = READ_ONLY.replace("https://look.trusted.org", "http://127.0.0.1:8080")
    assert problems(local, HEAD.replace(".trusted.org", "127.0.0.1")) == []
