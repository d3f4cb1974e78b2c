"""A mail server with a certificate of its own, and a server that never comes to an end."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.notices.mail_server import MailServer, certificate


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def mail_server(pem: Path) -> Iterator[MailServer]:
    opened = MailServer(pem)
    yield opened
    opened.close()


@pytest.fixture
def trickling() -> Iterator[int]:
    """A server that says a little of what it has to say now and then; its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def trickle() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with contextlib.suppress(OSError), connection:
                    for _ in range(200):
                        connection.sendall(b"2")
                        time.sleep(0.05)

    threading.Thread(target=trickle, daemon=True).start()
    yield int(listening.getsockname()[1])
    listening.close()
