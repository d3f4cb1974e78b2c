"""User tasks: what a person is asked is settled once, when the token arrives, and kept."""

from __future__ import annotations

from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.said import Said, due_of, names_of, number_of, text_of
from engine.execution.process_spec import Reference
from engine.execution.token import Token
from engine.model.history import HistoryKind
from engine.model.waits import UserTaskWait

NORMAL_PRIORITY = 50


class UserTask(Activity):
    """Waits for a person, in SpiffWorkflow's way: READY until somebody runs it."""

    resting = TaskState.READY
    waits = True

    title: Said | None = None
    assignee: Said | None = None
    candidate_users: Said | None = None
    candidate_groups: Said | None = None
    due_date: Said | None = None
    follow_up_date: Said | None = None
    priority: Said | None = None
    form: Reference | None = None
    excluded: Said | None = None
    """Who may not do the task: the property “excluded”, such as `= completed.approve.by`."""

    def _on_ready_hook(self, my_task: Token) -> None:
        kept = {
            "at": my_task.workflow.now.isoformat(),
            "name": text_of(self.title, my_task) if self.title else None,
            "assignee": text_of(self.assignee, my_task),
            "users": list(names_of(self.candidate_users, my_task)),
            "groups": list(names_of(self.candidate_groups, my_task)),
            "excluded": list(names_of(self.excluded, my_task)),
            "due": due_of(self.due_date, my_task, "The due date"),
            "follow_up": due_of(self.follow_up_date, my_task, "The follow-up date", optional=True),
            "priority": number_of(self.priority, my_task, "The priority"),
        }
        my_task.internal_data.update({key: value for key, value in kept.items() if value})
        wait = self.wait(my_task)
        my_task.workflow.record(
            HistoryKind.USER_TASK_CREATED,
            my_task,
            data={
                "name": wait.name,
                "assignee": wait.assignee,
                "candidate_users": list(wait.candidate_users),
                "candidate_groups": list(wait.candidate_groups),
                "due_at": kept["due"],
                "follow_up_at": kept["follow_up"],
                "priority": wait.priority,
                "form_ref": wait.form_ref,
                **({"excluded_users": kept["excluded"]} if kept["excluded"] else {}),
            },
        )

    def wait(self, token: Token) -> UserTaskWait:
        kept = token.internal_data
        element = self.element
        return UserTaskWait(
            token_id=token.id,
            element_id=element.id,
            name=kept.get("name") or (element.id if self.title else element.name or element.id),
            created_at=datetime.fromisoformat(kept["at"]),
            assignee=kept.get("assignee"),
            candidate_users=tuple(kept.get("users", ())),
            candidate_groups=tuple(kept.get("groups", ())),
            due_at=datetime.fromisoformat(kept["due"]) if "due" in kept else None,
            follow_up_at=(
                datetime.fromisoformat(kept["follow_up"]) if "follow_up" in kept else None
            ),
            priority=kept.get("priority", NORMAL_PRIORITY),
            form_ref=self.form.key if self.form else None,
            clauses=element.clauses,
            excluded_users=tuple(kept.get("excluded", ())),
        )

    def finish(self, token: Token, by: str | None) -> None:
        """Complete the task; `by` is who did it."""
        token.internal_data["by"] = by
        token.workflow.record(HistoryKind.USER_TASK_COMPLETED, token, by=by)
        token.run()
