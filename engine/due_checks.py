"""Looks at a user task when it falls due, and has told whoever wants to know that it is late."""

from __future__ import annotations

from engine import notice_queue, webhook_events
from engine.model.jobs import Job
from engine.model.notices import NoticeKind
from engine.process_engine import ProcessEngine


def run(engine: ProcessEngine, job: Job) -> None:
    """Tell endpoints and people whether a user task was done by its due time."""
    with engine.transaction(job.organisation) as tx:
        instance, number = tx.process_instances.lock(job.payload["process_instance_id"])
        if tx.jobs.find(job.id, lock=True) is None:
            return
        task, now = tx.user_tasks.get(job.payload["user_task_id"]), engine.clock.now()
        catalogue = engine.catalogues.of(tx, number)
        webhook_events.of_due_time(engine, tx, catalogue, instance, task, job.due_at, now=now)
        if task.is_open and task.due_at == job.due_at:
            kind = NoticeKind.TASK_OVERDUE
            notice_queue.of_task(engine, tx, catalogue, instance, task, kind, now=now)
        tx.jobs.done(job.id)
