"""A council with accounts, sessions and links, on a real engine over a temporary SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.identity.issuer import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.integration.identity.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A service without a sign-in of the organisation's own."""
    opened = Town.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def running_issuer() -> Iterator[Issuer]:
    """One real issuer for a module: making its keys takes a second."""
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture
def issuer(running_issuer: Issuer) -> Issuer:
    """The issuer, as honest as it was at first."""
    running_issuer.account = {
        "sub": "0a1b2c",
        "preferred_username": "Grace.Oduya@town.example",
        "name": "Grace Oduya",
        "email": "grace.oduya@town.example",
        "realm": {"groups": ["Heads of Service", "Canteen"]},
    }
    running_issuer.wrong = ""
    running_issuer.in_userinfo = ()
    running_issuer.asked.clear()
    return running_issuer


@pytest.fixture
def town_with_issuer(tmp_path: Path, issuer: Issuer) -> Iterator[Town]:
    """A service whose people sign in at the issuer."""
    opened = Town.open(tmp_path, issuer=issuer.address, client=(CLIENT_ID, CLIENT_SECRET))
    yield opened
    opened.close()
