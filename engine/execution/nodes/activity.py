"""Activities: what tasks, sub-processes and call activities share. Parameters in, events armed, parameters out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.execution.nodes import undoing
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.said import Parameter, value_of
from engine.execution.token import Token
from engine.feel import Value

if TYPE_CHECKING:
    from engine.execution.nodes.boundary_event import BoundaryEvent


class Activity(FlowNode):
    """Something that is done, with events on its boundary and parameters of its own."""

    boundaries: tuple[BoundaryEvent, ...] = ()
    undone_by: Activity | None = None
    """The activity that undoes this one once it is completed: its compensation handler."""

    parameters_in: tuple[Parameter, ...] = ()
    parameters_out: tuple[Parameter, ...] = ()

    @property
    def may_hold_tokens(self) -> bool:
        """Whether tokens may sit on a token of this activity."""
        return self.holds_tokens or bool(self.boundaries)

    def begin(self, token: Token) -> None:
        """Give the activity its input parameters, each seeing those before it."""
        for parameter in self.parameters_in:
            token.data[parameter.name] = value_of(parameter.said, token)

    def end(self, token: Token) -> None:
        """Write the output parameters where the activity stands, each seeing those before it."""
        for parameter in self.parameters_out:
            value: dict[str, Value] = {parameter.name: value_of(parameter.said, token)}
            token.workflow.write(token, value, outside=True)

    def arm_boundaries(self, token: Token) -> None:
        """Arm the events that sit on the activity and wait for something from outside."""
        for event in self.boundaries:
            event.sit_on(token)

    def _update_hook(self, my_task: Token) -> bool:
        self.begin(my_task)
        self.arm_boundaries(my_task)
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        self.end(my_task)
        undoing.remember(my_task)
        if self.may_hold_tokens:
            for child in my_task.children:
                child.cancel()
        my_task.workflow.completed_now(my_task, my_task.internal_data.get("by"))
        self.leave(my_task)


class PassThrough(Activity):
    """A task that is drawn for people and does nothing: the token goes on at once."""
