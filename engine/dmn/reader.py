"""Turns the XML of a model into elements and checks what can be seen without compiling."""

from __future__ import annotations

from engine.dmn.elements import (
    BusinessKnowledge,
    DecisionElement,
    DecisionServiceElement,
    Definitions,
    FunctionDefinition,
    Import,
    InputData,
    ItemDefinition,
    Parameter,
    Reference,
)
from engine.dmn.languages import CAMUNDA, MODEL_NAMESPACES
from engine.dmn.logic_reader import BOXED_NAMES, LogicReader
from engine.model.findings import Findings, Place
from engine.model.xml_tree import Node, SourceRefused, read

LARGEST_GRAPH = 2_000
_GRAPH = frozenset({"decision", "inputData", "businessKnowledgeModel", "decisionService"})
_NOT_EXECUTED = frozenset(
    {
        "description",
        "extensionElements",
        "import",
        "itemDefinition",
        "knowledgeSource",
        "elementCollection",
        "performanceIndicator",
        "organizationUnit",
        "businessContextElement",
        "textAnnotation",
        "association",
        "group",
        "DMNDI",
    }
)
_DECISION_PARTS = BOXED_NAMES | {
    "description",
    "extensionElements",
    "question",
    "allowedAnswers",
    "variable",
    "informationRequirement",
    "knowledgeRequirement",
    "authorityRequirement",
    "supportedObjective",
    "impactedPerformanceIndicator",
    "decisionMaker",
    "decisionOwner",
    "usingProcess",
    "usingTask",
}


def read_definitions(source: bytes, findings: Findings) -> Definitions | None:
    """Return what a DMN file says, or None when it cannot be read as DMN 1.1 to 1.5 at all."""
    try:
        root = read(source)
    except SourceRefused as refusal:
        findings.error(refusal.code, str(refusal), Place(None, refusal.line, refusal.column))
        return None
    place = Place(root.get("id"), root.line, root.column)
    if root.name != "definitions" or root.namespace not in MODEL_NAMESPACES:
        findings.error(
            "not_dmn",
            f"The file is not a DMN 1.1 to 1.5 model: its first element is “{root.name}” "
            f"in the namespace “{root.namespace}”.",
            place,
        )
        return None
    elements = sum(child.name in _GRAPH for child in root.children)
    if elements > LARGEST_GRAPH:
        findings.error(
            "model_too_large",
            f"The model has {elements:,} decisions, inputs and functions; at most {LARGEST_GRAPH:,} "
            "are accepted. Split it into several models.",
            place,
        )
        return None
    return _ModelReader(root, findings).definitions(place)


