"""What each route asks of the caller: one table. A route that is in neither list answers nobody."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from engine.model.actors import Permission
from webhooks.caller import caller

NEEDS: Mapping[str, Permission] = {
    "deployments.create": Permission.DEPLOY,
    "deployments.list_all": Permission.READ_INSTANCES,
    "process_definitions.list_all": Permission.READ_INSTANCES,
    "process_definitions.list_versions": Permission.READ_INSTANCES,
    "process_definitions.activate": Permission.ACTIVATE,
    "process_definitions.suspend": Permission.ACTIVATE,
    "process_definitions.show_xml": Permission.READ_INSTANCES,
    "process_definitions.compare": Permission.READ_INSTANCES,
    "process_instances.start": Permission.START,
    "process_instances.list_all": Permission.READ_INSTANCES,
    "process_instances.show": Permission.READ_INSTANCES,
    "process_instances.show_variables": Permission.READ_INSTANCES,
    "process_instances.list_tokens": Permission.READ_INSTANCES,
    "process_instances.list_history": Permission.READ_INSTANCES,
    "process_instances.list_deadlines": Permission.READ_INSTANCES,
    "process_instances.cancel": Permission.CANCEL,
    "user_tasks.list_all": Permission.READ_INSTANCES,
    "user_tasks.show": Permission.READ_INSTANCES,
    "user_tasks.show_form": Permission.WORK_TASKS,
    "user_tasks.save_draft": Permission.WORK_TASKS,
    "user_tasks.claim": Permission.WORK_TASKS,
    "user_tasks.unclaim": Permission.WORK_TASKS,
    "user_tasks.delegate": Permission.WORK_TASKS,
    "user_tasks.complete": Permission.WORK_TASKS,
    "messages.send": Permission.SEND_MESSAGES,
    "decisions.evaluate": Permission.EVALUATE,
    "decisions.list_all": Permission.READ_INSTANCES,
    "jobs.list_all": Permission.READ_JOBS,
    "jobs.retry": Permission.RETRY_JOBS,
    "notices.list_all": Permission.READ_INSTANCES,
}
"""By endpoint: the permission that the caller needs. The use case checks it again, and the rows."""

PUBLIC: Mapping[str, str] = {
    "reference.openapi": "describes the API; holds no data",
    "reference.page": "describes the API; holds no data",
    "reference.static": "the style sheet of the API's description",
    "health.live": "asked by the machine that watches the process; says only that it runs",
    "health.ready": "asked by the load balancer; says only whether the database answers",
    "metrics.show": "read by Prometheus; counts without an id, a name or an organisation",
}
"""By endpoint: open to everyone, and why that is right."""


def authorise() -> None:
    """Raise NotAllowed unless the caller has the permission that this route needs."""
    caller().check(NEEDS[str(request.endpoint)])
