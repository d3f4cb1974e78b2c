"""Every element of the BPMN 2.0 schema: whether it runs, is part of another, is drawing, or is refused."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """What becomes of an element in a process that runs."""

    RUNS = "runs"
    PART = "part of another element"
    DRAWN = "drawing only"
    REFUSED = "refused"
    ABSTRACT = "never written itself"


_RUNS = """
    process subProcess transaction adHocSubProcess callActivity task manualTask userTask serviceTask sendTask
    receiveTask scriptTask businessRuleTask startEvent endEvent intermediateCatchEvent
    intermediateThrowEvent boundaryEvent exclusiveGateway parallelGateway inclusiveGateway
    eventBasedGateway complexGateway sequenceFlow standardLoopCharacteristics
    multiInstanceLoopCharacteristics messageEventDefinition timerEventDefinition
    signalEventDefinition conditionalEventDefinition errorEventDefinition
    escalationEventDefinition compensateEventDefinition linkEventDefinition cancelEventDefinition
    terminateEventDefinition
"""
_PART = """
    definitions message signal error escalation extensionElements documentation script
    expression formalExpression incoming outgoing condition conditionExpression
    activationCondition completionCondition loopCondition loopCardinality loopDataInputRef
    loopDataOutputRef inputDataItem outputDataItem timeDate timeDuration timeCycle source target
    lane laneSet childLaneSet flowNodeRef association partitionElementRef partitionElement
"""
_DRAWN = """
    artifact assignment auditing category categoryValue categoryValueRef collaboration
    conversation conversationAssociation conversationLink conversationNode callConversation
    subConversation globalConversation correlationKey correlationProperty correlationPropertyRef
    correlationPropertyBinding correlationPropertyRetrievalExpression dataAssociation dataInput
    dataInputAssociation dataInputRefs dataObject dataObjectReference dataOutput
    dataOutputAssociation dataOutputRefs dataPath dataState dataStore dataStoreReference endPoint
    endPointRef errorRef extension from group import inMessageRef innerParticipantRef inputSet
    inputSetRefs interface interfaceRef ioBinding ioSpecification itemDefinition messageFlow
    messageFlowAssociation messageFlowRef messagePath monitoring operation operationRef
    optionalInputRefs optionalOutputRefs outMessageRef outerParticipantRef outputSet outputSetRefs
    participant participantAssociation participantMultiplicity participantRef partnerEntity
    partnerRole property relationship resource resourceParameter resourceRef sourceRef
    supportedInterfaceRef supports targetRef text textAnnotation to transformation
    whileExecutingInputRefs whileExecutingOutputRefs choreographyRef
"""
_ABSTRACT = """
    activity baseElement baseElementWithMixedContent callableElement catchEvent
    choreographyActivity event eventDefinition flowElement flowNode gateway loopCharacteristics
    rootElement throwEvent
"""

_NO_CHOREOGRAPHY = "Choreographies are not executed: draw a process."
_NO_ROLES = "Resource roles are not read: use candidate groups, candidate users or assignee."
_NO_GLOBAL_TASK = (
    "Global tasks are not executed: draw a process with the task in it, and call that."
)
REFUSED: dict[str, str] = {
    "implicitThrowEvent": "Implicit throw events are not supported: draw a throw event.",
    "choreography": _NO_CHOREOGRAPHY,
    "choreographyTask": _NO_CHOREOGRAPHY,
    "subChoreography": _NO_CHOREOGRAPHY,
    "callChoreography": _NO_CHOREOGRAPHY,
    "globalChoreographyTask": _NO_CHOREOGRAPHY,
    "globalTask": _NO_GLOBAL_TASK,
    "globalUserTask": _NO_GLOBAL_TASK,
    "globalManualTask": _NO_GLOBAL_TASK,
    "globalScriptTask": _NO_GLOBAL_TASK,
    "globalBusinessRuleTask": _NO_GLOBAL_TASK,
    "performer": _NO_ROLES,
    "humanPerformer": _NO_ROLES,
    "potentialOwner": _NO_ROLES,
    "resourceRole": _NO_ROLES,
    "resourceAssignmentExpression": _NO_ROLES,
    "resourceParameterBinding": _NO_ROLES,
    "rendering": "Renderings are not read: give the task a Camunda form (form reference).",
    "correlationSubscription": (
        "Correlation subscriptions are not read: messages find their instance by business key or "
        "by the extension property “correlation_key”."
    ),
    "eventDefinitionRef": "Shared event definitions are not read: define the event at its place.",
    "complexBehaviorDefinition": (
        "Complex multi-instance behaviour is not supported: throw an event in the activity, or let "
        "an event follow it."
    ),
}
"""What to draw instead of each element that is refused."""

TOLD = frozenset(
    {
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "property",
        "ioBinding",
        "auditing",
        "monitoring",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "import",
    }
)
"""Drawing that somebody might take for more: a warning says that it changes nothing."""

STANDINGS: dict[str, Standing] = {
    **dict.fromkeys(_RUNS.split(), Standing.RUNS),
    **dict.fromkeys(_PART.split(), Standing.PART),
    **dict.fromkeys(_DRAWN.split(), Standing.DRAWN),
    **dict.fromkeys(_ABSTRACT.split(), Standing.ABSTRACT),
    **dict.fromkeys(REFUSED, Standing.REFUSED),
}
"""The standing of every element that the schema names. The reader goes by it."""
