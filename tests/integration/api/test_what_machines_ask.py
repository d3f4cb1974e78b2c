"""Health, metrics, headers and the API's own description."""

from __future__ import annotations

from pathlib import Path

from tests.integration.api.world import World
from webhooks.reference import as_markdown

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"


def test_health_is_told_without_a_token(world: World) -> None:
    client = world.app.test_client()
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").json == {"status": "ready"}


def test_a_service_without_its_database_is_not_ready(world: World) -> None:
    with world.engine.store.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("ALTER TABLE organisation RENAME TO gone")
    client = world.app.test_client()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code >= 500
    assert "gone" not in answer.text


def test_metrics_count_by_route_and_name_nobody(world: World) -> None:
    caller = world.caller()
    instance = caller.starts("H-SECRET")
    caller.get(f"/process-instances/{instance}")
    text = caller.client.get("/metrics").text
    assert (
        'remit_requests_total{method="GET",'
        'route="/api/v1/<org>/process-instances/<instance_id>",status="200"} 1' in text
    )
    assert "# TYPE remit_requests_total counter" in text
    for secret in (instance, "H-SECRET", "town"):
        assert secret not in text


def test_every_answer_carries_the_security_headers(world: World) -> None:
    client = world.app.test_client()
    for path in ("/health/live", "/api/docs", "/sign-in", "/nowhere", "/api/v1/town/jobs"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store", path
        assert headers["X-Request-Id"]


def test_an_acceptable_request_id_is_kept_and_any_other_replaced(world: World) -> None:
    client = world.app.test_client()
    kept = client.get("/health/live", headers={"X-Request-Id": "trace-0123456789"})
    assert kept.headers["X-Request-Id"] == "trace-0123456789"
    for bad in ("short", "x" * 65, "a b c d e f g", "ünïcödé-id"):
        answer = client.get("/health/live", headers={"X-Request-Id": bad})
        assert answer.headers["X-Request-Id"] != bad


def test_the_api_is_described_for_tools(world: World) -> None:
    spec = world.app.test_client().get("/api/v1/openapi.json").json
    assert spec["openapi"].startswith("3.")
    paths = spec["paths"]
    complete = paths["/api/v1/{org}/user-tasks/{task_id}/complete"]["post"]
    assert complete["summary"]
    assert {"org", "task_id"} == {
        parameter["name"]
        for parameter in paths["/api/v1/{org}/user-tasks/{task_id}/complete"]["parameters"]
    }
    assert spec["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert spec["security"] == [{"token": []}]
    for item in paths.values():
        if "post" in item:
            headers = [found["name"] for found in item["post"]["parameters"]]
            assert "Idempotency-Key" in headers


def test_the_api_is_described_for_readers(world: World) -> None:
    page = world.app.test_client().get("/api/docs")
    assert page.status_code == 200
    assert "Complete a user task" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text


def test_the_documentation_page_is_current(world: World) -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(world.app), (
        "Run: python -m webhooks.reference > docs/reference/api.md"
    )
