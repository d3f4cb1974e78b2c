"""Asks another system for a service task, as the organisation's connector says. Opens no transaction
while it waits.

At least once: whoever dies between the answer and noting it asks again, under the same key.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from engine.catalogue import Catalogue
from engine.content import Connector, ConnectorAnswer, ConnectorNotAsked, ConnectorRequest
from engine.execution import load
from engine.feel import Value
from engine.model.connector_secrets import ConnectorSecretNotFound, SentSecret
from engine.model.errors import RemitError
from engine.model.service_tasks import BpmnError, ServiceRequest, ServiceResult
from engine.model.webhook_deliveries import asked_for
from engine.process_engine import ProcessEngine
from engine.store import Transaction

LONGEST_EXCERPT = 200


class ConnectorNotFound(RemitError):
    """The organisation's content has no connector for this topic."""

    code: ClassVar[str] = "connector_not_found"

    def __init__(self, topic: str) -> None:
        super().__init__(f"organisation.yaml lists no connector for the topic {topic}.")


class ConnectorFailed(RemitError):
    """The other system refused, or did not answer as it should; asked again not before an instant."""

    code: ClassVar[str] = "connector_failed"

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        self.not_before = not_before
        super().__init__(message)


def perform(engine: ProcessEngine, request: ServiceRequest) -> ServiceResult:
    """Ask the other system, and return what its answer gives the process.

    Raises BpmnError for an answer that the content calls one, and ConnectorFailed,
    ConnectorNotFound, ConnectorNotAsked, ConnectorSecretNotFound or what the way out refuses.
    """
    assert engine.connector_caller is not None, "this engine was put together without a way out"
    with engine.reading(request.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        connector = catalogue.organisation.connector(request.topic)
        if connector is None:
            raise ConnectorNotFound(request.topic)
        variables = _variables(engine, tx, catalogue, request)
        secret = _secret(tx, connector)
    asked = connector.request(variables, engine.evaluation(catalogue, request.now))
    answer = engine.connector_caller.call(
        asked,
        key=request.job_id,
        secret=secret,
        hosts=catalogue.organisation.connector_hosts,
        seconds=connector.seconds,
    )
    return _result(engine, catalogue, connector, answer)


def prepared(
    engine: ProcessEngine, catalogue: Catalogue, topic: str, variables: dict[str, Value]
) -> ConnectorRequest:
    """Return what a connector would ask with these variables, and ask nothing."""
    connector = catalogue.organisation.connector(topic)
    if connector is None:
        raise ConnectorNotFound(topic)
    return connector.request(variables, engine.evaluation(catalogue, engine.clock.now()))


def _variables(
    engine: ProcessEngine, tx: Transaction, catalogue: Catalogue, request: ServiceRequest
) -> dict[str, Value]:
    instance = tx.process_instances.get(request.process_instance_id)
    definition = catalogue.by_id[instance.process_definition_id]
    execution = load(
        engine.catalogues.process(tx, definition),
        instance.document,
        engine.surroundings(tx, catalogue, request.now),
    )
    return execution.variables(request.token_id)


def _secret(tx: Transaction, connector: Connector) -> SentSecret | None:
    used = connector.secret
    if used is None:
        return None
    kept = tx.connector_secrets.find(used.name)
    if kept is None:
        raise ConnectorSecretNotFound(used.name)
    if connector.host not in kept.hosts:
        # Whoever writes the content does not decide who is shown a secret.
        raise ConnectorNotAsked(
            f"The secret {used.name} may go to {', '.join(kept.hosts)}, not to {connector.host}: "
            "an administrator says where it may go."
        )
    return SentSecret(kept.sealed, used.header, used.prefix)


def _result(
    engine: ProcessEngine, catalogue: Catalogue, connector: Connector, answer: ConnectorAnswer
) -> ServiceResult:
    now = engine.clock.now()
    outcome = connector.outcome(answer, engine.evaluation(catalogue, now))
    if outcome is None:
        said = str(answer.body)[:LONGEST_EXCERPT] if isinstance(answer.body, str) else ""
        raise ConnectorFailed(
            f"{connector.host} answered {answer.status}. {said}".strip(),
            asked_for(answer.headers, now),
        )
    if outcome.error is not None:
        raise BpmnError(outcome.error.code, outcome.error.message, outcome.variables)
    return ServiceResult(outcome.variables, warnings=outcome.warnings)
