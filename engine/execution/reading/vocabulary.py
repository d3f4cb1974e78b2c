"""Which Camunda 7 attributes and extension elements are honoured where, and what is said of others."""

from __future__ import annotations

from engine.execution.reading.names import ACTIVITIES

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
    "adHocSubProcess": _ASYNC,
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

HONOURED_ELEMENTS: dict[str, frozenset[str]] = {
    "inputOutput": frozenset(
        {
            *ACTIVITIES,
            # What they send.
            "intermediateThrowEvent",
            "endEvent",
        }
    ),
    "in": frozenset({"callActivity"}),
    "out": frozenset({"callActivity"}),
    "failedJobRetryTimeCycle": frozenset(
        {
            "serviceTask",
            "sendTask",
            "businessRuleTask",
            "intermediateThrowEvent",
            "endEvent",
        }
    ),
}
"""On which elements an extension element is honoured; `properties` are on all."""

INSIDE: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "properties": (frozenset(), frozenset({"property"})),
    "property": (frozenset({"name", "value", "id"}), frozenset()),
    "inputOutput": (frozenset(), frozenset({"inputParameter", "outputParameter"})),
    "inputParameter": (frozenset({"name"}), frozenset({"list", "map"})),
    "outputParameter": (frozenset({"name"}), frozenset({"list", "map"})),
    "list": (frozenset(), frozenset({"value", "list", "map"})),
    "value": (frozenset({"id", "name"}), frozenset()),
    "map": (frozenset(), frozenset({"entry"})),
    "entry": (frozenset({"key"}), frozenset({"list", "map"})),
    "in": (
        frozenset({"source", "sourceExpression", "target", "variables", "businessKey", "local"}),
        frozenset(),
    ),
    "out": (
        frozenset({"source", "sourceExpression", "target", "variables", "local"}),
        frozenset(),
    ),
    "failedJobRetryTimeCycle": (frozenset(), frozenset()),
}
"""The attributes and children that each extension element can have."""

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

NO_EFFECT: dict[str, str] = {
    "asyncBefore": "a step is stored whole when everything waits again",
    "asyncAfter": "a step is stored whole when everything waits again",
    "async": "a step is stored whole when everything waits again",
    "exclusive": "one transaction moves one instance, always",
    "jobPriority": "only external tasks have a priority (taskPriority)",
    "isStartableInTasklist": "who may start it is said by candidate starter groups and users",
}
"""Attributes that are read and change nothing, with the reason; a warning says so."""

ENGINES: dict[str, str] = {
    "http://activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
    "http://www.jboss.org/drools": "jBPM",
    "http://www.jboss.org/drools/flow/gpd": "jBPM",
    "http://www.omg.org/bpmn20": "jBPM",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    "http://www.bonitasoft.org/studio/connector/definition/6.0": "Bonita",
    "http://www.bonitasoft.org/ns/bpm": "Bonita",
    "http://www.uengine.org/bpmn": "uEngine",
    "http://xmlns.oracle.com/bpmn/OracleExtensions": "Oracle BPM",
    "http://www.axonivy.com/bpmn": "Axon Ivy",
}
"""Other engines' additions: they say how a process runs there, and mean nothing here."""

DRAWING = (
    "http://www.w3.org/",
    "http://bpmn.io/schema/bpmn",
    "http://camunda.org/schema/modeler/",
    "http://www.omg.org/spec/BPMN/",
    "http://www.omg.org/spec/DD/",
    "http://www.signavio.com",
    "http://www.trisotech.com",
    "http://bpmn.sourceforge.net",
    "http://www.bizagi.com",
    "http://www.sparxsystems.com",
    "http://www.visual-paradigm.com",
    "http://www.yaoqiang.com",
    "http://sourceforge.net/bpmn",
)
"""How the namespaces begin that say how something is drawn, not how it runs."""
