"""Looks at a user task when it falls due, and has told whoever wants to know that it is late."""

from __future__ import annotations

from datetime import datetime

from engine import notice_queue, webhook_events
from engine.catalogue import Catalogue
from engine.model.jobs import Job
from engine.model.notices import NoticeKind
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.user_tasks import UserTaskState
from engine.process_engine import ProcessEngine
from engine.store import Transaction


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


def watch_open_tasks(
    engine: ProcessEngine, tx: Transaction, catalogue: Catalogue, now: datetime
) -> None:
    """Have every open task looked at when it falls due, if anybody is told of it then."""
    if not webhook_events.watches(catalogue):
        return
    page: PageRequest | None = PageRequest(LARGEST_PAGE)
    while page is not None:
        found = tx.user_tasks.listing(page, state=UserTaskState.OPEN, now=now)
        for task in found.items:
            if task.due_at is not None and task.due_at > now:
                due = [(task.id, task.due_at)]
                webhook_events.watch(engine, tx, task.process_instance_id, due, now=now)
        page = PageRequest(LARGEST_PAGE, found.next_token) if found.next_token else None
