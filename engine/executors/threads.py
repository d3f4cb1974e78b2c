"""Worker threads that can be given up: a call that never returns keeps its thread, but not its place.

Daemon threads, unlike those of `concurrent.futures`, so that one of them never keeps a process alive.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

log = logging.getLogger(__name__)

Call = Callable[[], None]


class Threads:
    """Runs calls in at most `number` threads at a time, first come first served."""

    def __init__(self, number: int, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._changed = threading.Condition()
        self._working: set[threading.Thread] = set()
        self._given_up: set[threading.Thread] = set()
        self._stopped = False
        self._number = number
        for _ in range(number):
            self._add()

    def submit(self, call: Call) -> None:
        """Have `call` run as soon as a thread is free; not at all once these threads have stopped."""
        self._calls.put(call)

    def give_up(self, thread: threading.Thread) -> None:
        """Let another thread take the place of one whose call does not return."""
        with self._changed:
            if thread not in self._working or self._stopped:
                return
            self._working.discard(thread)
            self._given_up.add(thread)
            self._changed.notify_all()
        self._add()

    def stop(self, grace: float) -> None:
        """Begin nothing more; wait up to `grace` seconds for what is under way."""
        until = time.monotonic() + grace
        with self._changed:
            self._stopped = True
            for _ in range(self._number):
                self._calls.put(None)
            while self._working and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)

    def _add(self) -> None:
        threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        this = threading.current_thread()
        while True:
            call = self._calls.get()
            with self._changed:
                if self._stopped or call is None:
                    return
                self._working.add(this)
            try:
                call()
            except Exception as error:
                # A call handles its own failures; the message may hold what somebody typed.
                log.error("a job thread failed: %s", type(error).__name__)
            with self._changed:
                self._working.discard(this)
                self._changed.notify_all()
                if this in self._given_up:
                    self._given_up.discard(this)
                    return
