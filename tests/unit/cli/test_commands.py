"""Commands print what they promise: one JSON object, plain sentences, exit codes 0, 1 and 2."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.unit.cli.conftest import ROOT
from web.cli import COMMANDS

DERBY = ROOT / "bpmn" / "derby"
KITCHEN = Path(__file__).parent / "kitchen"
DISH = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dish" name="Dish"
             namespace="http://example.org/dish">
  <decision id="dish" name="Dish">
    <decisionTable id="table" hitPolicy="FIRST">
      <input id="in" label="Guests">
        <inputExpression id="expression" typeRef="number"><text>guests</text></inputExpression>
      </input>
      <output id="out" label="Dish" name="dish" typeRef="string" />
      <rule id="few"><description>clauses: KITCHEN-1</description>
        <inputEntry id="a"><text>&lt; 4</text></inputEntry>
        <outputEntry id="b"><text>"Steak"</text></outputEntry>
      </rule>
      <rule id="many">
        <inputEntry id="c"><text>-</text></inputEntry>
        <outputEntry id="d"><text>"Stew"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def test_help_names_every_command(remit):
    ran = remit("--help")
    assert ran.code == 0
    for name in COMMANDS:
        assert name in ran.out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(remit, name):
    ran = remit(name, "--help")
    assert ran.code == 0
    assert ran.out.startswith("Usage: remit ")


@pytest.mark.parametrize(
    "arguments", [("cook",), ("feel",), ("feel", "1", "--contxt", "{}"), ("deploy", "nowhere")]
)
def test_wrong_usage_is_exit_code_2(remit, arguments):
    ran = remit(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_a_setting_that_cannot_be_used_is_one_sentence(remit, monkeypatch):
    monkeypatch.setenv("REMIT_PORT", "http")
    ran = remit("jobs")
    assert ran.code == 1
    assert ran.err == "REMIT_PORT must be a port number from 1 to 65535.\n"


def test_a_fault_is_one_sentence_and_can_be_traced(remit, monkeypatch):
    monkeypatch.setattr("web.commands.expressions.compile_expression", lambda *_, **__: 1 / 0)
    ran = remit("feel", "1")
    assert ran.code == 1
    assert ran.err.startswith("This is a fault in Remit: ZeroDivisionError")
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" in remit("--traceback", "feel", "1").err


class TestFeel:
    def test_it_prints_the_value_as_json(self, remit):
        ran = remit("feel", "a + b", "--context", '{"a": 0.1, "b": 0.2}', "--json")
        assert ran.code == 0
        assert ran.json == {"value": 0.3, "warnings": []}

    def test_it_prints_the_value_alone(self, remit):
        assert remit("feel", "[1, 2][item > 1]").out == "[\n  2\n]\n"

    def test_names_with_spaces_are_read_from_the_context(self, remit):
        ran = remit("feel", "due date + 1", "--context", '{"due date": 1}', "--json")
        assert ran.json["value"] == 2

    def test_what_becomes_null_says_why(self, remit):
        ran = remit("feel", '1 + "a"', "--json")
        assert ran.code == 0
        assert ran.json["value"] is None
        assert ran.json["warnings"][0]["message"]

    def test_what_is_no_feel_is_exit_code_1_with_its_place(self, remit):
        ran = remit("feel", "1 + ", "--json")
        assert ran.code == 1
        assert set(ran.json["error"]) == {"code", "message", "position"}
        assert ran.json["error"]["position"] == 4

    def test_a_leading_sign_of_equality_is_no_part_of_it(self, remit):
        assert remit("feel", " = 1 = 1").out == "true\n"
        assert remit("feel", "= 1 + ", "--json").json["error"]["position"] == 6

    def test_without_json_the_mistake_is_on_standard_error(self, remit):
        ran = remit("feel", "1 + ")
        assert (ran.code, ran.out) == (1, "")
        assert "expected" in ran.err

    def test_numbers_that_json_cannot_hold_are_text(self, remit):
        ran = remit("feel", "12345678901234567890.5 + 0", "--json")
        assert ran.json["value"] == "12345678901234567890.5"

    @pytest.mark.parametrize("context", ["[]", "{", '{"a": NaN}'])
    def test_a_context_that_is_no_json_object_is_wrong_usage(self, remit, context):
        ran = remit("feel", "1", "--context", context)
        assert ran.code == 2
        assert "--context" in ran.err

    def test_working_time_is_an_organisations(self, remit):
        ran = remit(
            "feel",
            'working days after(date and time("2026-12-24T16:00:00@Europe/London"), 1)',
            "--organisation",
            "derby",
            "--json",
        )
        assert ran.json["value"].startswith("2026-12-29T17:00:00")


class TestDecide:
    def test_it_prints_outputs_rules_and_clauses(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text(DISH)
        ran = remit("decide", file, "dish", "--input", '{"guests": 2}', "--json")
        assert ran.code == 0
        assert ran.json == {
            "outputs": "Steak",
            "inputs": {"Guests": 2},
            "rules": [{"id": "few", "clauses": ["KITCHEN-1"]}],
            "warnings": [],
        }

    def test_a_decision_is_found_by_name_too(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text(DISH)
        assert remit("decide", file, "Dish", "--input", '{"guests": 9}').out == '"Stew"\n'

    def test_in_words_it_says_what_was_tested_and_which_rules_applied(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text(DISH)
        ran = remit("decide", file, "dish", "--input", '{"guests": 2}')
        assert "input Guests = 2" in ran.err
        assert "rule 1 of dish: few (KITCHEN-1)" in ran.err

    def test_an_unknown_decision_names_those_there_are(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text(DISH)
        ran = remit("decide", file, "drink")
        assert ran.code == 1
        assert "it has dish" in ran.err

    def test_a_table_with_a_mistake_is_told_with_its_place(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text(DISH.replace("&lt; 4", "&lt; &lt; 4"))
        ran = remit("decide", file, "dish")
        assert ran.code == 1
        assert "dish.dmn:" in ran.err
        line, text, caret = ran.err.splitlines()
        assert "(feel_syntax)" in line
        assert text[caret.index("^")] == "<"


class TestCheck:
    def test_what_ships_has_no_errors(self, remit):
        ran = remit("check", DERBY, "--json")
        errors = [p for p in ran.json["problems"] if p["severity"] == "error"]
        assert errors == []
        assert ran.code == 0

    def test_one_file_is_checked_with_what_is_around_it(self, remit):
        assert remit("check", DERBY / "serious_incident.bpmn").code == 0

    def test_several_organisations_are_checked_apart(self, remit):
        ran = remit("check", ROOT / "bpmn", KITCHEN / "bpmn", KITCHEN / "dmn", "--json")
        assert [p for p in ran.json["problems"] if p["severity"] == "error"] == []
        assert ran.code == 0

    def test_each_problem_begins_a_line_with_its_place_and_shows_the_text(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text(DISH.replace("&lt; 4", "&lt; &lt; 4"))
        ran = remit("check", file)
        assert ran.code == 1
        assert ran.out.startswith(f"{file}:")
        lines = ran.out.splitlines()
        problems = remit("check", file, "--json").json["problems"]
        assert sum(line.startswith(f"{file}:") for line in lines) == len(problems)
        assert lines[1:3] == ["  < < 4", "    ^"]

    def test_a_problem_has_the_fields_that_programs_rely_on(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text("<nothing/>")
        problem = remit("check", file, "--json").json["problems"][0]
        assert set(problem) == {
            "severity",
            "code",
            "file",
            "element_id",
            "line",
            "column",
            "message",
        }
        assert problem["severity"] == "error"

    def test_a_folder_without_content_is_a_sentence(self, remit, tmp_path):
        (tmp_path / "empty").mkdir()
        ran = remit("check", tmp_path / "empty")
        assert ran.code == 1
        assert "There is no" in ran.err


class TestDatabase:
    def test_derby_is_deployed_and_a_token_made(self, remit):
        ran = remit("deploy", DERBY, "--organisation", "derby", "--json")
        assert ran.code == 0
        assert {"key": "serious_incident", "version": 1} in ran.json["process_definitions"]
        secret = remit("token", "create", "--organisation", "derby", "--role", "administrator")
        assert secret.code == 0
        assert secret.out.startswith("remit_")
        assert len(secret.out.split()) == 1

    def test_a_token_as_json_holds_the_secret_and_whose_it_is(self, remit):
        remit("deploy", DERBY, "--organisation", "derby")
        made = remit(
            "token", "create", "--organisation", "derby", "--role", "compliance", "--json"
        ).json
        assert made["role"] == "compliance"
        assert made["token"].startswith("remit_")

    def test_a_revoked_token_stays_in_the_list(self, remit):
        remit("deploy", DERBY, "--organisation", "derby")
        remit("token", "create", "--organisation", "derby", "--role", "staff", "--name", "forms")
        made = remit("token", "list", "--organisation", "derby", "--json").json["tokens"]
        assert [(token["role"], token["name"]) for token in made] == [("staff", "forms")]
        assert remit("token", "revoke", "--organisation", "derby", made[0]["id"]).code == 0
        assert remit("token", "revoke", "--organisation", "derby", made[0]["id"]).code == 1
        assert remit("token", "list", "--organisation", "derby").out.endswith("forms  revoked\n")

    def test_an_unchanged_definition_keeps_its_version(self, remit):
        remit("deploy", DERBY, "--organisation", "derby")
        again = remit("deploy", DERBY, "--organisation", "derby", "--json")
        assert {"key": "serious_incident", "version": 1} in again.json["process_definitions"]

    def test_what_is_refused_leaves_nothing(self, remit, tmp_path):
        file = tmp_path / "dish.dmn"
        file.write_text("<nothing/>")
        ran = remit("deploy", DERBY, file, "--organisation", "derby")
        assert ran.code == 1
        assert "dish.dmn" in ran.out
        unknown = remit("token", "create", "--organisation", "derby", "--role", "staff")
        assert unknown.code == 1
        assert "no organisation 'derby'" in unknown.err

    def test_an_unknown_role_names_those_there_are(self, remit):
        remit("deploy", DERBY, "--organisation", "derby")
        ran = remit("token", "create", "--organisation", "derby", "--role", "king")
        assert (ran.code, ran.out) == (1, "")
        assert "head_of_service" in ran.err

    def test_the_jobs_of_an_idle_council_are_the_starts_of_its_cycles(self, remit):
        remit("deploy", DERBY, "--organisation", "derby")
        assert [job["kind"] for job in remit("jobs", "--json").json["jobs"]] == ["timer_start"]
        assert remit("jobs", "--state", "due", "--json").json == {"jobs": []}

    def test_a_backup_brings_back_what_was(self, remit, tmp_path):
        remit("deploy", DERBY, "--organisation", "derby")
        assert remit("db", "backup", tmp_path / "copy.db").code == 0
        with sqlite3.connect(tmp_path / "var" / "remit.db") as connection:
            connection.execute("UPDATE organisation SET name = 'changed'")
        assert remit("db", "restore", tmp_path / "copy.db").code == 1
        assert remit("db", "restore", tmp_path / "copy.db", "--yes").code == 0
        with sqlite3.connect(tmp_path / "var" / "remit.db") as connection:
            name = connection.execute("SELECT name FROM organisation").fetchone()[0]
        assert name.startswith("Derby")

    def test_a_backup_never_replaces_a_file(self, remit, tmp_path):
        remit("db", "upgrade")
        (tmp_path / "copy.db").write_text("precious")
        ran = remit("db", "backup", tmp_path / "copy.db")
        assert ran.code == 1
        assert (tmp_path / "copy.db").read_text() == "precious"

    def test_what_is_no_backup_is_not_restored(self, remit, tmp_path):
        (tmp_path / "copy.db").write_text("not a database at all, but long enough to look at")
        ran = remit("db", "restore", tmp_path / "copy.db")
        assert ran.code == 1
        assert "cannot be copied" in ran.err

    def test_postgresql_has_tools_of_its_own(self, remit, monkeypatch):
        monkeypatch.setenv("REMIT_DATABASE_URL", "postgresql://db/remit")
        ran = remit("db", "backup", "copy.dump")
        assert ran.code == 1
        assert "pg_dump" in ran.err


class TestTck:
    def test_the_conformance_cases_are_counted(self, remit):
        kit = ROOT.parent / "shared" / "tck" / "compliance-level-2"
        if not kit.is_dir():
            pytest.skip(f"the conformance kit is not at {kit}")
        ran = remit("tck", kit, "--json")
        assert ran.code == 0
        assert ran.json["levels"] == {"2": {"passed": 116, "total": 116}}
        assert set(ran.json) == {"levels", "value_cases", "null_cases", "folders"}
