"""What the token game asks of a diagram: kinds, flows, timers and ways. Shares no code with the engine."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def minutes(text: str) -> int:
    """Read a duration of hours and minutes."""
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", text)
    assert match, text
    return int(match[1] or 0) * 60 + int(match[2] or 0)


class Drawing:
    """The first process of a file."""

    def __init__(self, source: str) -> None:
        process = ET.fromstring(source).find(f"{BPMN}process")
        assert process is not None
        self.process = process
        self.nodes = {found.get("id", ""): found for found in process.iter() if found.get("id")}
        self.flows = list(process.iter(f"{BPMN}sequenceFlow"))
        self.hosts = [
            (b.get("attachedToRef", ""), b) for b in process.iter(f"{BPMN}boundaryEvent")
        ]

    def kind(self, node: str) -> str:
        return self.nodes[node].tag.removeprefix(BPMN)

    def definition(self, node: str, kind: str) -> bool:
        return self.nodes[node].find(f"{BPMN}{kind}EventDefinition") is not None

    def is_message(self, node: str) -> bool:
        return self.definition(node, "message")

    def is_timer(self, node: str) -> bool:
        return self.definition(node, "timer")

    def is_conditional(self, node: str) -> bool:
        return self.definition(node, "conditional")

    def out(self, node: str) -> list[ET.Element]:
        return [flow for flow in self.flows if flow.get("sourceRef") == node]

    def into(self, node: str) -> list[str]:
        return [f.get("id", "") for f in self.flows if f.get("targetRef") == node]

    def loop(self, node: str) -> ET.Element | None:
        found = self.nodes[node].find(f"{BPMN}multiInstanceLoopCharacteristics")
        return (
            found
            if found is not None
            else self.nodes[node].find(f"{BPMN}standardLoopCharacteristics")
        )

    def flows_reached(self, place: str, gateway: str) -> set[str]:
        """Return the incoming flows of a gateway that a token can reach without passing it."""
        reached: set[str] = set()
        seen: set[str] = set()
        waiting = [place]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            waiting.extend(b.get("id", "") for host, b in self.hosts if host == node)
            for flow in self.out(node):
                if flow.get("targetRef") == gateway:
                    reached.add(flow.get("id", ""))
                else:
                    waiting.append(flow.get("targetRef", ""))
        return reached
