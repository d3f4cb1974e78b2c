"""Service tasks: work for a handler or an external worker, started here and finished elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.said import Said, number_of
from engine.execution.token import Token
from engine.feel import Value
from engine.model.history import HistoryKind
from engine.model.waits import ServiceTaskWait


class ServiceTask(Activity):
    """Waits for its work to be done, in SpiffWorkflow's way: STARTED until it is completed.

    Also a send task, a business rule task or a message event that names a topic.
    """

    resting = TaskState.STARTED
    waits = True

    topic: str = ""
    task_priority: Said | None = None
    retry_cycle: str | None = None
    result_variable: str | None = None

    def _run_hook(self, my_task: Token) -> None:
        priority = number_of(self.task_priority, my_task, "The priority")
        if priority:
            my_task.internal_data["priority"] = priority
        my_task.workflow.record(
            HistoryKind.SERVICE_TASK_CREATED, my_task, data={"topic": self.topic}
        )

    def wait(self, token: Token) -> ServiceTaskWait | None:
        if token._state != TaskState.STARTED:
            return None
        element = self.element
        return ServiceTaskWait(
            token_id=token.id,
            element_id=element.id,
            name=element.name or element.id,
            topic=self.topic,
            variables=dict(token.data),
            retry_cycle=self.retry_cycle,
            priority=token.internal_data.get("priority", 0),
            clauses=element.clauses,
        )

    def finish(
        self,
        token: Token,
        variables: Mapping[str, Value],
        *,
        local: Mapping[str, Value],
        by: str | None,
    ) -> None:
        """Take what the work gave and go on; only output parameters see what is `local`."""
        instance = token.workflow
        instance.record(
            HistoryKind.SERVICE_TASK_COMPLETED, token, by=by, data={"topic": self.topic}
        )
        if self.result_variable is not None:
            variables = {self.result_variable: dict(variables)}
        instance.take_results(token, variables, by=by)
        token.data.update(local)
        token.complete()