class _ModelReader:
    def __init__(self, root: Node, findings: Findings) -> None:
        self._root = root
        self._findings = findings
        self._namespace = root.get("namespace") or ""
        self._imports = tuple(
            Import(
                node.get("name") or "",
                node.get("namespace") or "",
                node.get("locationURI"),
                Place(node.get("id"), node.line, node.column),
            )
            for node in root.all("import")
        )
        self._logic = LogicReader(
            findings,
            language=root.get("expressionLanguage"),
            import_names={item.namespace: item.name for item in self._imports},
        )

    def definitions(self, place: Place) -> Definitions:
        root = self._root
        decisions: list[DecisionElement] = []
        inputs: list[InputData] = []
        knowledge: list[BusinessKnowledge] = []
        services: list[DecisionServiceElement] = []
        for node in root.children:
            if node.namespace != root.namespace:
                continue
            match node.name:
                case "decision":
                    decisions.append(self._decision(node))
                case "inputData":
                    inputs.append(
                        InputData(
                            *self._named(node),
                            self._logic.place(node),
                            self._variable_type(node),
                            self._variable_name(node),
                        )
                    )
                case "businessKnowledgeModel":
                    knowledge.append(self._knowledge(node))
                case "decisionService":
                    services.append(self._service(node))
                case name if name not in _NOT_EXECUTED:
                    self._findings.error(
                        "unknown_element",
                        f"“{name}” is not an element of a DMN model.",
                        self._logic.place(node),
                    )
        definitions = Definitions(
            root.get("id") or "",
            root.get("name") or "",
            self._namespace,
            place,
            self._imports,
            tuple(self._type(node) for node in root.all("itemDefinition")),
            tuple(inputs),
            tuple(decisions),
            tuple(knowledge),
            tuple(services),
        )
        self._check_unique(definitions)
        return definitions

    def _named(self, node: Node) -> tuple[str, str]:
        """Return an element's id and the name its value goes by in expressions."""
        variable = node.first("variable")
        own = node.get("name") or (variable.get("name") if variable is not None else None)
        identifier = node.get("id") or own or ""
        if not own:
            own = identifier
        if not identifier:
            self._findings.error(
                "missing_id", f"A {node.name} has neither id nor name.", self._logic.place(node)
            )
        return identifier, " ".join(own.split())

    def _variable_type(self, node: Node) -> str | None:
        variable = node.first("variable")
        return self._logic.type_ref(variable) if variable is not None else None

    def _variable_name(self, node: Node) -> str | None:
        variable = node.first("variable")
        return variable.get("name") if variable is not None else None

    def _references(self, node: Node, name: str) -> tuple[Reference, ...]:
        return tuple(self._reference(child) for child in node.all(name))

    def _reference(self, node: Node) -> Reference:
        namespace, separator, identifier = (node.get("href") or "").rpartition("#")
        if not separator:
            namespace = ""
        if namespace == self._namespace:
            namespace = ""
        return Reference(namespace, identifier, self._logic.place(node))

    def _required(self, node: Node, requirement: str, target: str) -> tuple[Reference, ...]:
        return tuple(
            self._reference(child)
            for parent in node.all(requirement)
            for child in parent.all(target)
        )

    def _decision(self, node: Node) -> DecisionElement:
        identifier, name = self._named(node)
        place = self._logic.place(node)
        for child in node.children:
            if child.namespace == node.namespace and child.name not in _DECISION_PARTS:
                self._findings.error(
                    "unknown_element",
                    f"“{child.name}” is not a part of a decision that can be executed.",
                    self._logic.place(child, place),
                )
        return DecisionElement(
            identifier,
            name,
            place,
            self._variable_type(node),
            self._logic.boxed_child(node, place),
            self._required(node, "informationRequirement", "requiredInput"),
            self._required(node, "informationRequirement", "requiredDecision"),
            self._required(node, "knowledgeRequirement", "requiredKnowledge"),
            node.get(f"{{{CAMUNDA}}}versionTag"),
            self._variable_name(node),
        )

    def _knowledge(self, node: Node) -> BusinessKnowledge:
        identifier, name = self._named(node)
        place = self._logic.place(node)
        logic = node.first("encapsulatedLogic")
        function = (
            FunctionDefinition(place, None, (), None)
            if logic is None
            else self._logic.function(logic, self._logic.place(logic, place))
        )
        return BusinessKnowledge(
            identifier,
            name,
            place,
            self._variable_type(node),
            function,
            self._required(node, "knowledgeRequirement", "requiredKnowledge"),
        )

    def _service(self, node: Node) -> DecisionServiceElement:
        identifier, name = self._named(node)
        place = self._logic.place(node)
        outputs = self._references(node, "outputDecision")
        if not outputs:
            self._findings.error(
                "service_output", f"The decision service “{name}” has no output decision.", place
            )
        return DecisionServiceElement(
            identifier,
            name,
            place,
            self._variable_type(node),
            outputs,
            self._references(node, "encapsulatedDecision"),
            self._references(node, "inputDecision"),
            self._references(node, "inputData"),
        )

    def _type(self, node: Node) -> ItemDefinition:
        place = self._logic.place(node)
        reference = node.first("typeRef")
        function = node.first("functionItem")
        allowed = node.first("allowedValues")
        constraint = node.first("typeConstraint")
        return ItemDefinition(
            " ".join((node.get("name") or "").split()),
            place,
            self._logic.type_ref(node, reference.text) if reference is not None else None,
            (node.get("isCollection") or "false").strip() in ("true", "1"),
            self._logic.text(allowed, place) if allowed is not None else None,
            self._logic.text(constraint, place) if constraint is not None else None,
            tuple(self._type(child) for child in node.all("itemComponent")),
            function is not None,
            self._logic.type_ref(function, function.get("outputTypeRef") or "")
            if function is not None
            else None,
            tuple(
                Parameter(child.get("name") or "", self._logic.type_ref(child))
                for child in function.all("parameters")
            )
            if function is not None
            else (),
        )

    def _check_unique(self, definitions: Definitions) -> None:
        seen_ids: set[str] = set()
        seen_names: set[str] = set()
        elements: tuple[
            InputData | DecisionElement | BusinessKnowledge | DecisionServiceElement, ...
        ]
        elements = (
            *definitions.inputs,
            *definitions.decisions,
            *definitions.knowledge,
            *definitions.services,
        )
        for element in elements:
            if element.id in seen_ids:
                self._findings.error(
                    "duplicate_id", f"Two elements have the id “{element.id}”.", element.place
                )
            if element.name in seen_names:
                self._findings.error(
                    "duplicate_name", f"Two elements are called “{element.name}”.", element.place
                )
            seen_ids.add(element.id)
            seen_names.add(element.name)
