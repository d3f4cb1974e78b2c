"""ISO 8601 durations in requests: days, hours, minutes and seconds. Months have no fixed length."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields

LONGEST = timedelta(days=366)

_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?"
)


class Duration(fields.Field[timedelta]):
    """A duration such as `PT30M` or `P7D`, of at most a year."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> timedelta:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise ValidationError("Write an ISO 8601 duration such as PT30M or P7D.")
        duration = timedelta(**{unit: int(text or 0) for unit, text in found.groupdict().items()})
        if duration > LONGEST:
            raise ValidationError(f"A duration of at most {LONGEST.days} days is accepted.")
        return duration
