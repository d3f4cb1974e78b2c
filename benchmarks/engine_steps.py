"""Measures steps of process instances: load, complete a user task, run, save. Against SpiffWorkflow as it comes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from benchmarks.result import Result
from engine import execution
from engine.execution import ProcessSpec, Surroundings
from engine.feel import Evaluation
from engine.model.waits import UserTaskWait

RIVAL = "SpiffWorkflow 3.2.0 with its own serializer"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="t">'
    '<process id="p" isExecutable="true">'
)
TAIL = "</process></definitions>"


def _flows(*chains: str) -> str:
    pairs = dict.fromkeys(
        pair for chain in chains for pair in zip(chain.split(), chain.split()[1:], strict=False)
    )
    return "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs
    )


def _nodes(kind: str, *ids: str) -> str:
    return "".join(f'<{kind} id="{id}" name="{id}"/>' for id in ids)


def _timer(id: str, host: str) -> str:
    # A duration in quotes is text to SpiffWorkflow's Python; Remit's dialect writes it bare.
    return (
        f'<boundaryEvent id="{id}" attachedToRef="{host}"><timerEventDefinition id="{id}_def">'
        '<timeDuration xsi:type="tFormalExpression">"P1D"</timeDuration></timerEventDefinition>'
        "</boundaryEvent>"
    )


def _sequence() -> str:
    tasks = [f"t{n}" for n in range(10)]
    body = _nodes("startEvent", "start") + _nodes("endEvent", "end") + _nodes("userTask", *tasks)
    return HEAD + body + _flows(f"start {' '.join(tasks)} end") + TAIL


def _parallel() -> str:
    """Return three branches of three tasks, each task with a boundary timer."""
    body = _nodes("startEvent", "start") + _nodes("endEvent", "end")
    body += _nodes("parallelGateway", "split", "join")
    chains = []
    for branch in "abc":
        tasks = [f"{branch}{n}" for n in range(3)]
        body += _nodes("userTask", *tasks) + "".join(_timer(f"{t}_t", t) for t in tasks)
        body += _nodes("endEvent", *(f"{t}_late" for t in tasks))
        chains.append(f"start split {' '.join(tasks)} join end")
        chains += [f"{task}_t {task}_late" for task in tasks]
    return HEAD + body + _flows(*chains) + TAIL


def _large() -> str:
    """Return 25 activities: eleven, then three side by side with a timer each, then eleven."""
    first, last = [f"t{n}" for n in range(11)], [f"u{n}" for n in range(11)]
    body = _nodes("startEvent", "start") + _nodes("endEvent", "end", "late")
    body += _nodes("parallelGateway", "split", "join")
    body += _nodes("userTask", *first, "a", "b", "c", *last)
    body += "".join(_timer(f"{branch}_t", branch) for branch in "abc")
    before, after = " ".join(first), " ".join(last)
    chains = [f"start {before} split {branch} join {after} end" for branch in "abc"]
    return HEAD + body + _flows(*chains, "a_t late", "b_t late", "c_t late") + TAIL


def _loop() -> str:
    body = _nodes("startEvent", "start") + _nodes("endEvent", "end")
    body += _nodes("exclusiveGateway", "merge") + '<exclusiveGateway id="again" default="out"/>'
    body += _nodes("parallelGateway", "split", "join") + _nodes("userTask", "a", "b", "c")
    body += _flows("start merge split a join c again", "split b join")
    body += '<sequenceFlow id="out" sourceRef="again" targetRef="end"/>'
    body += (
        '<sequenceFlow id="back" sourceRef="again" targetRef="merge"><conditionExpression '
        'xsi:type="tFormalExpression">= true</conditionExpression></sequenceFlow>'
    )
    return HEAD + body + TAIL


def _waiting(timers: int) -> str:
    """Return a sequence of tasks beside so many timers that wait."""
    tasks = [f"t{n}" for n in range(20)]
    body = _nodes("startEvent", "start") + _nodes("endEvent", "end")
    body += _nodes("parallelGateway", "split") + _nodes("userTask", *tasks)
    chains = [f"start split {' '.join(tasks)} end"]
    for n in range(timers):
        body += (
            f'<intermediateCatchEvent id="w{n}"><timerEventDefinition id="w{n}_def">'
            '<timeDuration xsi:type="tFormalExpression">"P1D"</timeDuration>'
            "</timerEventDefinition></intermediateCatchEvent>"
        )
        chains.append(f"split w{n} end")
    return HEAD + body + _flows(*chains) + TAIL


def _items() -> str:
    body = _nodes("startEvent", "start") + _nodes("endEvent", "end")
    body += (
        '<userTask id="each"><multiInstanceLoopCharacteristics camunda:collection="= items" '
        'camunda:elementVariable="item"/></userTask>'
    )
    return HEAD + body + _flows("start each end") + TAIL


class Ours:
    """Remit's engine, stored and loaded at each step as the service does."""

    def __init__(self, source: str, now: datetime = NOW, **variables: Any) -> None:
        specs, problems = execution.parse(source.replace('"P1D"', "P1D").encode(), file="bench")
        if not specs:
            raise RuntimeError("; ".join(map(str, problems)))
        self.spec: ProcessSpec = specs[0]
        self.surroundings = Surroundings(
            now=now,
            new_evaluation=lambda: Evaluation(now),
            decide=self._nothing,
            process=self._nothing,
            process_version=self._nothing,
        )
        begun = execution.start(
            self.spec,
            variables=variables,
            surroundings=self.surroundings,
            instance={"id": "i", "business_key": "k", "started_at": NOW},
        )
        begun.run()
        outcome = begun.outcome()
        self.document = outcome.document
        self.open = [w.token_id for w in outcome.change.added if isinstance(w, UserTaskWait)]
        self.running = True

    @staticmethod
    def _nothing(*_: Any) -> Any:
        raise AssertionError("the benchmark's diagrams refer to nothing")

    def step(self) -> None:
        """Load the instance, complete its oldest user task, run, save."""
        loaded = execution.load(self.spec, self.document, self.surroundings)
        loaded.complete_user_task(self.open.pop(0), {}, by="somebody")
        loaded.run()
        outcome = loaded.outcome()
        self.document = outcome.document
        gone = {wait.token_id for wait in outcome.change.removed}
        self.open = [token for token in self.open if token not in gone]
        self.open += [w.token_id for w in outcome.change.added if isinstance(w, UserTaskWait)]
        self.running = outcome.state == "running"


