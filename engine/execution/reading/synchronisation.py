"""Whether branches that run side by side meet without waiting for each other: what follows is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.complex_gateway import ComplexGateway
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.reading.making import Making
from engine.execution.reading.soundness import (
    MOST_TOKENS,
    Place,
    TooLarge,
    all_steps,
    joins,
    landed,
    marking,
    ways_on,
)

MOST_MARKINGS = 3_000

MERGES, EACH = "merges", "each"
"""The extension property by which an owner says that what follows is meant once for each branch."""


def check(nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]) -> None:
    """Warn of every place of a scope to which two tokens can come at once by different flows.

    A warning because conditions may rule it out, or because it is meant; then the place says so with
    `merges`. Silent about places that come after another one, and for drawings with too many
    possibilities.
    """
    if not any(_forks(node) for node in nodes.values()):
        return
    if any(isinstance(node, ComplexGateway) for node in nodes.values()):
        return
    for making in makings.values():
        start = nodes.get(making.owner)
        if making.element.type == "startEvent" and start is not None:
            for name, flows in _first(nodes, meetings(nodes, start)).items():
                if makings[name].extensions.properties.get(MERGES) == EACH:
                    continue
                making.drawing.warning(
                    "missing_synchronisation",
                    f"Branches that run side by side meet here by {', '.join(sorted(flows))} "
                    "without waiting for each other, so that what follows is done once for each. "
                    "Join them with a parallel or inclusive gateway. Where it is meant, give this "
                    f"element the extension property “{MERGES}” with the value “{EACH}”.",
                    makings[name].node,
                )


def _forks(node: FlowNode) -> bool:
    """Say whether several tokens can leave a node at once."""
    try:
        return any(left is not None and len(left) > 1 for left in ways_on(node))
    except TooLarge:
        return True


def _first(
    nodes: Mapping[str, FlowNode], found: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Leave out the places that come after another one: there it is the same tokens again."""
    kept: dict[str, frozenset[str]] = {}
    after: set[str] = set()
    for name, flows in found.items():
        if name in after:
            continue
        kept[name] = flows
        waiting = [name]
        while waiting:
            here = nodes[waiting.pop()]
            further = [route.target.name for route in here.routes]
            if isinstance(here, Activity):
                further += [event.name for event in here.boundaries]
            waiting.extend(set(further) - after)
            after.update(further)
    return kept


def meetings(nodes: Mapping[str, FlowNode], start: FlowNode) -> dict[str, frozenset[str]]:
    """Return where tokens can meet and by which flows, in the order in which that was found."""
    found: dict[str, frozenset[str]] = {}
    begun = marking(Counter(landed([(start.name, "")], nodes)))
    waiting = [begun]
    seen = {begun}
    for here in waiting:
        tokens = Counter(dict(here))
        _note(tokens, nodes, found)
        try:
            following = list(all_steps(nodes, tokens))
        except TooLarge:
            break
        for after in following:
            if after.total() > MOST_TOKENS:
                continue
            reached = marking(after)
            if reached not in seen and len(seen) < MOST_MARKINGS:
                seen.add(reached)
                waiting.append(reached)
    return found


def _note(
    tokens: Counter[Place], nodes: Mapping[str, FlowNode], found: dict[str, frozenset[str]]
) -> None:
    flows: dict[str, set[str]] = {}
    for name, flow in tokens:
        flows.setdefault(name, set()).add(flow)
    for name, met in flows.items():
        if len(met) > 1 and not joins(nodes[name]) and _matters(nodes[name]):
            found.setdefault(name, frozenset(met))


def _matters(node: FlowNode) -> bool:
    """Say whether anything is done twice: branches may well end at the same end event."""
    return bool(node.routes) or isinstance(node, Activity)
