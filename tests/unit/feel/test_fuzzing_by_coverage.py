"""atheris, guided by what the reader and the compiler do, finds no text that breaks them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.feel_text import try_bytes

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "tests.fuzzing.feel_text"]
SEEDS = (
    b"1 + 2",
    b'"a',
    b"for i in 1..3 return i",
    b"\xff\xfe",
    b"]1..2[",
    b"{a: [1][item > 0]}.a",
)


@pytest.mark.parametrize("data", SEEDS)
def test_the_target_takes_any_bytes(data: bytes) -> None:
    try_bytes(data)


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed: pip install atheris, then make fuzz",
)
def test_a_few_seconds_of_fuzzing_find_nothing(tmp_path: Path) -> None:
    for number, seed in enumerate(SEEDS):
        (tmp_path / str(number)).write_bytes(seed)
    limits = [
        "-max_total_time=5",
        "-rss_limit_mb=1024",
        "-timeout=10",
        f"-artifact_prefix={tmp_path}/",
    ]
    ran = subprocess.run(
        [*COMMAND, *limits, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]


def test_without_atheris_the_target_says_that_it_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "atheris.py").write_text("raise ImportError\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        "from tests.fuzzing.feel_text import main; sys.exit(main())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0
    assert ran.stdout.startswith("Skipped: atheris is not installed")
