"""What the engine relies on inside SpiffWorkflow 3.2.0: a new release that changes it fails here, not in production."""

from __future__ import annotations

import inspect
from importlib.metadata import version

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.StartTask import StartTask
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.execution.nodes.flow_node import FlowNode
from tests.unit.execution.diagrams import World, flows, parse, process, start_end, user


def test_the_pinned_version_is_installed() -> None:
    assert version("SpiffWorkflow") == "3.2.0"


def test_a_token_has_every_attribute_of_a_spiffworkflow_task() -> None:
    spec = WorkflowSpec("w")
    spec.start = StartTask(spec)
    workflow = Workflow(spec, deserializing=True)
    theirs = vars(Task(workflow, spec.start))
    world = World(parse(process(start_end(), user("a"), flows("start a end")))).start()
    (token,) = [t for t in world.execution._instance.tasks.values() if t.scope is not None]
    assert set(theirs) <= set(vars(token))


def test_a_workflow_without_its_own_start_makes_no_task() -> None:
    spec = WorkflowSpec("w")
    spec.start = StartTask(spec)
    workflow = Workflow(spec, deserializing=True)
    assert workflow.tasks == {}
    assert {"completed", "success", "last_task", "data", "locks"} <= set(vars(workflow))


def test_run_completes_on_true_and_starts_on_none() -> None:
    source = inspect.getsource(Task.run)
    assert "self.task_spec._run(self)" in source
    assert "retval is None" in source
    assert "TaskState.STARTED" in source
    assert "self.complete()" in source
    assert "self.task_spec._on_complete(self)" in inspect.getsource(Task.complete)
    assert "self.task_spec._on_ready(self)" in inspect.getsource(Task._ready)


def test_an_update_makes_ready_what_its_hook_lets_through() -> None:
    source = inspect.getsource(TaskSpec._update)
    assert "if self._update_hook(my_task):" in source
    assert "my_task._ready()" in source
    assert "self._run_hook(my_task)" in inspect.getsource(TaskSpec._run)
    assert "self._on_ready_hook(my_task)" in inspect.getsource(TaskSpec._on_ready)


def test_every_hook_that_nodes_override_exists_in_spiffworkflow() -> None:
    hooks = [
        name
        for name in vars(FlowNode)
        if name.startswith("_") and not name.startswith("__") and callable(getattr(FlowNode, name))
    ]
    assert len(hooks) >= 8
    for name in hooks:
        assert hasattr(BpmnSpecMixin, name), name


def test_connecting_specs_keeps_their_names_on_both_sides() -> None:
    (spec,) = parse(process(start_end(), user("a"), flows("start a end")))
    assert spec.graph.task_specs["start"]._outputs == ["a"]
    assert spec.graph.task_specs["a"]._inputs == ["start"]
    assert [node.name for node in spec.graph.task_specs["a"].outputs] == ["end"]


def test_states_keep_their_order() -> None:
    assert (
        TaskState.FUTURE
        < TaskState.WAITING
        < TaskState.READY
        < TaskState.STARTED
        < TaskState.COMPLETED
        < TaskState.CANCELLED
    )
    assert TaskState.PREDICTED_MASK & TaskState.FUTURE == 0


def test_the_validator_brings_the_schema() -> None:
    assert BpmnValidator().validator is not None
