"""Whether a join can wait for ever: plays every choice of a scope through before anybody runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import BoundaryEvent
from engine.execution.nodes.compensation import CancelEnd
from engine.execution.nodes.complex_gateway import ComplexGateway
from engine.execution.nodes.event_gateway import EventGateway
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode, Route
from engine.execution.nodes.gateways import (
    ExclusiveGateway,
    InclusiveGateway,
    Join,
    ParallelGateway,
)
from engine.execution.nodes.throw_event import ErrorEnd, TerminateEnd
from engine.execution.reading.making import Making

MOST_MARKINGS = 4_000
MOST_TOKENS = 64
MOST_CONDITIONS = 6

Place = tuple[str, str]
"""A token that has come to a node (by name) by a flow (by id)."""

Marking = tuple[tuple[Place, int], ...]


class TooLarge(Exception):
    """There is more to look at than is worth it, or than the drawing tells: nothing is said then."""


def check(nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]) -> None:
    """Note every join of a scope that can wait for a token which never comes.

    An error when the scope can never end, whatever is chosen; else a warning, because conditions
    may rule the bad choices out together. Silent for drawings with too many possibilities.
    """
    for making in makings.values():
        start = nodes.get(making.owner)
        if making.element.type != "startEvent" or start is None:
            continue
        try:
            ends, stuck = _played(nodes, start)
        except TooLarge:
            continue
        if (
            not ends
            and not stuck
            and not any(isinstance(n, EventSubProcess) for n in nodes.values())
        ):
            making.drawing.warning(
                "never_ends",
                "What begins here can never end: every way leads round in a circle. Draw a way "
                "out, unless it shall go on for ever.",
                making.node,
            )
        for name, missing in stuck.items():
            flows = ", ".join(sorted(missing))
            joining = makings[name]
            if ends:
                joining.drawing.warning(
                    "may_hang",
                    "The join can wait for ever: there are choices after which no token comes by "
                    f"{flows}. Let the conditions rule them out, or join with an inclusive or "
                    "exclusive gateway.",
                    joining.node,
                )
            else:
                joining.error(
                    "hangs",
                    f"The join waits for ever: no token comes by {flows}, whatever is chosen. "
                    "Branches of an exclusive gateway are merged by an exclusive gateway.",
                )


def _played(nodes: Mapping[str, FlowNode], start: FlowNode) -> tuple[bool, dict[str, set[str]]]:
    """Return whether the scope can end, and which joins can be left without which flows."""
    if any(isinstance(node, InclusiveGateway) and joins(node) for node in nodes.values()):
        # What an inclusive join still waits for depends on how far others have come.
        try:
            return _play(nodes, start, every_order=True)
        except TooLarge:
            pass
    return _play(nodes, start, every_order=False)


def _play(
    nodes: Mapping[str, FlowNode], start: FlowNode, *, every_order: bool
) -> tuple[bool, dict[str, set[str]]]:
    if any(isinstance(node, ComplexGateway) for node in nodes.values()):
        # When it goes on depends on its condition, which only an instance knows.
        raise TooLarge
    ends = False
    stuck: dict[str, set[str]] = {}
    begun: list[Place] = [(start.name, "")]
    waiting = [marking(Counter(landed(begun, nodes) if every_order else begun))]
    seen: set[Marking] = set(waiting)
    while waiting:
        tokens = Counter(dict(waiting.pop()))
        if not tokens:
            ends = True
            continue
        steps = all_steps if every_order else _steps
        following = list(steps(nodes, tokens))
        if not following:
            for name in {name for name, _ in tokens}:
                arrived = {other for node, other in tokens if node == name}
                stuck.setdefault(name, set()).update(set(nodes[name].incoming) - arrived)
        for after in following:
            if after.total() > MOST_TOKENS:
                raise TooLarge
            reached = marking(after)
            if reached not in seen:
                seen.add(reached)
                waiting.append(reached)
        if len(seen) > MOST_MARKINGS:
            raise TooLarge
    return ends, stuck


def marking(tokens: Counter[Place]) -> Marking:
    """Return where tokens are, as a value."""
    return tuple(sorted((place, count) for place, count in tokens.items() if count > 0))


def _steps(nodes: Mapping[str, FlowNode], tokens: Counter[Place]) -> Iterator[Counter[Place]]:
    """Yield what can come next.

    One token that moves by itself is enough: nothing that others do can stop it, so every hang
    is found without trying all orders. Joins go on when no token moves by itself.
    """
    for place in sorted(tokens):
        node = nodes[place[0]]
        if isinstance(node, Join) and len(node.incoming) > 1:
            continue
        for left in ways_on(node):
            if left is None:
                yield Counter()
            else:
                yield _moved(tokens, [place], left)
        return
    for gateway in sorted({name for name, _ in tokens}):
        node = nodes[gateway]
        arrived = [flow for flow in node.incoming if (gateway, flow) in tokens]
        if isinstance(node, InclusiveGateway) and not released(node, arrived, tokens):
            continue
        if isinstance(node, ParallelGateway) and len(arrived) < len(node.incoming):
            continue
        for left in ways_on(node):
            if left is not None:
                yield _moved(tokens, [(gateway, flow) for flow in arrived], left)


def released(node: InclusiveGateway, arrived: Sequence[str], tokens: Counter[Place]) -> bool:
    """Say whether an inclusive join goes on: no token can come by a flow that lacks one."""
    empty = [flow for flow in node.incoming if flow not in arrived]
    for place, _ in tokens:
        if place == node.name:
            continue
        can_fill = any(place in node.upstream[flow] for flow in empty)
        can_add = any(place in node.upstream[flow] for flow in arrived)
        if can_fill and not can_add:
            return False
    return True


def joins(node: FlowNode) -> bool:
    """Say whether tokens wait at a node for others."""
    return isinstance(node, Join) and len(node.incoming) > 1


def all_steps(nodes: Mapping[str, FlowNode], tokens: Counter[Place]) -> Iterator[Counter[Place]]:
    """Yield everything that can come next, whichever token moves."""
    for place in tokens:
        node = nodes[place[0]]
        if not joins(node):
            yield from _moved_on(nodes, tokens, [place], node)
    for name in {name for name, _ in tokens if joins(nodes[name])}:
        node = nodes[name]
        arrived = [flow for flow in node.incoming if (name, flow) in tokens]
        if isinstance(node, InclusiveGateway) and not released(node, arrived, tokens):
            continue
        if isinstance(node, ParallelGateway) and len(arrived) < len(node.incoming):
            continue
        yield from _moved_on(nodes, tokens, [(name, flow) for flow in arrived], node)


def _moved_on(
    nodes: Mapping[str, FlowNode],
    tokens: Counter[Place],
    taken: Sequence[Place],
    node: FlowNode,
) -> Iterator[Counter[Place]]:
    for left in ways_on(node):
        if left is None:
            yield Counter()
            continue
        after = tokens.copy()
        after.subtract(taken)
        after.update(landed([(route.target.name, route.flow.id) for route in left], nodes))
        yield +after


def landed(places: Iterable[Place], nodes: Mapping[str, FlowNode]) -> Iterator[Place]:
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


def _moved(
    tokens: Counter[Place], taken: Sequence[Place], routes: Sequence[Route]
) -> Counter[Place]:
    after = tokens.copy()
    after.subtract(taken)
    after.update((route.target.name, route.flow.id) for route in routes)
    return after


def ways_on(node: FlowNode) -> Iterator[Sequence[Route] | None]:
    """Yield the ways in which tokens can leave a node; None ends the whole scope."""
    if isinstance(node, TerminateEnd | ErrorEnd | CancelEnd):
        yield None
        return
    if isinstance(node, ExclusiveGateway):
        yield from ([route] for route in node.routes)
        if not node.routes:
            yield []
        return
    if isinstance(node, EventGateway):
        # Each target has this gateway's flow as its only way in.
        yield from ([route] for route in node.routes)
        return
    if isinstance(node, ParallelGateway):
        yield node.routes
        return
    exits = [*_selections(node.routes)]
    beside: list[Sequence[Route]] = [()]
    if isinstance(node, Activity):
        exits += [boundary.routes for boundary in node.boundaries if boundary.interrupting]
        beside = [
            tuple(chain.from_iterable(event.routes for event in events))
            for events in _subsets([b for b in node.boundaries if not b.interrupting])
        ]
    for leaving in exits:
        for more in beside:
            yield (*leaving, *more)


def _selections(routes: Sequence[Route]) -> Iterator[Sequence[Route]]:
    """Yield which flows can be taken together: unconditional ones always, others or the default."""
    always = [r for r in routes if r.condition is None and not r.is_default]
    conditional = [r for r in routes if r.condition is not None]
    default = [r for r in routes if r.is_default]
    if not conditional:
        yield always or default
        return
    if len(conditional) > MOST_CONDITIONS:
        raise TooLarge
    for number in range(len(conditional) + 1):
        for chosen in combinations(conditional, number):
            if chosen or always:
                yield (*always, *chosen)
            elif default:
                yield default


def _subsets(events: Sequence[BoundaryEvent]) -> Iterator[Sequence[BoundaryEvent]]:
    if len(events) > MOST_CONDITIONS:
        raise TooLarge
    for number in range(len(events) + 1):
        yield from combinations(events, number)
