"""No text that somebody wrote is ever run, or unpacked into objects, by Python."""

from __future__ import annotations

import pytest

from tests.architecture.source_files import calls, imports, modules, place

RUNS_TEXT = {"eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"}
BUILDS_OBJECTS = {
    "yaml.load",
    "yaml.load_all",
    "yaml.full_load",
    "yaml.unsafe_load",
    "yaml.unsafe_load_all",
}
UNPACKS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "code", "codeop"}


def findings(paths):
    found = []
    for path in paths:
        found += [
            place(path, line) for name, line in calls(path) if name in RUNS_TEXT | BUILDS_OBJECTS
        ]
        found += [
            place(path, line)
            for name, line in imports(path)
            if name.split(".")[0] in UNPACKS_OBJECTS
        ]
    return found


def test_no_module_runs_text_or_unpacks_objects():
    assert findings(modules()) == []


@pytest.mark.parametrize(
    "line",
    ["eval(text)", "exec(text)", "compile(text, '', 'eval')", "yaml.load(text)", "import pickle"],
)
def test_the_guard_sees_each_way(tmp_path, monkeypatch, line):
    module = tmp_path / "module.py"
    module.write_text(line)
    monkeypatch.setattr("tests.architecture.source_files.ROOT", tmp_path)
    assert findings([module]) == ["module.py:1"]
