"""Which Camunda 7 attributes and extension elements are honoured where, and what is said of others."""

from __future__ import annotations

_ASYNC = frozenset({"asyncBefore", "asyncAfter", "async", "exclusive", "jobPriority"})
_EXTERNAL = frozenset({"type", "topic", "taskPriority"})
_DECISION = frozenset(
    {
        "decisionRef",
        "decisionRefBinding",
        "decisionRefVersion",
        "decisionRefVersionTag",
        "mapDecisionResult",
        "resultVariable",
    }
)
_FORM = frozenset({"formRef", "formRefBinding", "formRefVersion"})

HONOURED_ATTRIBUTES: dict[str, frozenset[str]] = {
    "definitions": frozenset({"diagramRelationId"}),
    "process": frozenset(
        {
            "versionTag",
            "historyTimeToLive",
            "isStartableInTasklist",
            "candidateStarterGroups",
            "candidateStarterUsers",
            "jobPriority",
            "taskPriority",
        }
    ),
    "startEvent": _ASYNC | _FORM,
    "endEvent": _ASYNC,
    "intermediateCatchEvent": _ASYNC,
    "intermediateThrowEvent": _ASYNC,
    "boundaryEvent": _ASYNC,
    "userTask": _ASYNC
    | _FORM
    | {"assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority"},
    "task": _ASYNC,
    "manualTask": _ASYNC,
    "serviceTask": _ASYNC | _EXTERNAL | {"resultVariable"},
    "sendTask": _ASYNC | _EXTERNAL | {"resultVariable"},
    "receiveTask": _ASYNC,
    "scriptTask": _ASYNC | {"resultVariable"},
    "businessRuleTask": _ASYNC | _EXTERNAL | _DECISION,
    "callActivity": _ASYNC
    | {"calledElementBinding", "calledElementVersion", "calledElementVersionTag"},
    "subProcess": _ASYNC,
    "transaction": _ASYNC,
    "exclusiveGateway": _ASYNC,
    "parallelGateway": _ASYNC,
    "inclusiveGateway": _ASYNC,
    "eventBasedGateway": _ASYNC,
    "complexGateway": _ASYNC,
    "multiInstanceLoopCharacteristics": _ASYNC | {"collection", "elementVariable"},
    "standardLoopCharacteristics": _ASYNC,
    "messageEventDefinition": _EXTERNAL,
    "conditionalEventDefinition": frozenset({"variableName"}),
    "errorEventDefinition": frozenset({"errorCodeVariable", "errorMessageVariable"}),
    "escalationEventDefinition": frozenset({"escalationCodeVariable"}),
    "error": frozenset({"errorMessage"}),
}

_NO_CODE = (
    "Diagrams run no code: give the task type “external” with a topic, and deploy a handler for "
    "that topic."
)
_NO_TENANT = "Everything in a diagram belongs to the organisation that deploys it: remove it."
REFUSED_ATTRIBUTES: dict[str, str] = {
    "class": _NO_CODE,
    "delegateExpression": _NO_CODE,
    "expression": _NO_CODE,
    "variableMappingClass": "Map variables with in and out mappings.",
    "variableMappingDelegateExpression": "Map variables with in and out mappings.",
    "formKey": "Give the task a Camunda form (form reference) instead of a form key.",
    "formHandlerClass": "Give the task a Camunda form (form reference).",
    "resource": "Write the FEEL expression into the diagram instead of naming a file.",
    "initiator": "Who started the instance is in its history: remove the initiator variable.",
    "caseRef": "Cases (CMMN) are not supported: call a process.",
    "caseBinding": "Cases (CMMN) are not supported: call a process.",
    "decisionRefTenantId": _NO_TENANT,
    "calledElementTenantId": _NO_TENANT,
    "variableEvents": "A condition is looked at whenever its variables change: remove it.",
}

HONOURED_ELEMENTS = frozenset(
    {"properties", "inputOutput", "in", "out", "failedJobRetryTimeCycle"}
)
_NO_LISTENER = (
    "Listeners run code and are not supported: draw what shall happen as a task of its own."
)
REFUSED_ELEMENTS: dict[str, str] = {
    "executionListener": _NO_LISTENER,
    "taskListener": _NO_LISTENER,
    "formData": (
        "Form fields inside the diagram are not supported: make a Camunda form (.form) and give "
        "the task its form reference."
    ),
    "connector": "Connectors are not supported: use an external task with a topic.",
    "field": "Field injection is not supported: use input parameters.",
    "errorEventDefinition": "Error mappings of external tasks are not supported: the handler "
    "throws the BPMN error itself.",
    "script": "Scripts in parameters are not supported: write a FEEL expression beginning with =.",
}
