"""Messages from outside: they wake the instance that waits, or begin the one that they start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from engine import correlation
from engine.feel import encode, from_json
from engine.model.actors import Actor, Permission
from engine.model.errors import RemitError
from engine.model.identifiers import new_id
from engine.model.messages import BufferedMessage
from engine.process_engine import ProcessEngine

LONGEST_BUFFER = timedelta(days=366)


class MessageNotExpected(RemitError):
    """Nothing waits for this message and it starts nothing."""

    code: ClassVar[str] = "message_not_expected"

    def __init__(self, name: str, correlation_key: str | None) -> None:
        which = f" with the key {correlation_key}" if correlation_key is not None else ""
        super().__init__(
            f"Nothing waits for the message {name}{which}, and it starts no process. "
            "Give buffer_for to keep it until something does."
        )


@dataclass(frozen=True, slots=True)
class Correlation:
    """What a message did: `delivered`, `started` or `buffered`."""

    outcome: str
    process_instance_id: str | None


def correlate(
    engine: ProcessEngine,
    *,
    by: Actor,
    name: str,
    correlation_key: str | None = None,
    variables: Mapping[str, Any] | None = None,
    buffer_for: timedelta | None = None,
) -> Correlation:
    """Deliver a message to the one token that waits for it, or start the process that it starts.

    A started instance has the correlation key as its business key. `buffer_for`: keep the message
    that long, at most a year, when nothing wants it yet. Raises MessageNotExpected or
    AmbiguousMessage.
    """
    by.check(Permission.SEND_MESSAGES)
    values = {key: from_json(value) for key, value in (variables or {}).items()}
    with engine.transaction(by.organisation) as tx:
        found = correlation.deliver(
            engine,
            tx,
            engine.catalogues.of(tx),
            name=name,
            key=correlation_key,
            variables=values,
            by=by.user,
        )
        if found is not None:
            outcome, instance = found
            return Correlation(outcome, instance.id)
        if buffer_for is None:
            raise MessageNotExpected(name, correlation_key)
        now = engine.clock.now()
        tx.buffered_messages.drop_expired(now)
        tx.buffered_messages.add(
            BufferedMessage(
                id=new_id(),
                name=name,
                correlation_key=correlation_key,
                variables={key: encode(value) for key, value in values.items()},
                received_at=now,
                expires_at=now + min(buffer_for, LONGEST_BUFFER),
            )
        )
    return Correlation("buffered", None)
