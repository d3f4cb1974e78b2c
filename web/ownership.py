"""One owner for one SQLite database: a lock on a file beside it. PostgreSQL needs none."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from engine.model.errors import RemitError


class DatabaseOwned(RemitError):
    """Another process serves this SQLite database already."""

    code: ClassVar[str] = "database_owned"

    def __init__(self, database: Path, owner: str) -> None:
        which = f" (process {owner})" if owner else ""
        super().__init__(
            f"Another Remit{which} serves {database} already. A SQLite database has one owner: "
            "stop that one, or set REMIT_DATABASE_URL to another file or to PostgreSQL."
        )


@contextmanager
def owning(database: Path | None) -> Iterator[None]:
    """Own a SQLite database while the block runs; None is a database that many may serve.

    Makes the database's folder. Raises `DatabaseOwned` when another process owns it. The system frees the lock when its owner
    ends, however it ends.
    """
    if database is None:
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    lock = database.with_name(f"{database.name}.lock")
    with lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise DatabaseOwned(database, file.read(20).strip()) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
