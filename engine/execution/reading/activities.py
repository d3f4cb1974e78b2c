"""Reads tasks, sub-processes and call activities into nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.execution.nodes.activity import Activity, PassThrough
from engine.execution.nodes.call_activity import CallActivity
from engine.execution.nodes.catch_event import ReceiveTask
from engine.execution.nodes.decision_task import DecisionTask
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.script_task import ScriptTask
from engine.execution.nodes.service_task import ServiceTask
from engine.execution.nodes.subprocess import SubProcess
from engine.execution.nodes.throw_event import SendTask
from engine.execution.nodes.triggers import SubscriptionTrigger
from engine.execution.nodes.user_task import UserTask
from engine.execution.reading.ad_hoc import read_ad_hoc
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import (
    Making,
    check_moment,
    correlation_key,
    form_reference,
    reference,
)
from engine.execution.reading.names import AD_HOC, dialect, is_true
from engine.feel import compile_expression
from engine.model.waits import SubscriptionKind
from engine.model.xml_tree import Node

EXCLUDED = "excluded"
"""The extension property of a user task that says who may not do it, in FEEL."""
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
RESULT_MAPPINGS = ("singleEntry", "singleResult", "collectEntries", "resultList")


def read_activity(making: Making, name: str) -> Activity | None:
    """Return the node of an activity under a name, None when it cannot run."""
    made = READERS[making.element.type](making, name)
    if made is not None:
        made.parameters_in = tuple(making.extensions.inputs)
        made.parameters_out = tuple(making.extensions.outputs)
    return made


def _user_task(making: Making, name: str) -> Activity:
    task = UserTask(making.graph, making.element, name=name)
    drawing, node, owner = making.drawing, making.node, making.owner

    def said(attribute: str, what: str) -> Any:
        return drawing.said(dialect(node, attribute), node, owner, what)

    if making.element.name.startswith("="):
        task.title = drawing.said(making.element.name, node, owner, "The name")
    task.assignee = said("assignee", "The assignee")
    task.candidate_users = said("candidateUsers", "The candidate users")
    task.candidate_groups = said("candidateGroups", "The candidate groups")
    task.due_date = said("dueDate", "The due date")
    task.follow_up_date = said("followUpDate", "The follow-up date")
    task.priority = said("priority", "The priority")
    if EXCLUDED in making.extensions.properties:
        people = making.extensions.properties[EXCLUDED]
        task.excluded = drawing.formula(people, node, owner, "Who is excluded", bare=True)
    for attribute, said_date in (
        ("due date", task.due_date),
        ("follow-up date", task.follow_up_date),
    ):
        if isinstance(said_date, str):
            check_moment(making, said_date, attribute)
    if isinstance(task.priority, str) and not WHOLE_NUMBER.fullmatch(task.priority):
        making.error("not_a_number", f"The priority “{task.priority}” is not a whole number.")
    if isinstance(task.candidate_groups, str):
        for group in filter(None, map(str.strip, task.candidate_groups.split(","))):
            making.found.groups.setdefault(group, making.owner)
    task.form = form_reference(making)
    return task


def _pass_through(making: Making, name: str) -> Activity:
    kind = "A manual task" if making.element.type == "manualTask" else "A plain task"
    making.drawing.warning(
        "does_not_wait",
        f"{kind} does not wait for anybody: it passes at once. Draw a user task if a person must "
        "do it.",
        making.node,
    )
    return PassThrough(making.graph, making.element, name=name)


def external(making: Making, name: str, *, node: Node | None = None) -> ServiceTask | None:
    """Return the node of external work, None when no topic is given."""
    node = node or making.node
    kind, topic = dialect(node, "type"), (dialect(node, "topic") or "").strip()
    if kind not in (None, "external"):
        making.error("unknown_type", f"The type “{kind}” is not known: only “external” is.")
        return None
    if not topic:
        making.error(
            "missing_topic",
            f"{making.element.type} says nothing of who does it: give it the type “external” and "
            "a topic.",
        )
        return None
    if making.drawing.is_juel(topic, node, making.owner, "The topic") or topic.startswith("="):
        making.error("computed_reference", "A topic cannot be computed: name it.")
        return None
    if kind is None:
        making.error("missing_type", "A topic needs the type “external”.")
        return None
    task = ServiceTask(making.graph, making.element, name=name)
    task.topic = topic
    priority = dialect(node, "taskPriority") or dialect(making.node, "jobPriority")
    task.task_priority = making.drawing.said(priority, node, making.owner, "The priority")
    task.retry_cycle = making.extensions.retry_cycle
    making.found.topics[making.owner] = topic
    return task


def _service_task(making: Making, name: str) -> Activity | None:
    task = external(making, name)
    if task is not None:
        task.result_variable = making.drawing.writes(
            making.owner,
            dialect(making.node, "resultVariable"),
            "The result variable",
            making.node,
        )
    return task


def _send_task(making: Making, name: str) -> Activity | None:
    if making.node.get("messageRef") is None or dialect(making.node, "type") is not None:
        if making.node.get("messageRef") is None and dialect(making.node, "type") is None:
            making.error(
                "missing_message",
                "The send task sends nothing: choose a message, or give it the type “external” "
                "and a topic.",
            )
            return None
        return _service_task(making, name)
    task = SendTask(making.graph, making.element, name=name)
    task.message = (
        making.drawing.referred(
            making.node, "messageRef", making.drawing.messages, making.owner, "message"
        )
        or ""
    )
    task.correlation_key = correlation_key(making)
    return task


def _receive_task(making: Making, name: str) -> Activity | None:
    task = ReceiveTask(making.graph, making.element, name=name)
    if is_true(making.node.get("instantiate")):
        making.error(
            "unsupported_element",
            "A receive task cannot begin an instance: draw a message start event.",
        )
    message = making.drawing.referred(
        making.node, "messageRef", making.drawing.messages, making.owner, "message"
    )
    task.trigger = SubscriptionTrigger(
        SubscriptionKind.MESSAGE, message or "", correlation_key(making)
    )
    return task


def _script_task(making: Making, name: str) -> Activity | None:
    drawing, node, owner = making.drawing, making.node, making.owner
    task = ScriptTask(making.graph, making.element, name=name)
    written = (node.get("scriptFormat") or "").strip().lower()
    if "feel" not in written:
        making.error(
            "script_language",
            f"The script is in “{written or 'no language'}”. Only FEEL is run: set the script "
            "format to feel.",
        )
        return None
    script = next((child for child in bpmn_children(node) if child.name == "script"), None)
    if script is None:
        making.error("missing_script", "The script task has no script.")
        return None
    compiled = drawing.formula(script.text, script, owner, "The script", language="feel")
    task.script = compiled or compile_expression("null")
    result = dialect(node, "resultVariable")
    task.result_variable = drawing.writes(owner, result, "The result variable", node)
    if compiled is not None and result is None:
        for entry in _entries(compiled.tree):
            drawing.writes(owner, entry, "An entry of the script's context", node)
    return task


def _entries(tree: Any) -> tuple[str, ...]:
    """Return the names that a context literal gives, when the script is one."""
    entries = getattr(tree, "entries", ())
    found = []
    for entry in entries:
        name = entry[0] if isinstance(entry, tuple) else getattr(entry, "name", None)
        if isinstance(name, str):
            found.append(name)
    return tuple(found)


def _decision_task(making: Making, name: str) -> Activity | None:
    node, owner = making.node, making.owner
    if dialect(node, "type") is not None:
        return _service_task(making, name)
    key = dialect(node, "decisionRef")
    if not key:
        making.error(
            "missing_decision", "The business rule task names no decision: choose its decision."
        )
        return None
    decision = reference(making, key, "decisionRef", "decision")
    if decision is not None:
        making.found.decisions.append(decision)
    result = making.drawing.writes(
        owner, dialect(node, "resultVariable"), "The result variable", node
    )
    if dialect(node, "resultVariable") is None:
        making.error(
            "missing_result_variable",
            "The business rule task does not say which variable takes the decision's result.",
        )
    mapping = dialect(node, "mapDecisionResult") or "resultList"
    if mapping not in RESULT_MAPPINGS:
        making.error(
            "unknown_value",
            f"The decision result mapping “{mapping}” is not known: {', '.join(RESULT_MAPPINGS)}.",
        )
    if decision is None or result is None:
        return None
    task = DecisionTask(making.graph, making.element, name=name)
    task.reference, task.result_variable, task.mapping = decision, result, mapping
    return task


def _call_activity(making: Making, name: str) -> Activity | None:
    key = making.node.get("calledElement")
    if not key or not key.strip():
        making.error(
            "missing_process", "The call activity names no process: choose what it calls."
        )
        return None
    called = reference(making, key, "calledElement", "process")
    if called is None:
        return None
    making.found.calls.append(called)
    task = CallActivity(making.graph, making.element, name=name)
    task.reference = called
    task.goes_in = tuple(making.extensions.goes_in)
    task.comes_out = tuple(making.extensions.comes_out)
    task.business_key = making.extensions.business_key
    return task


def _sub_process(making: Making, name: str) -> Activity | None:
    if is_true(making.node.get("triggeredByEvent")):
        if making.element.type == "transaction":
            making.error(
                "unsupported_element",
                "A transaction is not begun by an event: draw an event sub-process with a "
                "transaction in it.",
            )
            return None
        return EventSubProcess(making.graph, making.element, name=name)
    return SubProcess(making.graph, making.element, name=name)


READERS: dict[str, Callable[[Making, str], Activity | None]] = {
    "userTask": _user_task,
    "task": _pass_through,
    "manualTask": _pass_through,
    "serviceTask": _service_task,
    "sendTask": _send_task,
    "receiveTask": _receive_task,
    "scriptTask": _script_task,
    "businessRuleTask": _decision_task,
    "callActivity": _call_activity,
    "subProcess": _sub_process,
    "transaction": _sub_process,
    AD_HOC: read_ad_hoc,
}
