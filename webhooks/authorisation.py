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
    "webhook_endpoints.list_all": Permission.ADMINISTER,
    "webhook_endpoints.create": Permission.ADMINISTER,
    "webhook_endpoints.remove": Permission.ADMINISTER,
    "webhook_endpoints.rotate": Permission.ADMINISTER,
    "webhook_endpoints.enable": Permission.ADMINISTER,
    "webhook_endpoints.disable": Permission.ADMINISTER,
    "webhook_endpoints.replay": Permission.RETRY_JOBS,
    "webhook_deliveries.list_all": Permission.READ_JOBS,
    "webhook_deliveries.list_attempts": Permission.READ_JOBS,
    "webhook_deliveries.replay": Permission.RETRY_JOBS,
    "engine_rest_engine.version": Permission.READ_INSTANCES,
    "engine_rest_engine.list_all": Permission.READ_INSTANCES,
    "engine_rest_engine.verify": Permission.READ_INSTANCES,
    "engine_rest_deployments.list_all": Permission.READ_INSTANCES,
    "engine_rest_deployments.create": Permission.DEPLOY,
    "engine_rest_process_definitions.list_all": Permission.READ_INSTANCES,
    "engine_rest_process_definitions.count": Permission.READ_INSTANCES,
    "engine_rest_process_definitions.show": Permission.READ_INSTANCES,
    "engine_rest_process_definitions.show_by_key": Permission.READ_INSTANCES,
    "engine_rest_process_definitions.show_xml": Permission.READ_INSTANCES,
    "engine_rest_process_definitions.show_xml_by_key": Permission.READ_INSTANCES,
    "engine_rest_process_definitions.start": Permission.START,
    "engine_rest_process_definitions.start_by_key": Permission.START,
    "engine_rest_process_definitions.start_by_key_of_tenant": Permission.START,
    "engine_rest_process_instances.list_all": Permission.READ_INSTANCES,
    "engine_rest_process_instances.count": Permission.READ_INSTANCES,
    "engine_rest_process_instances.show": Permission.READ_INSTANCES,
    "engine_rest_process_instances.show_variables": Permission.READ_INSTANCES,
    "engine_rest_process_instances.show_variable": Permission.READ_INSTANCES,
    "engine_rest_process_instances.show_activities": Permission.READ_INSTANCES,
    "engine_rest_process_instances.delete": Permission.CANCEL,
    "engine_rest_messages.correlate": Permission.SEND_MESSAGES,
    "engine_rest_external_tasks.fetch_and_lock": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.complete": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.fail": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.throw_bpmn_error": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.extend_lock": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.lock": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.unlock": Permission.WORK_EXTERNAL_TASKS,
    "engine_rest_external_tasks.set_retries": Permission.RETRY_JOBS,
    "engine_rest_external_tasks.list_all": Permission.READ_JOBS,
    "engine_rest_external_tasks.count": Permission.READ_JOBS,
    "engine_rest_external_tasks.show": Permission.READ_JOBS,
    "engine_rest_external_tasks.show_error_details": Permission.READ_JOBS,
}
"""By endpoint: the permission that the caller needs. The use case checks it again, and the rows."""

PUBLIC: Mapping[str, str] = {
    "reference.openapi": "describes the API; holds no data",
    "reference.page": "describes the API; holds no data",
    "reference.static": "the style sheet of the API's description",
    "health.live": "asked by the machine that watches the process; says only that it runs",
    "health.ready": "asked by the load balancer; says only whether the database answers",
    "engine_rest_webapps.well_known": "tells the Camunda Modeler where the pages are; holds no data",
    "engine_rest_webapps.process_instance": "leads to the page, which asks for a sign-in",
    "engine_rest_webapps.repository": "leads to the start page, which asks for a sign-in",
    "metrics.show": "read by Prometheus; counts without an id, a name or an organisation",
}
"""By endpoint: open to everyone, and why that is right."""


def authorise() -> None:
    """Raise NotAllowed unless the caller has the permission that this route needs."""
    caller().check(NEEDS[str(request.endpoint)])
