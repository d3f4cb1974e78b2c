"""The stored document of an instance: one line per token, read only when somebody needs the token.

A document is JSON, laid out in lines so that most of it passes through a step untouched:

    {"format":1,...,
    "variables":{
    "name":value,            one line per variable
    },
    "tokens":[
    ["id","parent","due","element",{internal},{local variables}],
    ]}

id and parent have 32 characters and due 27 or none, so that the three are found by their offset.
An element that begins with @ is a token that sits on its parent rather than living in it; one
that begins with ~ lives in it as the armed start of an event sub-process.
Any other layout of the same JSON is read as well, only slower.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.execution.errors import DocumentNotReadable
from engine.execution.instance import Instance
from engine.execution.process_spec import ProcessSpec
from engine.execution.state import State
from engine.execution.surroundings import Surroundings
from engine.execution.token import ROOT_ID, Home, Token
from engine.execution.variables import Variables, to_json_text
from engine.feel import decode, encode

FORMAT = 1

_VARIABLES = '"variables":{'
_END_VARIABLES = "},"
_TOKENS = '"tokens":['
_END = "]}"
_ID = slice(2, 34)
_PARENT = slice(37, 69)
_DUE = slice(72, 99)
_NO_DUE = '"'
_NEVER = "9999-12-31T23:59:59.999999Z"


class StoredTokens:
    """The lines of a document's tokens, and which of them have been taken up in this step."""

    def __init__(self, lines: Sequence[str] = (), next_due: str = _NEVER) -> None:
        # An empty line stands for a token that is in memory: its place in the order is kept.
        self._lines: dict[str, str] = {line[_ID]: line for line in lines}
        self._order = {token_id: place for place, token_id in enumerate(self._lines)}
        self._next_place = len(self._lines)
        self._next_due = next_due

    def add(self, token_id: str) -> int:
        """Give a token its place in the document, or return the one it has."""
        place = self._order.get(token_id)
        if place is None:
            place = self._order[token_id] = self._next_place
            self._next_place += 1
            self._lines[token_id] = ""
        return place

    def forget(self, token_id: str) -> None:
        """Take a token out of the document."""
        self._lines.pop(token_id, None)
        self._order.pop(token_id, None)

    def wake(self, instance: Instance, token_id: str) -> Token | None:
        """Return a stored token with those around it, None if there is none of this id."""
        live = instance.tasks.get(token_id)
        if live is not None:
            return live
        line = self._lines.get(token_id)
        if not line:
            return None
        parent = self.wake(instance, line[_PARENT])
        if parent is None:
            raise DocumentNotReadable(f"Token {token_id} of the stored document has no parent.")
        return self._wake_line(instance, parent, line)

    def wake_children(self, instance: Instance, parent: Token) -> None:
        """Take up all tokens that live in a token or sit on it, in their order."""
        parent.children_known = True
        wanted = parent.id
        for line in list(self._lines.values()):
            if line and line[_PARENT] == wanted:
                self._wake_line(instance, parent, line)
        parent._children = dict.fromkeys(sorted(parent._children, key=self._order.__getitem__))

    def wake_due(self, instance: Instance, now: datetime) -> None:
        """Take up the tokens whose timers are due by `now`."""
        limit = _stamp(now)
        if self._next_due > limit:
            return
        self._next_due = _NEVER
        for token_id, line in list(self._lines.items()):
            due = line[_DUE]
            if line and line[71] == _NO_DUE and line[72] != _NO_DUE:
                if due <= limit:
                    self.wake(instance, token_id)
                elif due < self._next_due:
                    self._next_due = due

    def wake_all(self, instance: Instance) -> None:
        """Take up every token."""
        for token_id, line in list(self._lines.items()):
            if line:
                self.wake(instance, token_id)
        for token in list(instance.tasks.values()):
            token.children_known = True

    def wake_one_that_waits(self, instance: Instance) -> bool:
        """Take up tokens until one of them waits; say whether one does."""
        for token_id, line in list(self._lines.items()):
            if line:
                token = self.wake(instance, token_id)
                if token is not None and token.task_spec.may_free:
                    return True
        return False

    def _wake_line(self, instance: Instance, parent: Token, line: str) -> Token:
        try:
            row = json.loads(line.rstrip(","))
            token_id, _, due, name = row[:4]
            attached, armed = name.startswith("@"), name.startswith("~")
            home = parent.home if parent.home is not None and not attached else None
            graph = (home or parent.surrounding_home).spec.graph
            node = graph.task_specs[name[1:] if attached or armed else name]
        except (ValueError, KeyError, TypeError) as error:
            raise DocumentNotReadable(
                f"A token of the stored document does not fit the process: {line[:200]}"
            ) from error
        token = Token(instance, node, parent, id=token_id, attached=attached, armed=armed)
        if token.keeps_alive:
            # The parent's count was stored with it.
            parent.inner -= 1
        self._lines[token_id] = ""
        token._set_state(node.resting)
        token.children_known = not getattr(node, "may_hold_tokens", node.holds_tokens)
        if len(row) > 4:
            _restore(instance, token, row[4])
        if len(row) > 5:
            token.data = {local: decode(value) for local, value in row[5].items()}
        if due:
            instance.set_timer(token, datetime.fromisoformat(due))
        wait = node.wait(token)
        if wait is not None:
            instance.waits_before[token_id] = wait
        return token

    def texts(self, instance: Instance) -> tuple[list[str], str]:
        """Return the lines to store and the earliest instant at which a timer may be due."""
        tasks = instance.tasks
        next_due = self._next_due
        texts = []
        for token_id, line in self._lines.items():
            text = line.rstrip(",") if line else _line(tasks[token_id])
            if not line and text[72] != _NO_DUE:
                next_due = min(next_due, text[_DUE])
            texts.append(text)
        return texts, next_due


