"""Reads scenario files: YAML in, a `Scenario` or every reason why not out. Never runs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo

from engine.content import ConnectorAnswer
from engine.content.yaml_file import Entry, Findings, read_yaml
from engine.model.errors import RemitError
from engine.model.problems import Problem, Severity
from web.scenarios.dates import read_duration, read_instant
from web.scenarios.scenario import (
    ANY_TIME,
    Answer,
    Complete,
    Due,
    Expect,
    ExpectedDecision,
    ExpectedNotice,
    ExpectedRequest,
    ExpectedTask,
    MoveClock,
    Perform,
    Place,
    Refused,
    Retry,
    Scenario,
    SendMessage,
    Start,
    Step,
)
from web.scenarios.source import data, mapping, words

T = TypeVar("T")

STATUSES = range(100, 600)
MOST_TIMES = 1_000
STATES = ("running", "completed", "cancelled", "suspended", "failed")


class ScenarioRefused(RemitError):
    """A scenario file that cannot be read; `problems` says why, one place at a time."""

    code: ClassVar[str] = "scenario_refused"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def read_scenario(path: Path, *, zones: Mapping[str, ZoneInfo]) -> Scenario:
    """Return the scenario in a file.

    Its organisation is the name of the folder it lies in, unless it says `organisation:` itself;
    `zones` gives each organisation's time zone, in which its dates are read.
    Raises `ScenarioRefused` with every finding, and `OSError` when the file cannot be read.
    """
    source = path.read_bytes()
    folder = path.absolute().parent.name
    scenario = parse_scenario(source, file=str(path), folder=folder, zones=zones)
    return replace(
        scenario,
        earlier=tuple(_earlier(path, name, scenario, zones) for name in scenario.after),
    )


def _earlier(path: Path, name: str, scenario: Scenario, zones: Mapping[str, ZoneInfo]) -> Scenario:
    """Return a scenario that has happened before; refuse one that there is not, or a chain."""
    beside = path.parent / f"{name}.yaml"
    if PurePath(name).name != name or not beside.is_file():
        sentence = f"there is no scenario {name}.yaml in this folder."
    else:
        found = parse_scenario(
            beside.read_bytes(), file=str(beside), folder=scenario.organisation, zones=zones
        )
        if not found.after:
            return found
        sentence = f"{name} has an 'after' of its own: name those scenarios here instead."
    place = scenario.place
    raise ScenarioRefused(
        [
            Problem(
                Severity.ERROR, "wrong_value", f"after: {sentence}", place.file, None, place.line
            )
        ]
    )


def parse_scenario(
    source: bytes, *, file: str, folder: str, zones: Mapping[str, ZoneInfo]
) -> Scenario:
    """Return the scenario in `source`; see `read_scenario`."""
    findings = Findings(file)
    root = read_yaml(source, findings)
    scenario = _Reader(findings, zones).scenario(root, folder) if root else None
    if findings.problems or scenario is None:
        raise ScenarioRefused(findings.problems)
    return scenario


class _Reader:
    """Reads one file; what it cannot read becomes a finding and a stand-in."""

    def __init__(self, findings: Findings, zones: Mapping[str, ZoneInfo]) -> None:
        self.findings = findings
        self.zones = zones
        self.zone = ZoneInfo("UTC")
        self._steps: dict[str, Callable[[Entry, Mapping[str, Entry]], Step]] = {
            "complete": self.complete,
            "refused": self.refused,
            "move_clock": self.move_clock,
            "message": self.message,
            "answer": self.answer,
            "no_answer": self.no_answer,
            "perform": self.perform,
            "retry": self.retry,
            "expect": self.expect,
        }

    def scenario(self, root: Entry, folder: str) -> Scenario | None:
        found = root.fields(
            required=("scenario", "process", "now", "steps"),
            optional=("organisation", "start", "message", "after"),
        )
        if self.findings.problems:
            return None
        organisation = found["organisation"].text() if "organisation" in found else folder
        if organisation not in self.zones:
            found.get("organisation", root).refuse(
                "unknown_organisation",
                f"{organisation!r} is not an organisation; known are "
                f"{', '.join(sorted(self.zones)) or 'none'}.",
            )
            return None
        self.zone = self.zones[organisation]
        if ("start" in found) == ("message" in found):
            root.refuse("missing_key", "either 'start' or 'message' begins a scenario.")
            return None
        begin: Start | SendMessage
        if "start" in found:
            begin = self.start(found["start"])
        else:
            begin = self.message(found["message"], {})
        return Scenario(
            place=self.place(root),
            name=found["scenario"].text(),
            organisation=organisation,
            process=found["process"].text(),
            zone=self.zone,
            now=self.instant(found["now"]),
            begin=begin,
            steps=tuple(
                step for entry in found["steps"].items() if (step := self.step(entry)) is not None
            ),
            after=words(found.get("after")) or (),
        )

    def place(self, entry: Entry) -> Place:
        return Place(self.findings.file, entry.node.start_mark.line + 1)

    def start(self, entry: Entry) -> Start:
        found = entry.fields(optional=("business_key", "timer", "variables"))
        key = found["business_key"].text() if "business_key" in found else None
        timer = found["timer"].text() if "timer" in found else None
        if timer is not None and len(found) > 1:
            entry.refuse("wrong_value", "what a timer begins has no key and no variables.")
        return Start(self.place(entry), key, timer, mapping(found.get("variables")))

    def step(self, entry: Entry) -> Step | None:
        found = entry.entries()
        kinds = [key for key in found if key in self._steps]
        if len(kinds) != 1:
            entry.refuse(
                "unknown_step", f"a step is one of {', '.join(self._steps)}; here are {kinds}."
            )
            return None
        kind = kinds[0]
        return self._steps[kind](found[kind], {k: e for k, e in found.items() if k != kind})

    def complete(self, task: Entry, rest: Mapping[str, Entry]) -> Complete:
        self.only(rest, "by", "where", "with")
        return Complete(
            self.place(task),
            task.text(),
            self.role(task, rest),
            mapping(rest.get("with")),
            mapping(rest.get("where")),
        )

    def refused(self, what: Entry, rest: Mapping[str, Entry]) -> Refused:
        self.only(rest, "by", "where", "with", "fields", "code")
        verb, _, task = what.text().partition(" ")
        if verb != "complete" or not task.strip():
            what.refuse("wrong_value", "write 'refused: complete' and the task's element id.")
        return Refused(
            self.place(what),
            task.strip(),
            self.role(what, rest),
            mapping(rest.get("with")),
            words(rest.get("fields")),
            rest["code"].text() if "code" in rest else None,
            mapping(rest.get("where")),
        )

    def move_clock(self, entry: Entry, rest: Mapping[str, Entry]) -> MoveClock:
        self.only(rest)
        found = entry.fields(optional=("to", "by"))
        if len(found) != 1:
            entry.refuse("wrong_value", "the clock moves 'to' an instant or 'by' a duration.")
        if "by" in found:
            duration = self.read(found["by"], read_duration)
            return MoveClock(self.place(entry), by=duration)
        return MoveClock(self.place(entry), to=self.instant(found["to"]) if found else None)

    def message(self, entry: Entry, rest: Mapping[str, Entry]) -> SendMessage:
        self.only(rest)
        found = entry.fields(required=("name",), optional=("correlation_key", "variables"))
        key = found["correlation_key"].text() if "correlation_key" in found else None
        name = found["name"].text() if "name" in found else ""
        return SendMessage(self.place(entry), name, key, mapping(found.get("variables")))

    def answer(self, task: Entry, rest: Mapping[str, Entry]) -> Answer:
        self.only(rest, "status", "headers", "body", "times", "where")
        if "status" not in rest:
            task.refuse(
                "missing_key", "'status' is missing: the number that HTTP answers with, 200 say."
            )
        headers = rest["headers"].entries() if "headers" in rest else {}
        reply = ConnectorAnswer(
            self.number(rest["status"], STATUSES) if "status" in rest else 200,
            {name.lower(): value.text() for name, value in headers.items()},
            data(rest["body"]) if "body" in rest else None,
        )
        return self.answering(task, rest, reply)

    def no_answer(self, task: Entry, rest: Mapping[str, Entry]) -> Answer:
        self.only(rest, "times", "where")
        return self.answering(task, rest, None)

    def answering(
        self, task: Entry, rest: Mapping[str, Entry], reply: ConnectorAnswer | None
    ) -> Answer:
        times = self.number(rest["times"], range(1, MOST_TIMES + 1)) if "times" in rest else 1
        return Answer(self.place(task), task.text(), reply, times, mapping(rest.get("where")))

    def perform(self, task: Entry, rest: Mapping[str, Entry]) -> Perform:
        self.only(rest, "with", "error", "where")
        return Perform(
            self.place(task),
            task.text(),
            mapping(rest.get("with")),
            rest["error"].text() if "error" in rest else None,
            mapping(rest.get("where")),
        )

    def retry(self, task: Entry, rest: Mapping[str, Entry]) -> Retry:
        self.only(rest, "where")
        return Retry(self.place(task), task.text(), mapping(rest.get("where")))

    def expect(self, entry: Entry, rest: Mapping[str, Entry]) -> Expect:
        self.only(rest)
        found = entry.fields(
            optional=(
                *("tasks", "notices", "decisions", "state", "variables"),
                *("asked", "dead_letters"),
            )
        )
        if not found:
            entry.refuse("wrong_value", "something must be expected here.")
        state = found["state"].text() if "state" in found else None
        if state is not None and state not in STATES:
            found["state"].refuse("wrong_value", f"a state is one of {', '.join(STATES)}.")
        return Expect(
            self.place(entry),
            tasks=self.each(found.get("tasks"), self.task),
            notices=self.notices(found.get("notices")),
            decisions=self.each(found.get("decisions"), self.decision),
            state=state,
            variables=mapping(found["variables"]) if "variables" in found else None,
            asked=self.each(found.get("asked"), self.request),
            dead_letters=words(found.get("dead_letters")),
        )

    def task(self, entry: Entry) -> ExpectedTask:
        if not entry.is_mapping:
            return ExpectedTask(self.place(entry), entry.text())
        found = entry.entries()
        self.only(found, "task", "for", "assignee", "due", "follow_up")
        if "task" not in found:
            entry.refuse("missing_key", "'task' is missing: the element id of the user task.")
        return ExpectedTask(
            self.place(entry),
            found["task"].text() if "task" in found else "",
            groups=words(found.get("for")),
            assignee=found["assignee"].text() if "assignee" in found else None,
            due=self.due(found.get("due")),
            follow_up=self.due(found.get("follow_up")),
        )

    def notices(self, entry: Entry | None) -> tuple[ExpectedNotice, ...] | None:
        if entry is None:
            return None
        notices = []
        for item in entry.items():
            found = item.fields(required=("template", "to"))
            if len(found) == 2:
                template = found["template"].text()
                notices += [
                    ExpectedNotice(self.place(item), template, to)
                    for to in words(found["to"]) or ()
                ]
        return tuple(notices)

    def decision(self, entry: Entry) -> ExpectedDecision:
        found = entry.entries()
        self.only(found, "decision", "outputs", "rules")
        if "decision" not in found:
            entry.refuse("missing_key", "'decision' is missing: the decision's id.")
            return ExpectedDecision(self.place(entry), "")
        return ExpectedDecision(
            self.place(entry),
            found["decision"].text(),
            outputs=data(found["outputs"]) if "outputs" in found else None,
            compares_outputs="outputs" in found,
            rules=self.rules(found["rules"]) if "rules" in found else None,
        )

    def request(self, entry: Entry) -> ExpectedRequest:
        if not entry.is_mapping:
            return ExpectedRequest(self.place(entry), entry.text())
        found = entry.fields(required=("task",), optional=("method", "url", "body"))
        return ExpectedRequest(
            self.place(entry),
            found["task"].text() if "task" in found else "",
            method=found["method"].text() if "method" in found else None,
            url=found["url"].text() if "url" in found else None,
            body=data(found["body"]) if "body" in found else None,
            compares_body="body" in found,
        )

    def rules(self, entry: Entry) -> tuple[int, ...]:
        numbers = [data(item) for item in entry.items()]
        if any(not isinstance(number, int) or number < 1 for number in numbers):
            entry.refuse("wrong_value", "rules are row numbers of the table, counted from 1.")
            return ()
        return tuple(numbers)

    def number(self, entry: Entry, allowed: range) -> int:
        number = data(entry)
        if isinstance(number, int) and not isinstance(number, bool) and number in allowed:
            return number
        entry.refuse(
            "wrong_value", f"a whole number from {allowed[0]} to {allowed[-1]} is expected."
        )
        return allowed[0]

    def role(self, step: Entry, rest: Mapping[str, Entry]) -> str:
        if "by" not in rest:
            step.refuse("missing_key", "'by' is missing: the role that does it.")
            return ""
        return rest["by"].text()

    def due(self, entry: Entry | None) -> Due:
        if entry is None:
            return ANY_TIME
        if entry.is_null or (not entry.is_mapping and entry.text() == "none"):
            return None
        return self.instant(entry)

    def instant(self, entry: Entry) -> datetime:
        moment = self.read(entry, lambda text: read_instant(text, self.zone))
        return moment or datetime.max.replace(tzinfo=UTC)

    def read(self, entry: Entry, reading: Callable[[str], T]) -> T | None:
        try:
            return reading(entry.text())
        except ValueError as error:
            entry.refuse("wrong_value", f"{error}.")
            return None

    def each(self, entry: Entry | None, reading: Callable[[Entry], T]) -> tuple[T, ...] | None:
        return None if entry is None else tuple(reading(item) for item in entry.items())

    def only(self, found: Mapping[str, Entry], *known: str) -> None:
        for key, entry in found.items():
            if key not in known:
                entry.refuse(
                    "unknown_key",
                    f"{key!r} is not known here; known are {', '.join(known) or 'no others'}.",
                )
