"""Reads XML safely into a small tree that knows its places. Owns the limits; knows no vocabulary."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from xml.parsers import expat

from engine.model.errors import RemitError

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_DEPTH = 200
MAXIMUM_ELEMENTS = 300_000
MAXIMUM_ATTRIBUTES = 1_000
MAXIMUM_ATTRIBUTE_LENGTH = 1_000_000


class SourceRefused(RemitError):
    """The bytes are not XML that is safe to read; `line` and `column` count from 1 when known."""

    code: ClassVar[str] = "xml_refused"

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(slots=True)
class Node:
    """One XML element: its local name, namespace, attributes, children, text, and where it stands.

    Attributes without a namespace are kept under their plain name, others as `{namespace}name`.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    prefixes: dict[str, str]
    line: int
    column: int
    children: list[Node] = field(default_factory=list)
    chunks: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the character data directly inside the element, unchanged."""
        return "".join(chunk for _, _, chunk in self.chunks)

    def get(self, attribute: str) -> str | None:
        """Return an attribute's value, None when it is absent."""
        return self.attributes.get(attribute)

    def first(self, name: str) -> Node | None:
        """Return the first child of this name in the element's own namespace."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Node]:
        """Yield the children of this name in the element's own namespace, in document order."""
        for child in self.children:
            if child.name == name and child.namespace == self.namespace:
                yield child

    def place_of(self, offset: int) -> tuple[int, int]:
        """Return line and column (from 1) of the character at `offset` of `text`."""
        starts: list[int] = []
        total = 0
        for _, _, chunk in self.chunks:
            starts.append(total)
            total += len(chunk)
        if not starts:
            return self.line, self.column
        index = max(0, bisect_right(starts, offset) - 1)
        line, column, _ = self.chunks[index]
        return line, column + offset - starts[index]


class _Builder:
    """Collects expat's events into nodes and refuses what is unsafe as soon as it appears."""

    def __init__(self, most_elements: int) -> None:
        self._most_elements = most_elements
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0
        self._prefixes: list[dict[str, str]] = [{}]
        self._pending: dict[str, str] = {}
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartNamespaceDeclHandler = self._prefix
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def _refuse(self, message: str) -> SourceRefused:
        return SourceRefused(
            message, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        )

    def _doctype(self, *_: object) -> None:
        # Entities are the only reason for a document type here, and the way of every XML bomb.
        raise self._refuse("A document type declaration (<!DOCTYPE) is not allowed.")

    def _prefix(self, prefix: str | None, uri: str | None) -> None:
        self._pending[prefix or ""] = uri or ""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > self._most_elements:
            raise self._refuse(f"The file has more than {self._most_elements:,} elements.")
        if len(attributes) > MAXIMUM_ATTRIBUTES:
            raise self._refuse(f"An element has more than {MAXIMUM_ATTRIBUTES:,} attributes.")
        if any(len(value) > MAXIMUM_ATTRIBUTE_LENGTH for value in attributes.values()):
            raise self._refuse(
                f"An attribute is longer than {MAXIMUM_ATTRIBUTE_LENGTH:,} characters."
            )
        if len(self._open) >= MAXIMUM_DEPTH:
            raise self._refuse(f"Elements are nested more than {MAXIMUM_DEPTH} deep.")
        prefixes = self._prefixes[-1]
        if self._pending:
            prefixes = {**prefixes, **self._pending}
            self._pending = {}
        self._prefixes.append(prefixes)
        namespace, _, name = tag.rpartition(" ")
        node = Node(
            name,
            namespace,
            {_attribute(key): value for key, value in attributes.items()},
            prefixes,
            self.parser.CurrentLineNumber,
            self.parser.CurrentColumnNumber + 1,
        )
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _: str) -> None:
        self._open.pop()
        self._prefixes.pop()

    def _characters(self, data: str) -> None:
        self._open[-1].chunks.append(
            (self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, data)
        )


def _attribute(key: str) -> str:
    namespace, separator, name = key.rpartition(" ")
    return f"{{{namespace}}}{name}" if separator else name


def read(source: bytes, *, most_elements: int = MAXIMUM_ELEMENTS) -> Node:
    """Return the root element of an XML document of at most `most_elements`.

    Raises SourceRefused for what is not well formed, is larger than the limits, or declares a
    document type: no entity is ever expanded and nothing is ever fetched.
    """
    if len(source) > MAXIMUM_BYTES:
        raise SourceRefused(
            f"The file has {len(source):,} bytes; at most {MAXIMUM_BYTES:,} are accepted."
        )
    builder = _Builder(most_elements)
    try:
        builder.parser.Parse(source, True)
    except expat.ExpatError as error:
        raise SourceRefused(
            f"The file is not well-formed XML: {expat.errors.messages.get(error.code, error)}.",
            error.lineno,
            error.offset + 1,
        ) from error
    except (LookupError, ValueError) as error:
        raise SourceRefused(f"The file's character encoding cannot be read: {error}.") from error
    if builder.root is None:
        raise SourceRefused("The file is empty.")
    return builder.root
