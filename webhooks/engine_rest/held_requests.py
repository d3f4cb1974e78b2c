"""Lets a request wait in waitress without a thread: given up unanswered, and run again later.

The one place that knows how waitress runs a request. Any other server answers long polls at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import waitress  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import BaseWSGIServer  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]

from webhooks.discarded_bodies import DiscardingParser
from webhooks.engine_rest.waiting_room import POLL, Poll, WaitingRoom

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_CONNECTIONS = 1_000
"""Each waiting worker keeps one; waitress's own limit of 100 would turn people away."""

SERVER_OPTIONS = {
    "connection_limit": MOST_CONNECTIONS,
    "asyncore_use_poll": True,
    # One more request is read while one is under way: only so is a client seen that goes away.
    "channel_request_lookahead": 1,
}


class _Held(BaseException):
    """The request waits: no answer yet. Not an Exception, which waitress would answer with 500."""


class HoldingRequests:
    """Takes back a request that asked to wait, before a byte of its answer is written."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].seek(0)  # read before, when the request is run again
        answer = self._application(environ, start_response)
        poll = cast(Poll, environ[POLL])
        if poll.until is None:
            return answer
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        raise _Held


def create_server(application: WSGIApplication, room: WaitingRoom, **options: Any) -> Any:
    """Return a waitress server, listening but not running, whose requests can wait in `room`."""
    # Polls that end together queue for a moment: nothing to warn of each time.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    sockets: dict[int, Any] = {}
    server = waitress.create_server(
        HoldingRequests(application), map=sockets, **SERVER_OPTIONS, **options
    )
    channel = _channel_class(room)
    for listening in sockets.values():  # one for each address
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = channel
    return server


def _channel_class(room: WaitingRoom) -> type[HTTPChannel]:
    class Task(WSGITask):  # type: ignore[misc]
        def get_environment(self) -> Any:
            environ = super().get_environment()
            environ[POLL] = self.channel.arrived()
            return environ

    class Channel(HTTPChannel):  # type: ignore[misc]
        task_class = Task
        parser_class = DiscardingParser
        poll: Poll | None = None
        polled: object = None

        def arrived(self) -> Poll:
            """Return the poll of the request now run; one run again goes on from its first start."""
            again = self.poll is not None and self.polled is self.requests[0]
            began = self.poll.began if self.poll is not None and again else None
            self.poll, self.polled = room.arrive(self.resume, began=began), self.requests[0]
            return self.poll

        def resume(self) -> None:
            """Run the request again, if its client is still there."""
            if self.connected:
                self.server.add_task(self)

        def service(self) -> None:
            try:
                super().service()
            except _Held:
                assert self.poll is not None
                room.enter(self.poll)
                if not self.connected:
                    room.leave(self.poll)

        def handle_close(self) -> None:
            poll = self.poll
            super().handle_close()
            if poll is not None:
                room.leave(poll)

    return Channel
