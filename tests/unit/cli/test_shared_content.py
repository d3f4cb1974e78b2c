"""What several organisations call lies in `bpmn/shared` and goes along with each that calls it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from web.organisation_files import SHARED, FilesRefused, files_of, home_of, organisations

ROOT = Path(__file__).resolve().parents[3]
CALLS = b'<definitions><callActivity id="a" calledElement="action_plan" /></definitions>'
CALLS_ANOTHER = b'<definitions><callActivity id="a" calledElement="investigation" /></definitions>'


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "bpmn" / SHARED, tmp_path / "bpmn" / SHARED)
    for name, diagram in (("calling", CALLS), ("alone", CALLS_ANOTHER)):
        folder = tmp_path / "bpmn" / name
        folder.mkdir()
        (folder / "organisation.yaml").write_text(f"key: {name}\n")
        (folder / "procedure.bpmn").write_bytes(diagram)
    return tmp_path


def shared_files():
    folder = ROOT / "bpmn" / SHARED
    return {path.name for path in folder.rglob("*.*") if path.suffix in (".bpmn", ".form", ".md")}


def test_an_organisation_that_calls_a_shared_process_takes_its_forms_and_templates_along(content):
    files = files_of(content, "calling")
    assert {"organisation.yaml", "procedure.bpmn", "action_plan.bpmn"} <= files.keys()
    assert shared_files() <= files.keys()


def test_an_organisation_that_calls_none_is_deployed_without_them(content):
    assert set(files_of(content, "alone")) == {"organisation.yaml", "procedure.bpmn"}


def test_the_shared_folder_is_no_organisation(content):
    assert organisations(content) == ["alone", "calling"]


def test_a_shared_file_is_checked_with_the_other_shared_files(content):
    form = content / "bpmn" / SHARED / "forms" / "action_plan_review.form"
    assert home_of(form) == content / "bpmn" / SHARED


def test_a_file_of_an_organisation_must_not_have_the_name_of_a_shared_one(content):
    (content / "bpmn" / "calling" / "action_plan_review.form").write_text("{}")
    with pytest.raises(FilesRefused, match=r"action_plan_review\.form"):
        files_of(content, "calling")


def test_the_shared_diagram_cites_no_organisations_clauses():
    for diagram in (ROOT / "bpmn" / SHARED).glob("*.bpmn"):
        assert b'name="clauses"' not in diagram.read_bytes()
