"""`/message`: wakes what waits for a message, or starts it. Parses, calls the use case, renders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length

from engine import messages, process_instances
from webhooks.caller import caller, engine
from webhooks.engine_rest import process_instances as instances
from webhooks.engine_rest import values
from webhooks.engine_rest.requests import Accepted, Input, OwnTenant, Unserved, Variables, body
from webhooks.engine_rest.resources import answer, done, resource

blueprint = resource("messages")

LONGEST_KEY = 200
"""Characters of a message's name and of what it is correlated by."""


class MessageInput(Input):
    """Which message, for whom, and what it brings."""

    messageName = fields.String(required=True, validate=Length(1, LONGEST_KEY))  # noqa: N815
    businessKey = fields.String(load_default=None, validate=Length(max=LONGEST_KEY))  # noqa: N815
    correlationKeys = Variables(load_default=dict)  # noqa: N815
    processVariables = Variables(load_default=dict)  # noqa: N815
    resultEnabled = fields.Boolean(load_default=False)  # noqa: N815
    variablesInResultEnabled = fields.Boolean(load_default=False)  # noqa: N815
    tenantId = OwnTenant()  # noqa: N815
    withoutTenantId = Accepted()  # noqa: N815
    processInstanceId = Unserved()  # noqa: N815
    processVariablesLocal = Unserved()  # noqa: N815
    processVariablesToTriggeredScope = Unserved()  # noqa: N815
    localCorrelationKeys = Unserved()  # noqa: N815
    all = Unserved()

    @validates_schema
    def _one_key(self, data: Any, **_: Any) -> None:
        if len(data["correlationKeys"]) + (data["businessKey"] is not None) > 1:
            raise ValidationError(
                "Give businessKey or one correlation key: a subscription here has one key.",
                "correlationKeys",
            )
        for name, value in data["correlationKeys"].items():
            if _text(value) is None:
                raise ValidationError(
                    f"{name} is no key: a text or a number of at most {LONGEST_KEY} characters is.",
                    "correlationKeys",
                )


@blueprint.post("/message")
def correlate() -> Response:
    """Give a message to the one that waits for it, or start the process that it starts."""
    told = body(MessageInput())
    found = messages.correlate(
        engine(),
        by=caller(),
        name=told["messageName"],
        correlation_key=_key(told),
        variables=told["processVariables"],
    )
    return answer([_result(found, told)]) if told["resultEnabled"] else done()


def _key(told: Any) -> str | None:
    if told["businessKey"] is not None:
        return str(told["businessKey"])
    return next((_text(value) for value in told["correlationKeys"].values()), None)


def _text(value: Any) -> str | None:
    """Return a correlation key as it is compared, None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    text = str(value)
    return text if len(text) <= LONGEST_KEY else None


def _result(found: messages.Correlation, told: Any) -> dict[str, Any]:
    assert found.process_instance_id is not None  # nothing is buffered unless asked for
    identifier = found.process_instance_id
    instance = instances.shown(
        process_instances.get(engine(), by=caller(), instance_id=identifier)
    )
    started = found.outcome == "started"
    execution = {
        "id": instance["id"],
        "processInstanceId": instance["id"],
        "ended": instance["ended"],
        "tenantId": None,
    }
    result = {
        "resultType": "ProcessDefinition" if started else "Execution",
        "execution": None if started else execution,
        "processInstance": instance if started else None,
    }
    if told["variablesInResultEnabled"]:
        seen = process_instances.variables(engine(), by=caller(), instance_id=identifier)
        result["variables"] = values.typed_all(seen)
    return result
