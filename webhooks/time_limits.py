"""Ends a connection when its time is over, however slowly the other side goes on. Sends nothing."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
from time import monotonic
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
        self.is_left = False
        self._seconds = seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def __enter__(self) -> TimeLimit:
        _watchdog.watch(self, self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.is_left = True
            for watched in self._sockets:
                watched.close()
            self._sockets.clear()

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection when the time is over."""
        # A second handle: TLS takes over the first one, and closing it must close nothing else.
        handle = connection.dup()
        with self._lock:
            self._sockets.append(handle)
            if self.is_over:
                _shut(handle)

    def end(self) -> None:
        """Shut what is still connected; does nothing to a call that has come back."""
        with self._lock:
            if self.is_left:
                return
            self.is_over = True
            for watched in self._sockets:
                _shut(watched)


class Watchdog:
    """Ends time limits, all of them in one thread: a thread for each call costs more than the call."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: list[tuple[float, int, TimeLimit]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def watch(self, limit: TimeLimit, seconds: float) -> None:
        """End the limit in so many seconds, unless it was left by then."""
        with self._changed:
            entry = (monotonic() + seconds, next(self._numbers), limit)
            heapq.heappush(self._ends, entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="time-limits", daemon=True)
                self._thread.start()
            elif self._ends[0] is entry:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            self._next().end()

    def _next(self) -> TimeLimit:
        with self._changed:
            while True:
                while self._ends and self._ends[0][2].is_left:
                    heapq.heappop(self._ends)
                left = self._ends[0][0] - monotonic() if self._ends else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._ends)[2]
                self._changed.wait(left)


_watchdog = Watchdog()


class _Watched:
    """What both kinds of connection do with the limit that their pool gives them."""

    def __init__(self, *args: Any, limit: TimeLimit, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._limit = limit

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._limit.watch(made)
        return made


class _WatchedHttp(_Watched, HTTPConnection):
    pass


class _WatchedHttps(_Watched, HTTPSConnection):
    pass


class HttpPool(urllib3.HTTPConnectionPool):
    """Connections that end at the `limit` given with the pool's settings."""

    ConnectionCls = _WatchedHttp


class HttpsPool(urllib3.HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = _WatchedHttps


def _shut(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
