"""The README's five minutes do what they say, command by command."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.conftest import ROOT
from tests.unit.cli.test_serving import PATIENCE, REMIT, Service

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def derby(tmp_path):
    clock = tmp_path / "var" / "clock"
    clock.parent.mkdir()
    clock.write_text("2026-12-24T10:00:00Z\n")
    service = Service(tmp_path, REMIT_CONTENT=str(ROOT), REMIT_TEST_CLOCK="var/clock")
    try:
        service.wait_until(lambda: service.ask("/health/ready") is not None, "readiness")
        yield service
    finally:
        service.stop()


def test_the_tour_does_what_it_says(derby, tmp_path):
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    # Where one answer follows another, a line of its own keeps them apart.
    script = "\n".join(
        re.sub(r"^(?=ask )", "echo; ", block, flags=re.MULTILINE) for block in blocks
    )
    script = script.replace("127.0.0.1:8000", f"127.0.0.1:{derby.port}")
    script = script.replace(".venv/bin/remit", str(REMIT))
    ran = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env=derby.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines() if line.strip()]
    started, first, refused, completed, then, notices = answers
    assert started["state"] == "running"
    assert [task["element_id"] for task in first["items"]] == ["record_immediate_response"]
    assert refused["code"] == "form_refused"
    assert "became_aware_at" in {field["field"] for field in refused["fields"]}
    assert completed["state"] == "completed"
    due = {task["element_id"]: task["due_at"] for task in then["items"]}
    assert due["hold_initial_discussion"].startswith("2026-12-24T11:30:00")
    assert len(due) == 2
    assert [(n["template"], n["to_role"]) for n in notices["items"]] == [
        ("initial_discussion_late", "head_of_service")
    ]


def test_every_file_that_the_readme_names_is_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [Path(target) for target in re.findall(r"\]\((?!http)([^)#]+)\)", text)]
    assert named
    assert [str(path) for path in named if not (ROOT / path).exists()] == []
