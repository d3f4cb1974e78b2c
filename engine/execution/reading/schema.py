"""Whether a file follows the BPMN 2.0 schema. Says nothing about what it means."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator

from engine.execution.reading.findings import Findings, Place
from engine.model.xml_tree import Node

_MOST_SHOWN = 20
_lock = Lock()


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    validator: etree.XMLSchema = BpmnValidator().validator
    return validator


def check(source: bytes, root: Node, findings: Findings) -> None:
    """Add a finding for each place where the file departs from the schema.

    `source` has been read before, as `root`: it is well formed, bounded and declares no document
    type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        tree = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        findings.error(
            "not_xml", f"The file is not well-formed XML: {error.msg}", Place(line=error.lineno)
        )
        return
    # One schema serves all threads, and its log belongs to the last who used it.
    with _lock:
        schema = _schema()
        if schema.validate(tree):
            return
        entries = [
            (entry.message, entry.line, entry.path)
            for entry in schema.error_log  # type: ignore[attr-defined]  # the stubs lack it
        ]
        places = [
            _place(root, path if isinstance(path, str) else "", line)
            for _, line, path in entries[:_MOST_SHOWN]
        ]
    for (message, _, _), place in zip(entries, places, strict=False):
        findings.error(
            "schema",
            f"The file does not follow the BPMN 2.0 schema: {_plain(message)} "
            "Open it in the modeller and save it again.",
            place,
        )


def _place(root: Node, path: str, line: int) -> Place:
    """Return where the validator's path leads, with the id of the element it is in."""
    node, owner = root, root.get("id")
    for step in re.findall(r"/([^/\[]+)(?:\[(\d+)\])?", path)[1:]:
        name, number = step[0].rpartition(":")[2], int(step[1] or 1)
        # The path counts elements of one name, or with * all of them.
        same = [child for child in node.children if name in ("*", child.name)]
        if number > len(same):
            return Place(owner, line)
        node = same[number - 1]
        owner = node.get("id") or owner
    return Place(owner, node.line, node.column)


def _plain(message: str) -> str:
    """Take the namespaces out of the validator's sentence: modellers do not show them."""
    return re.sub(r"\{[^}]*\}", "", message)
