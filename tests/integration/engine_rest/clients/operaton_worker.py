"""A worker made with PyPI's operaton-tasks, for one task after the other until its limit."""

from __future__ import annotations

import asyncio
import contextlib
import os

from operaton.tasks import handlers, settings, task
from operaton.tasks.runtime import ExternalTaskComplete, ExternalTaskFailure
from operaton.tasks.types import (
    CompleteExternalTaskDto,
    ExternalTaskBpmnError,
    ExternalTaskFailureDto,
    LockedExternalTaskDto,
    VariableValueDto,
)
from operaton.tasks.utils import operaton_session
from operaton.tasks.worker import LimitReached, fetch_and_lock_and_complete

settings.ENGINE_REST_BASE_URL = os.environ["BASE_URL"]
settings.ENGINE_REST_AUTHORIZATION = f"Bearer {os.environ['TOKEN']}"
settings.ENGINE_REST_POLL_TTL_SECONDS = 5


@task("assess", localVariables=False)
async def assess(found: LockedExternalTaskDto) -> ExternalTaskComplete | ExternalTaskFailure:
    """Fail once, throw an error, or complete, by the business key."""
    worker = settings.TASKS_WORKER_ID
    if found.businessKey == "fails" and found.retries is None:
        # With no pause before the retry this client gives the task back after it failed, even if
        # its own poll already holds it again.
        response = ExternalTaskFailureDto(
            workerId=worker, errorMessage="no network", retries=1, retryTimeout=1_000
        )
        return ExternalTaskFailure(task=found, response=response)
    if found.businessKey == "errs":
        error = ExternalTaskBpmnError(
            workerId=worker, errorCode="unreadable", errorMessage="no words"
        )
        return ExternalTaskComplete(task=found, response=error)
    verdict = VariableValueDto(value="minor", type="String")
    return ExternalTaskComplete(
        task=found,
        response=CompleteExternalTaskDto(
            workerId=worker,
            variables={"verdict": verdict},
            localVariables={"mark": VariableValueDto(value="red", type="String")},
        ),
    )


async def work(limit: int) -> None:
    """Work until so many tasks are done."""
    async with operaton_session() as http:
        with contextlib.suppress(LimitReached):
            await fetch_and_lock_and_complete(http, handlers, limit)


asyncio.run(work(int(os.environ["LIMIT"])))
