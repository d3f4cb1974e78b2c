"""Notices: tell a role what its procedure asks it to know, by the organisation's own template."""

from __future__ import annotations

from typing import ClassVar

from engine.content import Channel
from engine.execution import load
from engine.model.actors import Actor, Permission
from engine.model.errors import RemitError
from engine.model.notices import Notice
from engine.model.pages import Page, PageRequest
from engine.model.process_definitions import DefinitionKind
from engine.model.service_tasks import ServiceRequest, ServiceResult
from engine.process_engine import ProcessEngine


class NoticeNotAddressed(RemitError):
    """A notice task says no template or no role, or one that does not exist."""

    code: ClassVar[str] = "notice_not_addressed"


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    process_instance_id: str | None = None,
) -> Page[Notice]:
    """Return notices, newest first: the actor's own roles' ones, or of an instance they may read."""
    everything = by.may(Permission.READ_HISTORY) or process_instance_id is not None
    if process_instance_id is not None:
        by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        return tx.notices.listing(
            page,
            process_instance_id=process_instance_id,
            roles=None if everything else by.roles,
        )


def deliver(engine: ProcessEngine, request: ServiceRequest) -> ServiceResult:
    """Put a notice into the inbox of each role that the task's `to` names.

    Handler of the topic `notice`. Its inputs: `template`, the id of a notice template, and `to`, a
    role or a list of roles. Raises NoticeNotAddressed, which ends as a dead letter for a person.
    """
    template_id, roles = request.variables.get("template"), request.variables.get("to")
    named = roles if isinstance(roles, list) else [roles]
    with engine.reading(request.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        if not isinstance(template_id, str):
            raise NoticeNotAddressed(f"{request.element_id} names no template.")
        template = engine.catalogues.template(
            tx, catalogue.latest(DefinitionKind.TEMPLATE, template_id)
        )
        for role in named:
            if not isinstance(role, str) or catalogue.organisation.role(role) is None:
                raise NoticeNotAddressed(
                    f"{request.element_id} addresses {role!r}, which is no role here."
                )
        instance = tx.process_instances.get(request.process_instance_id)
        definition = catalogue.by_id[instance.process_definition_id]
        variables = load(
            engine.catalogues.process(tx, definition),
            instance.document,
            engine.surroundings(tx, catalogue, request.now),
        ).variables(request.token_id)
    rendered = template.render(variables, engine.evaluation(catalogue, request.now))
    clauses = tuple(dict.fromkeys((*request.clauses, *template.clauses)))
    return ServiceResult(
        notices=tuple(
            Notice(
                job_id=request.job_id,
                to_role=role,
                process_instance_id=request.process_instance_id,
                element_id=request.element_id,
                template=template_id,
                channel=Channel.INBOX,
                subject=rendered.subject,
                body=rendered.body,
                clauses=clauses,
                delivered_at=request.now,
            )
            for role in dict.fromkeys(str(role) for role in named)
        )
    )
