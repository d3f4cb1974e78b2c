"""What is being read: one file's definitions, its findings, and the texts of its expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.execution.nodes.said import Said
from engine.execution.process_spec import RESERVED_NAMES
from engine.execution.reading.findings import Findings, Place
from engine.execution.reading.names import BPMN, local
from engine.feel import Expression, FeelSyntaxError, compile_expression
from engine.model.errors import RemitError
from engine.model.xml_tree import Node

_JUEL = re.compile(r"[$#]\{")
_LONGEST_SUGGESTION = 500
_OPERATORS = (
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"==", "="),
    (r"\beq\b", "="),
    (r"\bne\b", "!="),
    (r"\bnot\s+(\w+)", r"not(\1)"),
    (r"!(\w[\w.]*)", r"not(\1)"),
    (r"\bempty\s+(\w+)", r"count(\1) = 0"),
    (r"execution\.getVariable\((['\"])(\w+)\1\)", r"\2"),
    (r"'([^']*)'", r'"\1"'),
)


@dataclass(frozen=True, slots=True)
class Thrown:
    """An error or escalation that the file declares: its code and message."""

    code: str
    message: str


@dataclass(slots=True)
class Drawing:
    """One file while it is read. Everything found wrong goes to `findings`."""

    root: Node
    findings: Findings
    feel_by_default: bool = False
    messages: dict[str, str] = field(default_factory=dict)
    signals: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Thrown] = field(default_factory=dict)
    escalations: dict[str, Thrown] = field(default_factory=dict)
    read_names: dict[str, set[str]] = field(default_factory=dict)
    written_names: dict[str, set[str]] = field(default_factory=dict)
    looks_back: list[tuple[str, str, Node]] = field(default_factory=list)

    # Findings

    def place(self, node: Node, owner: str | None = None) -> Place:
        """Return where a node is; `owner` is the element it belongs to, when it has no id."""
        return Place(owner or node.get("id"), node.line, node.column)

    def error(self, code: str, message: str, node: Node, owner: str | None = None) -> None:
        """Note something that refuses the deployment."""
        self.findings.error(code, message, self.place(node, owner))

    def warning(self, code: str, message: str, node: Node, owner: str | None = None) -> None:
        """Note something that is shown and kept."""
        self.findings.warning(code, message, self.place(node, owner))

    # Names that expressions read and elements write

    def reads(self, owner: str, expression: Expression, node: Node) -> None:
        """Note which variables an element's expression reads."""
        names = expression.free_names
        self.read_names.setdefault(owner, set()).update(names - RESERVED_NAMES)
        if "completed" in names:
            for match in re.finditer(r"\bcompleted\.([A-Za-z_]\w*)", expression.text):
                self.looks_back.append((owner, match[1], node))

    def writes(self, owner: str, name: str | None, what: str, node: Node) -> str | None:
        """Note that an element writes a variable; refuses reserved names."""
        if not name or not name.strip():
            return None
        name = name.strip()
        if name in RESERVED_NAMES:
            self.error(
                "reserved_name",
                f"{what} is named “{name}”, which is reserved: every expression reads under it "
                "what the instance has done. Choose another name.",
                node,
                owner,
            )
            return None
        self.written_names.setdefault(owner, set()).add(name)
        return name

    # Texts

    def expression(
        self, text: str, node: Node, owner: str, what: str, *, offset: int | None = None
    ) -> Expression | None:
        """Compile FEEL; a syntax error becomes a finding at its place.

        `offset` is where `text` begins in the node's own text, None when it is an attribute.
        """
        try:
            compiled = compile_expression(text)
        except FeelSyntaxError as error:
            line, column = node.line, node.column
            if offset is not None:
                line, column = node.place_of(offset + error.position)
            self.findings.error(
                "feel_syntax",
                f"{what} is not a FEEL expression: {error}",
                Place(owner, line, column),
            )
            return None
        except RemitError as error:
            self.error("feel_refused", f"{what} cannot be read: {error}", node, owner)
            return None
        self.reads(owner, compiled, node)
        return compiled

    def said(self, text: str | None, node: Node, owner: str, what: str) -> Said | None:
        """Read a text that is FEEL when it begins with `=`, and literal otherwise."""
        if text is None or not text.strip():
            return None
        stripped = text.strip()
        if self.is_juel(stripped, node, owner, what):
            return None
        if stripped.startswith("="):
            return self.expression(stripped[1:].strip(), node, owner, what)
        return stripped

    def formula(
        self,
        text: str | None,
        node: Node,
        owner: str,
        what: str,
        *,
        language: str | None = None,
        bare: bool = False,
    ) -> Expression | None:
        """Read a text that must be FEEL: with a leading `=`, or where the language says so.

        `bare` accepts it without either.
        """
        stripped = (text or "").strip()
        if not stripped:
            self.error(
                "empty_expression", f"{what} is empty: write a FEEL expression.", node, owner
            )
            return None
        if self.is_juel(stripped, node, owner, what):
            return None
        named = (language or "").lower()
        if named and "feel" not in named:
            self.error(
                "expression_language",
                f"{what} is written in “{language}”. Only FEEL is read: write it as FEEL with a "
                "leading =.",
                node,
                owner,
            )
            return None
        offset = None
        if text is not None and text == node.text:
            offset = text.index(stripped)
        if stripped.startswith("="):
            inner = stripped[1:].lstrip()
            if offset is not None:
                offset += len(stripped) - len(inner)
            return self.expression(inner, node, owner, what, offset=offset)
        if not (named or bare or self.feel_by_default):
            self.error(
                "expression_language",
                f"{what} does not say its language. Write it as FEEL with a leading =, such as "
                f"“= {stripped}”.",
                node,
                owner,
            )
            return None
        return self.expression(stripped, node, owner, what, offset=offset)

    def is_juel(self, text: str, node: Node, owner: str, what: str) -> bool:
        """Refuse `${...}` and `#{...}`, suggesting the same in FEEL; say whether it was that."""
        match = _JUEL.search(text)
        if match is None:
            return False
        inside = text[match.end() :].rpartition("}")[0] or text[match.end() :]
        suggestion = inside[:_LONGEST_SUGGESTION].strip()
        for pattern, replacement in _OPERATORS:
            suggestion = re.sub(pattern, replacement, suggestion)
        self.error(
            "expression_language",
            f"{what} is {text[:_LONGEST_SUGGESTION]!r}, which is not FEEL. Write “= {' '.join(suggestion.split())}”.",
            node,
            owner,
        )
        return True

    # Definitions that elements refer to

    def referred(
        self, node: Node, attribute: str, known: dict[str, str], owner: str, what: str
    ) -> str | None:
        """Return the name of the message or signal that a node refers to, noting a dangling one."""
        reference = local(node.get(attribute))
        if reference is None:
            self.error(
                f"missing_{what}", f"It names no {what}: choose one, with a name.", node, owner
            )
            return None
        if not known.get(reference):
            self.error(
                f"missing_{what}",
                f"It refers to the {what} {reference}, which this file does not define with a name.",
                node,
                owner,
            )
            return None
        return known[reference]


def bpmn_children(node: Node) -> Iterator[Node]:
    """Yield the children in BPMN's own namespace."""
    return (child for child in node.children if child.namespace == BPMN)


def is_executable(process: Node) -> bool:
    """Say whether a process runs: it does unless it says that it does not."""
    return process.get("isExecutable") not in ("false", "0")


def executed(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, but for processes that are only drawn."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.name == "process" and not is_executable(current):
            continue
        yield current
        waiting.extend(reversed(current.children))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in document order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))
