"""Long polls that wait for an external task: kept without a thread, sent in again when one is there.

Knows nothing of HTTP: what waits is called back. See docs/decisions/0011-long-polls-without-threads.md.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic

TICK_SECONDS = 1.0
"""How often it is asked what can be fetched by time, or by another process's doing."""

POLL = "remit.poll"
"""Where in its environment a request finds its poll, under a server that can let it wait."""

Place = tuple[str, str]
"""An organisation and a topic."""

log = logging.getLogger(__name__)


@dataclass
class Poll:
    """One request that may wait. `began` and `until` are seconds of the monotonic clock.

    `selective`: it may not want the task that it is woken for, so that others are woken too.
    """

    resume: Callable[[], None]
    began: float
    seen: int = 0
    places: frozenset[Place] = frozenset()
    selective: bool = False
    until: float | None = None
    number: int = field(default=0)

    def wait(
        self, organisation: str, topics: Iterable[str], *, seconds: float, selective: bool
    ) -> bool:
        """Ask to wait until `seconds` after the request came; False when they have passed."""
        until = self.began + seconds
        if until <= monotonic():
            return False
        self.places = frozenset((organisation, topic) for topic in topics)
        self.selective = selective
        self.until = until
        return True


class WaitingRoom:
    """The polls that wait. One task wakes one of them, and every one that is selective."""

    def __init__(
        self,
        available: Callable[[], Mapping[Place, int]],
        *,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self._available = available
        self._tick_seconds = tick_seconds
        self._changed = threading.Condition()
        self._waiting: dict[int, Poll] = {}
        self._numbers = itertools.count(1)
        self._announced: dict[Place, int] = {}
        self._sequence = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def arrive(self, resume: Callable[[], None], *, began: float | None = None) -> Poll:
        """Return a poll that begins to look for tasks now: what is announced from now on counts."""
        with self._changed:
            return Poll(resume, monotonic() if began is None else began, seen=self._sequence)

    def enter(self, poll: Poll) -> None:
        """Keep a poll that found nothing; it is resumed at once when something came meanwhile."""
        with self._changed:
            if not self._closed and not self._missed(poll):
                poll.number = next(self._numbers)
                self._waiting[poll.number] = poll
                self._start()
                self._changed.notify()
                return
        poll.resume()

    def leave(self, poll: Poll) -> None:
        """Forget a poll whose client has gone."""
        with self._changed:
            self._waiting.pop(poll.number, None)

    def announce(self, organisation: str, topic: str) -> None:
        """Wake who waits for a task of this topic: one can be fetched now."""
        place = (organisation, topic)
        with self._changed:
            self._sequence += 1
            self._announced[place] = self._sequence
            woken = self._taken_for(place, 1)
        for poll in woken:
            poll.resume()

    def close(self) -> None:
        """Forget everybody: the server is going."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _missed(self, poll: Poll) -> bool:
        return any(self._announced.get(place, 0) > poll.seen for place in poll.places)

    def _taken_for(self, place: Place, tasks: int) -> list[Poll]:
        """Take out as many polls as there are tasks, the longest waiting first, and the selective."""
        woken = []
        for poll in list(self._waiting.values()):
            if place in poll.places and (tasks or poll.selective):
                woken.append(self._waiting.pop(poll.number))
                tasks -= not poll.selective
        return woken

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="waiting-room", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._sleep():
            now = monotonic()
            woken = self._overdue(now)
            if self._waiting:
                woken += self._wanted()
            for poll in woken:
                poll.resume()

    def _sleep(self) -> bool:
        """Wait for a tick, or the next poll's end if it comes before; False when closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if not self._closed:
                ends = min(poll.until or 0.0 for poll in self._waiting.values())
                self._changed.wait(max(0.0, min(self._tick_seconds, ends - monotonic())))
            return not self._closed

    def _overdue(self, now: float) -> list[Poll]:
        with self._changed:
            over = [poll for poll in self._waiting.values() if (poll.until or 0.0) <= now]
            for poll in over:
                del self._waiting[poll.number]
            return over

    def _wanted(self) -> list[Poll]:
        """Take out who waits for what has become available by time, or elsewhere."""
        try:
            places = self._available()
        except Exception as error:
            # The next tick asks again; the database may be back by then.
            log.error("could not look for external tasks: %s", type(error).__name__)
            return []
        with self._changed:
            return [
                poll for place, tasks in places.items() for poll in self._taken_for(place, tasks)
            ]
