"""Builds one model from what was read: elements, what they require, then their logic. Reads no XML."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from engine.dmn.boxed import BoxedCompiler
from engine.dmn.elements import (
    BusinessKnowledge,
    DecisionElement,
    DecisionServiceElement,
    DecisionTable,
    Definitions,
    FunctionDefinition,
    Reference,
)
from engine.dmn.expressions import Names, Texts
from engine.dmn.graph import Binding, DecisionNode, Element, Input, Knowledge, Service
from engine.dmn.model import Decision, Model
from engine.dmn.run import Program
from engine.dmn.table_compiler import Owner, TableCompiler
from engine.dmn.types import ANY_TYPE, DataType, Types, result_type
from engine.model.findings import Findings, Place


class Linker:
    """Builds the model of one file; `imported` holds the models it imports, by prefix."""

    def __init__(
        self,
        definitions: Definitions,
        imported: Mapping[str, Model],
        findings: Findings,
        known_variables: Collection[str] | None,
    ) -> None:
        self._definitions = definitions
        self._imported = imported
        self._findings = findings
        self._known_variables = known_variables
        self._types = Types(
            definitions.types,
            {prefix: model.types for prefix, model in imported.items()},
            findings,
        )
        self._texts = Texts(findings, self._types)
        self._inputs: dict[str, Input] = {}
        self._nodes: dict[str, DecisionNode] = {}
        self._knowledge: dict[str, Knowledge] = {}
        self._services: dict[str, Service] = {}
        self._spelled = self._types.component_names()
        for model in imported.values():
            self._spelled |= {element.name for element in _elements(model)}

    def model(self) -> Model:
        """Return the model; everything wrong with it becomes findings."""
        definitions = self._definitions
        self._create()
        self._require()
        self._refuse_circles()
        for decision in definitions.decisions:
            self._compile_decision(decision)
        for knowledge in definitions.knowledge:
            self._compile_knowledge(knowledge)
        return Model(
            id=definitions.id,
            name=definitions.name,
            namespace=definitions.namespace,
            types=self._types,
            inputs=self._inputs,
            decisions={
                element.id: Decision(self._nodes[element.id], element.version_tag)
                for element in definitions.decisions
            },
            knowledge=self._knowledge,
            services=self._services,
            nodes=self._nodes,
        )

    # Elements ------------------------------------------------------------------------------

    def _create(self) -> None:
        feel = self._types.feel
        for item in self._definitions.inputs:
            self._inputs[item.id] = Input(
                item.id,
                item.name,
                self._types.named(item.type_ref, item.place),
                feel,
                item.alias,
            )
        for decision in self._definitions.decisions:
            self._nodes[decision.id] = DecisionNode(
                decision.id,
                decision.name,
                f"Decision “{decision.name}”",
                self._types.named(decision.type_ref, decision.place),
                feel,
                alias=decision.alias,
            )
        for knowledge in self._definitions.knowledge:
            self._knowledge[knowledge.id] = Knowledge(
                knowledge.id,
                knowledge.name,
                f"Function “{knowledge.name}”",
                self._function_result(knowledge),
                feel,
            )
        for service in self._definitions.services:
            self._services[service.id] = Service(
                service.id,
                service.name,
                f"Decision service “{service.name}”",
                result_type(self._types.named(service.type_ref, service.place)),
                feel,
            )

    def _function_result(self, knowledge: BusinessKnowledge) -> DataType:
        declared = result_type(self._types.named(knowledge.type_ref, knowledge.place))
        body = knowledge.logic.body if isinstance(knowledge.logic, FunctionDefinition) else None
        if declared is ANY_TYPE and body is not None:
            # What FEEL may know of the function's type, for arguments that must be functions.
            return result_type(self._types.named(body.type_ref, body.place))
        return declared

    # Requirements --------------------------------------------------------------------------

    def _require(self) -> None:
        for decision in self._definitions.decisions:
            references = (
                *decision.required_inputs,
                *decision.required_decisions,
                *decision.required_knowledge,
            )
            node = self._nodes[decision.id]
            node.bindings = self._bindings(references, node.what)
            if self._definitions.inputs:
                bound = {binding.name for binding in node.bindings if not binding.prefix}
                node.hidden = tuple(sorted(self._own_names() - bound))
        for knowledge in self._definitions.knowledge:
            function = self._knowledge[knowledge.id]
            function.bindings = self._bindings(knowledge.required_knowledge, function.what)
        for service in self._definitions.services:
            self._require_for_service(service)

    def _require_for_service(self, element: DecisionServiceElement) -> None:
        service = self._services[element.id]
        inputs = self._resolved((*element.input_data, *element.input_decisions), service.what)
        service.inputs = tuple(
            found for _, found in inputs if isinstance(found, Input | DecisionNode)
        )
        outputs = self._resolved(element.outputs, service.what)
        service.outputs = tuple(found for _, found in outputs if isinstance(found, DecisionNode))
        self._resolved(element.encapsulated, service.what)

    def _bindings(self, references: Iterable[Reference], what: str) -> tuple[Binding, ...]:
        resolved = self._resolved(references, what)
        bindings = [Binding(prefix, found.name, found) for prefix, found in resolved]
        taken = self._own_names() | {binding.name for binding in bindings}
        for prefix, found in resolved:
            # Modellers also refer to a requirement by its id, or by the name of its variable where
            # that differs; the standard's own names come first.
            if isinstance(found, Input | DecisionNode):
                for other in (found.alias, found.id):
                    if other is not None and other.isidentifier() and other not in taken:
                        taken |= {other}
                        bindings.append(Binding(prefix, other, found))
        return tuple(bindings)

    def _resolved(self, references: Iterable[Reference], what: str) -> list[tuple[str, Element]]:
        found: list[tuple[str, Element]] = []
        for reference in references:
            target = self._resolve(reference)
            if target is None:
                self._findings.error(
                    "missing_requirement",
                    f"{what} requires “{reference.id}”, which is not in "
                    f"{reference.namespace or 'this model'}.",
                    reference.place,
                )
            else:
                found.append(target)
        return found

    def _resolve(self, reference: Reference) -> tuple[str, Element] | None:
        if not reference.namespace:
            for group in (self._inputs, self._nodes, self._knowledge, self._services):
                element = group.get(reference.id)
                if element is not None:
                    return "", element
            return None
        for prefix, model in self._imported.items():
            if model.namespace == reference.namespace:
                for found in _elements(model):
                    if found.id == reference.id:
                        return prefix, found
        return None

    def _own_names(self) -> frozenset[str]:
        return frozenset(
            element.name
            for group in (self._inputs, self._nodes, self._knowledge, self._services)
            for element in group.values()
        )

    def _refuse_circles(self) -> None:
        """Report decisions that need themselves, and cut the circle so that nothing runs for ever."""
        done: set[int] = set()
        for start in self._nodes.values():
            path: list[tuple[DecisionNode, list[Binding]]] = [(start, list(start.bindings))]
            on_path = {id(start)}
            while path:
                node, waiting = path[-1]
                if id(node) in done or not waiting:
                    path.pop()
                    on_path.discard(id(node))
                    done.add(id(node))
                    continue
                binding = waiting.pop()
                below = binding.element
                if not isinstance(below, DecisionNode) or id(below) in done:
                    continue
                if id(below) in on_path:
                    self._findings.error(
                        "circular_requirement",
                        f"{node.what} and {below.what} require each other.",
                        self._place(node.id),
                    )
                    node.bindings = tuple(
                        kept for kept in node.bindings if kept.element is not below
                    )
                    continue
                path.append((below, list(below.bindings)))
                on_path.add(id(below))
        for service in self._services.values():
            service.prepare()

    def _place(self, element_id: str) -> Place:
        return next(
            (
                decision.place
                for decision in self._definitions.decisions
                if decision.id == element_id
            ),
            self._definitions.place,
        )

    # Logic ---------------------------------------------------------------------------------

    def _names(self, bindings: Iterable[Binding]) -> Names:
        known = {binding.prefix or binding.name for binding in bindings}
        is_open = not self._definitions.inputs and self._known_variables is None
        if not self._definitions.inputs:
            known |= set(self._known_variables or ())
        elsewhere = dict.fromkeys(
            self._own_names(), "It is in this model: draw an arrow from it to connect the two."
        )
        return Names(frozenset(known), is_open, self._spelled, elsewhere)

    def _compile_decision(self, element: DecisionElement) -> None:
        node = self._nodes[element.id]
        logic = element.logic
        if logic is None:
            self._findings.warning(
                "no_logic", f"{node.what} has no logic: its value is null.", element.place
            )
            return
        self._texts.free_names = set()
        types = {
            binding.name: binding.element.type
            for binding in node.bindings
            if not binding.prefix and isinstance(binding.element, Input | DecisionNode)
        }
        tables = TableCompiler(self._texts, Owner(element.id, element.name, node.type), types)
        names = self._names(node.bindings)
        if isinstance(logic, DecisionTable):
            node.table = tables.table(logic, names, node.what)
            node.table_type = self._types.named(logic.type_ref, logic.place)
            node.program = node.table.program
        else:
            node.program = _compiler(self._texts, tables).compile(logic, names, node.what)
        node.tables = tuple(tables.tables)
        node.free_names = frozenset(self._texts.free_names)

    def _compile_knowledge(self, element: BusinessKnowledge) -> None:
        function = self._knowledge[element.id]
        logic = element.logic
        if not isinstance(logic, FunctionDefinition):
            return
        tables = TableCompiler(self._texts, Owner(element.id, element.name, function.result), {})
        compiler = _compiler(self._texts, tables)
        function.parameters = tuple(compiler.parameters(logic))
        # A function sees its parameters and what it requires, never the caller's variables.
        names = Names(
            frozenset(
                {parameter.name for parameter in function.parameters}
                | {binding.prefix or binding.name for binding in function.bindings}
                | {function.name}
            ),
            False,
            self._spelled,
            self._names(()).elsewhere,
        )
        if logic.body is None:
            self._findings.warning(
                "no_logic", f"{function.what} has no logic: its value is null.", element.place
            )
        function.program = compiler.compile(logic.body, names, function.what)
        function.tables = tuple(tables.tables)


def _compiler(texts: Texts, tables: TableCompiler) -> BoxedCompiler:
    def table(source: DecisionTable, names: Names, what: str) -> Program:
        return tables.table(source, names, what).program

    return BoxedCompiler(texts, table)


def _elements(model: Model) -> list[Element]:
    return [
        *model.inputs.values(),
        *model.nodes.values(),
        *model.knowledge.values(),
        *model.services.values(),
    ]
