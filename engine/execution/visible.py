"""What a token's expressions can read: local variables, process variables, the instance's own facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.execution.process_spec import RESERVED_NAMES
from engine.execution.token import Home, Token
from engine.feel import Evaluation, Value, from_instant, from_json


def visible(
    names: Iterable[str], token: Token, evaluation: Evaluation, *, home: Home | None = None
) -> dict[str, Value]:
    """Return those of `names` that a token can read; `home` looks into another process's run."""
    look_local = home is None and token.has_locals()
    home = home or token.surrounding_home
    variables = home.variables
    found: dict[str, Value] = {}
    for name in names:
        if name in RESERVED_NAMES:
            found[name] = _facts(home, name, evaluation)
            continue
        holder = token.local_holder(name) if look_local else None
        if holder is not None:
            found[name] = holder.data[name]
        elif name in variables:
            found[name] = variables.get(name)
    return found


def everything_visible(token: Token, evaluation: Evaluation) -> dict[str, Value]:
    """Return all that a token can read, in one order whoever asks: as it was written."""
    names = dict.fromkeys((*token.surrounding_home.variables, *sorted(RESERVED_NAMES)))
    holder: Token | None = token.scope if token.attached else token
    while holder is not None and (holder is token or holder.home is None):
        names.update(dict.fromkeys(holder.data))
        holder = holder.scope
    return visible(names, token, evaluation)


def _facts(home: Home, name: str, evaluation: Evaluation) -> Value:
    """Return what `completed` or `process_instance` says."""
    zone = evaluation.zone
    if name == "completed":
        return {
            element: {"at": from_instant(datetime.fromisoformat(at), zone), "by": by}
            for element, (at, by) in home.completed.items()
        }
    identity: dict[str, Value] = {fact: from_json(told) for fact, told in home.identity.items()}
    for fact in ("started_at", "scheduled_at"):
        told = home.identity.get(fact)
        if isinstance(told, str):
            identity[fact] = from_instant(datetime.fromisoformat(told), zone)
    return identity
