"""Reads a `.form` file into a `Form`: its structure, keys and nesting. Field rules: `field_parsing`.

Whatever cannot be shown or checked is refused here, with its place, never at run time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.content.forms.component_parsing import component_of
from engine.content.forms.components import Component, ComponentKind
from engine.content.forms.form import Form
from engine.content.forms.json_file import JsonFindings, Node, read_json
from engine.content.forms.keys import Key, key_text
from engine.model.problems import Problem, Severity

FORM_KEYS = frozenset(
    {
        "id",
        "type",
        "components",
        "schemaVersion",
        "exporter",
        "executionPlatform",
        "executionPlatformVersion",
        "versionTag",
        "$schema",
    }
)
UNSHOWABLE = {
    "image": "Write what the picture says as a text component.",
    "iframe": "Pages of other sites are never shown inside a form: link to them in a text.",
    "documentPreview": "The pages list a case's files by themselves; ask for one with a filepicker.",
    "multipage": "Use groups: the page shows them one after the other.",
    "page": "Use a group instead.",
}
BUTTON = "button"
CONTAINERS = frozenset({ComponentKind.GROUP, ComponentKind.DYNAMICLIST})


def parse_form(
    source: bytes, file: str, *, clauses: Collection[str] | None = None
) -> tuple[Form | None, list[Problem]]:
    """Return the form, None if it has an error, and every problem with its line and JSON path.

    With `clauses` (the ids of the organisation's clauses) a citation of any other is an error.
    """
    findings = JsonFindings(file)
    root = read_json(source, findings)
    form = _Parser(clauses).form(root) if root is not None else None
    refused = any(problem.severity is Severity.ERROR for problem in findings.problems)
    return (None if refused else form), findings.problems


@dataclass
class _Parser:
    clauses: Collection[str] | None
    nodes: dict[str, Node] = field(default_factory=dict)

    def form(self, root: Node) -> Form | None:
        fields = root.fields()
        for key, node in fields.items():
            if key not in FORM_KEYS:
                node.warn("unknown_property", "this property is not known and has no effect.")
        if "type" in fields and fields["type"].value != "default":
            fields["type"].refuse("wrong_value", 'the type of a form is "default".')
        form_id = fields["id"].text() if "id" in fields else ""
        if not form_id:
            root.refuse("missing_key", "the form needs an id, which a diagram's formRef names.")
        if "components" not in fields:
            root.refuse("missing_key", "the form has no components.")
            return None
        components = tuple(self._components(fields["components"]))
        _refuse_clashes(components, self.nodes)
        return Form(form_id, components)

    def _components(self, node: Node) -> Iterator[Component]:
        for item in node.items():
            fields = item.fields()
            kind = fields["type"].value if "type" in fields else None
            if kind == BUTTON:
                continue  # The page has its own buttons.
            if kind not in set(ComponentKind):
                self._refuse_kind(fields.get("type", item), kind)
                continue
            component_id = self._id(item, fields.get("id"))
            named = item.of_element(component_id)
            self.nodes[component_id] = named
            children: tuple[Component, ...] = ()
            if kind in CONTAINERS:
                if "components" in fields:
                    children = tuple(self._components(fields["components"]))
                else:
                    named.refuse("missing_key", "it has no components.")
            yield component_of(named, ComponentKind(kind), component_id, children, self.clauses)

    def _refuse_kind(self, node: Node, kind: object) -> None:
        if isinstance(kind, str) and kind in UNSHOWABLE:
            node.refuse("unsupported_component", f"{kind} cannot be shown. {UNSHOWABLE[kind]}")
        elif kind is None:
            node.refuse("missing_key", "the component has no type.")
        else:
            node.refuse(
                "unsupported_component",
                f"{kind!r} is not a type of component; known are {', '.join(ComponentKind)}.",
            )

    def _id(self, item: Node, node: Node | None) -> str:
        if node is None:
            # Ids are optional in the schema; a place is as good a name.
            return item.path.removeprefix("components")
        component_id = node.text()
        if component_id in self.nodes:
            node.refuse("duplicate_id", f"the id {component_id!r} is used twice.")
        return component_id


def _refuse_clashes(components: Sequence[Component], nodes: Mapping[str, Node]) -> None:
    """Refuse two components that write the same place, unless conditions choose between them."""
    written: dict[Key, list[Component]] = {}
    for key, component in _written(components, ()):
        written.setdefault(key, []).append(component)
        if component.kind is ComponentKind.DYNAMICLIST:
            _refuse_clashes(component.children, nodes)
    for key, writers in written.items():
        if len(writers) > 1 and any(writer.hide is None for writer in writers):
            nodes[writers[1].id].refuse(
                "duplicate_key",
                f"the key {key_text(key)} is used twice: give each component its own, or a "
                "condition to each so that one at most is shown.",
            )
        for length in range(1, len(key)):
            if key[:length] in written:
                nodes[writers[0].id].refuse(
                    "duplicate_key",
                    f"the key {key_text(key)} lies inside {key_text(key[:length])}, which is "
                    "a field itself.",
                )


def _written(components: Sequence[Component], prefix: Key) -> Iterator[tuple[Key, Component]]:
    """Yield what writes a place, with its key; of a list only the list itself."""
    for component in components:
        key = prefix + component.key
        if component.kind is ComponentKind.GROUP:
            yield from _written(component.children, key)
        elif component.key:
            yield key, component