def _restore(instance: Instance, token: Token, kept: dict[str, Any]) -> None:
    """Take the engine's own facts out of a stored row; the rest is the node's."""
    home = kept.pop("home", None)
    if home is not None:
        spec = instance.surroundings.process_version(home["process"], home["version"])
        texts = {name: to_json_text(value) for name, value in home["variables"].items()}
        completed = {element: (at, by) for element, (at, by) in home["completed"].items()}
        token.home = Home(spec, Variables(texts), completed, home["identity"])
    token.inner = kept.pop("inner", 0)
    joins = kept.pop("joins", None)
    if joins:
        token.arrived = joins
        instance.joining[token.id] = token
    token.internal_data = kept


def _line(token: Token) -> str:
    """Write one token."""
    kept = dict(token.internal_data)
    if token.home is not None:
        home = token.home
        kept["home"] = {
            "process": home.spec.key,
            "version": home.spec.version,
            "variables": {name: json.loads(text) for name, text in home.variables.texts().items()},
            "completed": home.completed,
            "identity": home.identity,
        }
    if token.inner:
        kept["inner"] = token.inner
    if token.arrived:
        kept["joins"] = token.arrived
    mark = "@" if token.attached else "~" if token.armed else ""
    name = mark + token.task_spec.name
    row: list[Any] = [token.id, token._parent, _stamp(token.due) if token.due else "", name]
    if kept or token.data:
        row.append(kept)
    if token.data:
        row.append({local: encode(value) for local, value in token.data.items()})
    return to_json_text(row)


def _stamp(instant: datetime) -> str:
    """Write an instant in a form of fixed width that sorts by time."""
    # Far faster than strftime, and it is written at every step.
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def write(instance: Instance) -> str:
    """Return the document of an instance."""
    root = instance.task_tree
    home = root.home
    assert home is not None
    stored: Any = instance.dormant
    tokens, next_due = stored.texts(instance)
    header: dict[str, Any] = {
        "format": FORMAT,
        "process": home.spec.key,
        "version": home.spec.version,
        "state": instance.state,
        "identity": home.identity,
        "completed": home.completed,
        "inner": root.inner,
    }
    if root.arrived:
        header["joins"] = root.arrived
    if root.internal_data:
        header["kept"] = root.internal_data
    if instance.conditions:
        header["conditions"] = list(instance.conditions)
    if next_due != _NEVER:
        header["next_due"] = next_due
    variables = [f"{to_json_text(name)}:{text}" for name, text in home.variables.texts().items()]
    lines = [to_json_text(header)[:-1] + ",", _VARIABLES]
    if variables:
        lines.append(",\n".join(variables))
    lines += [_END_VARIABLES, _TOKENS]
    if tokens:
        lines.append(",\n".join(tokens))
    lines.append(_END)
    return "\n".join(lines)


def read(spec: ProcessSpec, document: str, surroundings: Surroundings) -> Instance:
    """Return the instance that a document holds. Raises DocumentNotReadable."""
    lines = document.split("\n")
    try:
        if len(lines) < 5 or lines[1] != _VARIABLES or lines[-1] != _END:
            lines = _laid_out(document)
        end = lines.index(_END_VARIABLES, 2)
        if lines[end + 1] != _TOKENS:
            raise ValueError("no tokens")
        header = json.loads(lines[0][:-1] + "}")
        texts = dict(_variable(line) for line in lines[2:end])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise DocumentNotReadable(f"The stored document cannot be read: {error}.") from error
    if header.get("format") != FORMAT:
        raise DocumentNotReadable(
            f"The stored document has format {header.get('format')}; this engine reads {FORMAT}."
        )
    if header["process"] != spec.key:
        raise DocumentNotReadable(f"The stored document runs {header['process']}, not {spec.key}.")
    stored = StoredTokens(lines[end + 2 : -1], header.get("next_due", _NEVER))
    instance = Instance(spec, surroundings, stored)
    completed = {element: (at, by) for element, (at, by) in header["completed"].items()}
    root = instance.grow_root(Home(spec, Variables(texts), completed, header["identity"]))
    root.inner = header["inner"]
    root.children_known = False
    root.internal_data = header.get("kept", {})
    instance.conditions = dict.fromkeys(header.get("conditions", ()))
    if "joins" in header:
        root.arrived = header["joins"]
        instance.joining[root.id] = root
    instance.state = State(header["state"])
    return instance


def start(spec: ProcessSpec, surroundings: Surroundings, home: Home) -> Instance:
    """Return a new instance without tokens."""
    instance = Instance(spec, surroundings, StoredTokens())
    instance.grow_root(home)
    return instance


def _variable(line: str) -> tuple[str, str]:
    """Split a line into a variable's name and its JSON text."""
    end = line.find('":', 1)
    name = line[1:end]
    if end < 0 or "\\" in name:
        (name, value), *_ = json.loads("{" + line.rstrip(",") + "}").items()
        return name, to_json_text(value)
    text = line[end + 2 :]
    return name, text[:-1] if text.endswith(",") else text


def _laid_out(document: str) -> list[str]:
    """Lay the JSON of a document out in lines: somebody has stored it in another layout."""
    content = json.loads(document)
    variables = content.pop("variables")
    tokens = content.pop("tokens")
    return [
        to_json_text(content)[:-1] + ",",
        _VARIABLES,
        *(f"{to_json_text(name)}:{to_json_text(value)}" for name, value in variables.items()),
        _END_VARIABLES,
        _TOKENS,
        *(to_json_text(row) for row in tokens),
        _END,
    ]


__all__ = ["FORMAT", "ROOT_ID", "StoredTokens", "read", "start", "write"]
