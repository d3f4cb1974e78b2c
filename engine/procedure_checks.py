"""Looks at the procedures that an organisation offers: each is begun by a process that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalogue import Catalogue
from engine.content import Organisation
from engine.execution import ProcessSpec
from engine.model.process_definitions import DefinitionKind


def found(
    organisation: Organisation, processes: Mapping[str, ProcessSpec], known: Catalogue | None
) -> Iterator[tuple[str, str]]:
    """Yield a code and a sentence for each procedure whose process, or the message for it, is missing.

    `known`: what has been deployed before; a process of it that comes again is looked at as it comes.
    """
    for procedure in organisation.procedures:
        spec = processes.get(procedure.key)
        if spec is not None:
            if procedure.message not in spec.message_starts:
                yield (
                    "unknown_message",
                    f"The message “{procedure.message}” is to begin “{procedure.key}”, and no start "
                    "event of that process waits for it. Draw one, or correct the name.",
                )
        elif known is None or not known.versions(DefinitionKind.PROCESS, procedure.key):
            yield (
                "unknown_procedure",
                f"People are offered “{procedure.name}”, and no diagram here has a process "
                f"“{procedure.key}”. Add its diagram, or leave the procedure out.",
            )
