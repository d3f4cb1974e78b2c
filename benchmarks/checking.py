"""Measures `remit check` on a folder of 200 diagrams as different modellers write them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result

DIAGRAMS = 200
ALONE = 10
COMMAND = "from web.cli import main; main()"
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = (
    'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"'
)
VENDORS: dict[str, tuple[str, str, str]] = {
    # The prefix of BPMN's names, the vendor's namespace, and what it adds to a user task.
    "camunda": ("bpmn:", "http://camunda.org/schema/1.0/bpmn", 'v:candidateGroups="staff"'),
    "operaton": ("bpmn:", "http://operaton.org/schema/1.0/bpmn", 'v:assignee="somebody"'),
    "zeebe": ("bpmn:", "http://camunda.org/schema/zeebe/1.0", 'v:modelerTemplate="x"'),
    "activiti": ("", "http://activiti.org/bpmn", 'v:assignee="kermit"'),
    "flowable": ("", "http://flowable.org/bpmn", 'v:formKey="form"'),
    "signavio": ("", "http://www.signavio.com", ""),
    "jbpm": ("bpmn2:", "http://www.jboss.org/drools", 'v:selectable="true"'),
    "trisotech": ("semantic:", "http://www.trisotech.com/2014/triso/bpmn", 'v:x="1"'),
}
TASKS = ("userTask", "manualTask", "task", "serviceTask", "sendTask", "scriptTask", "receiveTask")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


def diagram(chance: random.Random) -> str:
    """Return a pool of blocks with branches, lanes, data objects and a layout."""
    p, space, added = VENDORS[chance.choice(sorted(VENDORS))]
    runs = chance.random() < 0.6
    nodes: list[tuple[str, str]] = [("startEvent", "start")]
    flows: list[tuple[str, str]] = []
    last = "start"
    for number in range(chance.randint(2, 8)):
        split, join = f"s{number}", f"j{number}"
        kind = chance.choice(GATEWAYS)
        odd = not runs and chance.random() < 0.2
        nodes += [(kind, split), (chance.choice(GATEWAYS) if odd else kind, join)]
        flows.append((last, split))
        for branch in range(chance.randint(2, 4)):
            task = f"t{number}_{branch}"
            nodes.append((chance.choice(TASKS[:3] if runs else TASKS), task))
            flows += [(split, task), (task, join)]
        last = join
    nodes.append(("endEvent", "end"))
    flows.append((last, "end"))
    kinds = {name: kind for kind, name in nodes}
    body = [f'<{p}laneSet id="lanes"><{p}lane id="lane" name="Staff">']
    body += [f"<{p}flowNodeRef>{name}</{p}flowNodeRef>" for _, name in nodes]
    body += [f"</{p}lane></{p}laneSet>"]
    for kind, name in nodes:
        extra = added if kind == "userTask" else ""
        if kind in GATEWAYS[::2] and name.startswith("s"):
            extra = f'default="{name}_t{name[1:]}_0"'
        into = "".join(f"<{p}incoming>{a}_{b}</{p}incoming>" for a, b in flows if b == name)
        body.append(f'<{p}{kind} id="{name}" name="{name}" {extra}>{into}</{p}{kind}>')
    for a, b in flows:
        said = ""
        if kinds[a] in ("exclusiveGateway", "inclusiveGateway") and not b.endswith("_0"):
            formula = "= amount &gt; 5" if runs else "${amount &gt; 5}"
            said = f"<{p}conditionExpression>{formula}</{p}conditionExpression>"
        body.append(
            f'<{p}sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{said}</{p}sequenceFlow>'
        )
    body.append(
        f'<{p}dataObject id="paper"/><{p}dataObjectReference id="ref" dataObjectRef="paper"/>'
    )
    shapes = "".join(
        f'<di:BPMNShape id="{name}_di" bpmnElement="{name}"><dc:Bounds x="{x * 90}" y="80" '
        'width="100" height="80"/></di:BPMNShape>'
        for x, (_, name) in enumerate(nodes)
    ) + "".join(
        f'<di:BPMNEdge id="{a}_{b}_di" bpmnElement="{a}_{b}"><dd:waypoint x="1" y="1"/>'
        '<dd:waypoint x="9" y="1"/></di:BPMNEdge>'
        for a, b in flows
    )
    key = f"p{chance.randrange(10**9)}"
    prefix = f"xmlns:{p[:-1]}" if p else "xmlns"
    return (
        f'<{p}definitions {prefix}="{MODEL}" xmlns:v="{space}" {DI} id="d" targetNamespace="t">'
        f'<{p}collaboration id="c"><{p}participant id="pool" name="Pool" processRef="{key}"/>'
        f'</{p}collaboration><{p}process id="{key}" isExecutable="true" '
        f'name="P">{"".join(body)}</{p}process><di:BPMNDiagram id="x"><di:BPMNPlane id="y" '
        f'bpmnElement="c">{shapes}</di:BPMNPlane></di:BPMNDiagram></{p}definitions>'
    )


def _check(folder: Path) -> tuple[float, int]:
    """Return the seconds that `remit check` took, and how many files it spoke of."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "check", str(folder), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    taken = time.perf_counter() - begun
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise RuntimeError(done.stderr or done.stdout)
    problems = json.loads(done.stdout)["problems"]
    return taken, len({problem["file"] for problem in problems})


def run() -> list[Result]:
    """Measure everything once."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few", Path(folder) / "many"
        for place, number in ((few, ALONE), (many, DIAGRAMS)):
            place.mkdir()
            for index in range(number):
                (place / f"d{index}.bpmn").write_text(diagram(chance), encoding="utf-8")
        _check(few)
        one = _check(few)[0] / ALONE
        taken, _ = _check(many)
    return [
        Result(
            f"remit check of {DIAGRAMS} diagrams of eight modellers",
            taken,
            "s",
            "a diagram of ten checked alone",
            taken / DIAGRAMS / one,
            "at most 20 s",
            taken <= 20,
        )
    ]
