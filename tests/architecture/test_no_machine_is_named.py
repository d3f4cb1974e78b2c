"""Neither files nor commit messages name a folder of the machine they were written on."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.architecture.source_files import ROOT, project_files

FOLDERS = ["w" + "ork", "f" + "arm", "r" + "oot", "t" + "mp", "h" + "ome"]
MACHINE_PATH = re.compile(rf"(?<![\w.$*}}>-])/(?:{'|'.join(FOLDERS)})/[a-z]")


def test_no_file_names_a_folder_of_a_machine():
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert found == []


def test_no_commit_message_names_a_folder_of_a_machine():
    log = subprocess.run(
        ["git", "log", "--format=%h %B"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if log.returncode != 0:
        pytest.skip("there is no commit yet")
    assert [line for line in log.stdout.splitlines() if MACHINE_PATH.search(line)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_guard_sees_each_folder(folder):
    assert MACHINE_PATH.search(f"see /{folder}/somewhere")
    assert not MACHINE_PATH.search(f"see docs/{folder}/somewhere")
