"""A mail server with a certificate of its own."""

from __future__ import annotations

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
