"""Ends a connection when its time is over, however slowly the other side goes on. Sends nothing."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


class TimeLimit:
    """Shuts every socket that it watches when the request that runs has taken too long.

    A read that has a timeout of its own never ends when a byte comes now and then: only closing
    the connection from outside does. One request after the other may run, each with a time of its
    own; once one was over it stays so.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._request: object | None = None
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Give the request within so many seconds."""
        request = object()
        with self._lock:
            self._request = request
        _watchdog.watch(self, request, seconds)
        try:
            yield
        finally:
            with self._lock:
                self._request = None

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection when the time is over."""
        # A second handle: TLS takes over the first one, and closing it must close nothing else.
        handle = connection.dup()
        with self._lock:
            self._sockets.append(handle)
            if self.is_over:
                _shut(handle)

    def is_waiting_for(self, request: object) -> bool:
        """Say whether this request has not come back yet."""
        return self._request is request

    def end(self, request: object) -> None:
        """Shut what is still connected; does nothing when this request has come back."""
        with self._lock:
            if self._request is not request:
                return
            self.is_over = True
            for watched in self._sockets:
                _shut(watched)

    def close(self) -> None:
        """Let go of the connections; what is left of them is closed by whoever opened them."""
        with self._lock:
            for watched in self._sockets:
                watched.close()
            self._sockets.clear()


class Watchdog:
    """Ends requests, all of them in one thread: a thread for each costs more than the request."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: list[tuple[float, int, TimeLimit, object]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def watch(self, limit: TimeLimit, request: object, seconds: float) -> None:
        """End the request in so many seconds, unless it came back by then."""
        with self._changed:
            entry = (monotonic() + seconds, next(self._numbers), limit, request)
            heapq.heappush(self._ends, entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="time-limits", daemon=True)
                self._thread.start()
            elif self._ends[0] is entry:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            limit, request = self._next()
            limit.end(request)

    def _next(self) -> tuple[TimeLimit, object]:
        with self._changed:
            while True:
                while self._ends and not self._ends[0][2].is_waiting_for(self._ends[0][3]):
                    heapq.heappop(self._ends)
                left = self._ends[0][0] - monotonic() if self._ends else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._ends)[2:]
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