class Stock:
    """SpiffWorkflow as its documentation uses it."""

    def __init__(self, source: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_io(BytesIO(source.encode()))
        self.serializer = BpmnWorkflowSerializer()
        workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        workflow.do_engine_steps()
        self.document = self.serializer.serialize_json(workflow)
        self.running = True

    def step(self) -> None:
        """Load the instance, complete its oldest user task, run, save."""
        workflow = self.serializer.deserialize_json(self.document)
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        workflow.do_engine_steps()
        self.document = self.serializer.serialize_json(workflow)
        self.running = not workflow.is_completed()


def _per_step(make: Callable[[], Ours | Stock], steps: int, rounds: int) -> float:
    """Return the median milliseconds of a step over several instances."""
    times = []
    for _ in range(rounds):
        instance = make()
        for _ in range(steps):
            begun = time.perf_counter()
            instance.step()
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def _against_stock(name: str, source: str, steps: int, rounds: int) -> Result:
    ours = _per_step(lambda: Ours(source), steps, rounds)
    stock = _per_step(lambda: Stock(source), steps, max(2, rounds // 5))
    ratio = stock / ours
    return Result(name, ours, "ms", RIVAL, ratio, "at least 4 times faster", ratio >= 4)


def _size() -> Result:
    ours, stock = Ours(_large()), Stock(_large())
    for _ in range(11):
        ours.step()
        stock.step()
    size, rival = len(ours.document.encode()), len(stock.document.encode())
    ratio = rival / size
    return Result(
        "stored document, 25 activities, 11 done, 3 waiting",
        size,
        "bytes",
        RIVAL,
        ratio,
        "at most a tenth",
        ratio >= 10,
    )


def _side_by_side(
    few: Callable[[], object], many: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Return the fastest milliseconds of two things done in turn.

    Processor time, because others use this machine too: a long run would meet them, a short one not.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for act, taken in zip((few, many), times, strict=True):
            begun = time.process_time()
            act()
            taken.append((time.process_time() - begun) * 1000)
    return min(times[0]), min(times[1])


def _against_itself(
    name: str, few: float, many: float, rival: str, bar: float, words: str
) -> Result:
    ratio = many / few
    return Result(name, many, "ms", rival, ratio, words, ratio <= bar)


def _loop_rounds() -> Result:
    young, old = Ours(_loop()), Ours(_loop())

    def round_of(instance: Ours) -> None:
        for _ in range(3):
            instance.step()

    for _ in range(5):
        round_of(young)
    for _ in range(990):
        round_of(old)
    few, many = _side_by_side(lambda: round_of(young), lambda: round_of(old), 20)
    return _against_itself(
        "round 1,000 of a loop with a parallel block",
        few,
        many,
        "its round 10",
        1.5,
        "at most 1.5 times as long",
    )


def _many_timers() -> Result:
    few, many = Ours(_waiting(3)), Ours(_waiting(300))
    times = _side_by_side(few.step, many.step, 18)
    return _against_itself(
        "a step beside 300 waiting timers",
        *times,
        "the step beside 3",
        3,
        "at most 3 times as long",
    )


def _firing() -> Result:
    """Measure firing timers that fell due together, each."""

    def firing(timers: int) -> Callable[[], object]:
        instance = Ours(_waiting(timers))
        later = Ours(_waiting(timers), now=NOW + timedelta(days=1)).surroundings

        def fire() -> str:
            loaded = execution.load(instance.spec, instance.document, later)
            loaded.run()
            return loaded.outcome().document

        return fire

    few, many = _side_by_side(firing(30), firing(300), 20)
    return _against_itself(
        "firing one of 300 timers that fell due together",
        few / 30,
        many / 300,
        "one of 30",
        2,
        "at most twice as long each",
    )


def _multi_instance() -> Result:
    """Measure making the iterations of a parallel multi-instance task, each."""
    few, many = _side_by_side(
        lambda: Ours(_items(), items=["x"] * 100), lambda: Ours(_items(), items=["x"] * 1_000), 10
    )
    return _against_itself(
        "an item of a parallel multi-instance task over 1,000",
        few / 100,
        many / 1_000,
        "an item of 100",
        1.5,
        "at most 1.5 times as long",
    )


def _last_items() -> Result:
    """Measure completing one item of many that wait."""
    few, many = Ours(_items(), items=["x"] * 30), Ours(_items(), items=["x"] * 1_000)
    times = _side_by_side(few.step, many.step, 25)
    return _against_itself(
        "completing an item of a multi-instance task over 1,000",
        *times,
        "an item of 30",
        6,
        "at most 6 times as long",
    )


def _first_and_last_items() -> Result:
    """Measure completing the first and the last twenty of 1,000 items."""
    instance = Ours(_items(), items=["x"] * 1_000)
    times = []
    for _ in range(999):
        begun = time.process_time()
        instance.step()
        times.append((time.process_time() - begun) * 1000)
    first, last = statistics.median(times[:20]), statistics.median(times[-20:])
    return Result(
        "completing one of the last of 1,000 parallel items",
        last,
        "ms",
        "one of the first",
        last / first,
        "both at most 10 ms",
        max(first, last) <= 10,
    )


def run() -> list[Result]:
    """Measure everything once."""
    return [
        _against_stock("a user task in a sequence of ten", _sequence(), 9, 30),
        _against_stock("a user task in 3 x 3 with nine timers", _parallel(), 8, 30),
        _size(),
        _loop_rounds(),
        _many_timers(),
        _firing(),
        _multi_instance(),
        _last_items(),
        _first_and_last_items(),
    ]
