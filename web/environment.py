"""What a process is told from outside: its settings and its clock. Opens no database."""

from __future__ import annotations

import os
import sys

from engine.model.clock import Clock, FileClock, SystemClock
from web.settings import Settings, SettingsRefused, unknown_variables


def read_settings() -> Settings:
    """Return the settings of this process, and report variables that are none on standard error."""
    settings = Settings.read(os.environ)
    for sentence in unknown_variables(os.environ):
        sys.stderr.write(f"{sentence}\n")
    return settings


def clock_of(settings: Settings) -> Clock:
    """Return the clock of the service: the machine's, or the test clock's file.

    Raises `SettingsRefused` when the file does not hold an instant now.
    """
    if settings.test_clock is None:
        return SystemClock()
    clock = FileClock(settings.test_clock)
    try:
        clock.now()
    except OSError as error:
        raise SettingsRefused(
            f"REMIT_TEST_CLOCK: {settings.test_clock} cannot be read: {error.strerror}."
        ) from None
    except ValueError as error:
        raise SettingsRefused(
            f"REMIT_TEST_CLOCK: {settings.test_clock} does not hold an instant such as "
            f"2026-12-24T10:00:00Z: {error}."
        ) from None
    return clock
