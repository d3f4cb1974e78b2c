"""Whether branches that run side by side meet without waiting for each other: what follows is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.complex_gateway import ComplexGateway
from engine.execution.nodes.flow_node import FlowNode, Route
from engine.execution.nodes.gateways import InclusiveGateway, Join, ParallelGateway
from engine.execution.reading.making import Making
from engine.execution.reading.soundness import (
    MOST_TOKENS,
    Marking,
    Place,
    TooLarge,
    marking,
    released,
    ways_on,
)

MOST_MARKINGS = 3_000


def check(nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]) -> None:
    """Warn of every place of a scope to which two tokens can come at once by different flows.

    A warning because conditions may rule it out, or because it is meant. Silent about places that
    come after another one, and for drawings with too many possibilities.
    """
    if not any(_forks(node) for node in nodes.values()):
        return
    if any(isinstance(node, ComplexGateway) for node in nodes.values()):
        return
    for making in makings.values():
        start = nodes.get(making.owner)
        if making.element.type == "startEvent" and start is not None:
            for name, flows in _first(nodes, meetings(nodes, start)).items():
                making.drawing.warning(
                    "missing_synchronisation",
                    f"Branches that run side by side meet here by {', '.join(sorted(flows))} "
                    "without waiting for each other, so that what follows is done once for each. "
                    "Join them with a parallel or inclusive gateway.",
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
    begun = marking(Counter(_landed([(start.name, "")], nodes)))
    waiting: list[Marking] = [begun]
    seen = {begun}
    for here in waiting:
        tokens = Counter(dict(here))
        _note(tokens, nodes, found)
        try:
            following = list(_steps(nodes, tokens))
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
        if len(met) > 1 and not _joins(nodes[name]) and _matters(nodes[name]):
            found.setdefault(name, frozenset(met))


def _matters(node: FlowNode) -> bool:
    """Say whether anything is done twice: branches may well end at the same end event."""
    return bool(node.routes) or isinstance(node, Activity)


def _joins(node: FlowNode) -> bool:
    return isinstance(node, Join) and len(node.incoming) > 1


def _steps(nodes: Mapping[str, FlowNode], tokens: Counter[Place]) -> Iterator[Counter[Place]]:
    """Yield everything that can come next, whichever token moves."""
    for place in tokens:
        node = nodes[place[0]]
        if not _joins(node):
            yield from _moved(nodes, tokens, [place], node)
    for name in {name for name, _ in tokens if _joins(nodes[name])}:
        node = nodes[name]
        arrived = [flow for flow in node.incoming if (name, flow) in tokens]
        if isinstance(node, InclusiveGateway) and not released(node, arrived, tokens):
            continue
        if isinstance(node, ParallelGateway) and len(arrived) < len(node.incoming):
            continue
        yield from _moved(nodes, tokens, [(name, flow) for flow in arrived], node)


def _moved(
    nodes: Mapping[str, FlowNode],
    tokens: Counter[Place],
    taken: Sequence[Place],
    node: FlowNode,
) -> Iterator[Counter[Place]]:
    for left in ways_on(node):
        if left is None:
            continue
        after = tokens.copy()
        after.subtract(taken)
        after.update(_landed([(route.target.name, route.flow.id) for route in left], nodes))
        yield +after


def _landed(places: Iterable[Place], nodes: Mapping[str, FlowNode]) -> Iterator[Place]:
    """Yield where tokens come to next where anything is to be seen: straight ways are passed."""
    for place in places:
        here: Place | None = place
        while here is not None:
            node = nodes[here[0]]
            if len(node.incoming) > 1:
                break
            onward = _straight_on(node)
            if onward is None:
                break
            here = (onward[0].target.name, onward[0].flow.id) if onward else None
        if here is not None:
            yield here


def _straight_on(node: FlowNode) -> Sequence[Route] | None:
    """Return the only way on from a node, empty where tokens end; None if there are several."""
    try:
        ways = list(ways_on(node))
    except TooLarge:
        return None
    if len(ways) != 1 or ways[0] is None or len(ways[0]) > 1:
        return None
    return ways[0]
