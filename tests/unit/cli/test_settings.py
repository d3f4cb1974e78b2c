"""Settings are read once, checked, and refused with a sentence that names the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from web.settings import Environment, Settings, SettingsRefused, unknown_variables

PRODUCTION = {
    "REMIT_ENVIRONMENT": "production",
    "REMIT_SECRET_KEY": "k3J9-dV2m_Q8xZ7wLr5TnB4yHc6Sf1Ga0PeU",
    "REMIT_PUBLIC_URL": "https://remit.example.gov.uk",
}


def test_without_variables_it_is_development_on_a_file_of_its_own():
    settings = Settings.read({})
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.sqlite_file == Path("var/remit.db")
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.secret_key == ""


def test_an_empty_variable_counts_as_not_set():
    assert Settings.read({"REMIT_PORT": "", "REMIT_HOST": " "}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REMIT_PORT", "http"),
        ("REMIT_PORT", "0"),
        ("REMIT_PORT", "65536"),
        ("REMIT_PORT", "²"),
        ("REMIT_ENVIRONMENT", "staging"),
        ("REMIT_DATABASE_URL", "mysql://somewhere/db"),
        ("REMIT_DATABASE_URL", "remit.db"),
        ("REMIT_DATABASE_URL", "postgresql://somewhere"),
        ("REMIT_PUBLIC_URL", "remit.example.gov.uk"),
        ("REMIT_PUBLIC_URL", "https://example.gov.uk/remit"),
        ("REMIT_WEB_THREADS", "none"),
        ("REMIT_WORKER_THREADS", "1000"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(variable, value):
    with pytest.raises(SettingsRefused, match=variable):
        Settings.read({variable: value})


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_through_the_one_driver_we_have(scheme):
    settings = Settings.read({"REMIT_DATABASE_URL": f"{scheme}://me:secret@db/remit"})
    assert settings.database_url == "postgresql+psycopg://me:secret@db/remit"
    assert settings.sqlite_file is None


def test_production_starts_with_a_secret_and_an_https_address():
    assert Settings.read(PRODUCTION).in_production


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"REMIT_SECRET_KEY": ""}, "REMIT_SECRET_KEY"),
        ({"REMIT_SECRET_KEY": "short"}, "REMIT_SECRET_KEY"),
        ({"REMIT_SECRET_KEY": "x" * 64}, "REMIT_SECRET_KEY"),
        ({"REMIT_PUBLIC_URL": ""}, "REMIT_PUBLIC_URL"),
        ({"REMIT_PUBLIC_URL": "http://remit.example.gov.uk"}, "REMIT_PUBLIC_URL"),
        ({"REMIT_TEST_CLOCK": "clock"}, "REMIT_TEST_CLOCK"),
        ({"REMIT_SECRET_KEYS": "x"}, "REMIT_SECRET_KEYS"),
    ],
)
def test_production_refuses(change, named):
    with pytest.raises(SettingsRefused, match=named):
        Settings.read(PRODUCTION | change)


def test_a_typing_slip_is_reported_with_what_was_meant():
    assert unknown_variables({"REMIT_PROT": "80", "REMIT_PORT": "80", "PATH": "/bin"}) == [
        "REMIT_PROT is not a setting. Did you mean REMIT_PORT?"
    ]


def test_an_ipv6_address_is_shown_so_that_a_browser_opens_it():
    assert Settings.read({"REMIT_HOST": "::1"}).address == "http://[::1]:8000"
