"""Seals page tokens for the list they were made for: nobody can make or borrow one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from flask import current_app, request
from marshmallow import fields

from engine.model.pages import BadPageToken

SEAL_BYTES = 12


class SealedToken(fields.String):
    """A page token of the engine, with a seal that ties it to this list of this service."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else f"{value}.{_seal(value)}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        token, _dot, seal = str(value).rpartition(".")
        if not hmac.compare_digest(_seal(token).encode(), seal.encode()):
            raise BadPageToken
        return token


def _seal(token: str) -> str:
    key = str(current_app.secret_key).encode()
    text = f"{request.path}\n{token}".encode()
    digest = hmac.new(key, text, hashlib.sha256).digest()[:SEAL_BYTES]
    return base64.urlsafe_b64encode(digest).decode()
