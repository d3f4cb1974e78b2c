"""Ends a connection when its time is over, however slowly the other side goes on. Sends nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


class TimeLimit:
    """Shuts every socket that it watches `seconds` after it began.

    A read that has a timeout of its own never ends when a byte comes now and then: only closing
    the connection from outside does.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> TimeLimit:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._sockets:
                watched.close()

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection when the time is over."""
        # A second handle: TLS takes over the first one, and closing it must close nothing else.
        handle = connection.dup()
        with self._lock:
            self._sockets.append(handle)
            if self.is_over:
                _shut(handle)

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            for watched in self._sockets:
                _shut(watched)


@contextmanager
def limited(pool: urllib3.HTTPConnectionPool, limit: TimeLimit) -> Iterator[None]:
    """Have the pool's connections end at a limit, and close the pool at the end of the block."""
    base = HTTPSConnection if isinstance(pool, urllib3.HTTPSConnectionPool) else HTTPConnection

    class Limited(base):  # type: ignore[misc, valid-type]
        def _new_conn(self) -> socket.socket:
            made: socket.socket = super()._new_conn()
            limit.watch(made)
            return made

    owned: Any = pool
    owned.ConnectionCls = Limited
    try:
        yield
    finally:
        pool.close()


def _shut(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
