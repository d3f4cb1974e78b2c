"""`Idempotency-Key` on POST: the same request twice is carried out once and answered alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from flask import Response, current_app, request

from engine import receipts
from engine.model.errors import RemitError
from webhooks.caller import caller, engine

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
REPLAYED = "Idempotency-Replayed"
"""The header that says that an answer is a stored one."""


class BadIdempotencyKey(RemitError):
    """The key is empty or too long to be one."""

    code: ClassVar[str] = "bad_idempotency_key"

    def __init__(self) -> None:
        super().__init__(f"An Idempotency-Key is 1 to {LONGEST_KEY} printable characters.")


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return `view` such that a request with a key it has seen gets the stored answer."""

    @wraps(view)
    def carried_out_once(*args: Any, **kwargs: Any) -> Any:
        if HEADER not in request.headers:
            return view(*args, **kwargs)
        key = _key()
        earlier = receipts.earlier_answer(
            engine(), by=caller(), key=key, request_hash=_request_hash()
        )
        return _repeated(earlier) if earlier else _answered(key, lambda: view(*args, **kwargs))

    return carried_out_once


def _answered(key: str, call: Callable[[], Any]) -> Response:
    with receipts.carrying_out(engine(), by=caller(), key=key):
        response: Response = current_app.make_response(call())
    answer = receipts.Answer(response.status_code, response.get_data(as_text=True))
    receipts.answered(engine(), by=caller(), key=key, answer=answer)
    return response


def _repeated(answer: receipts.Answer) -> Response:
    response = current_app.response_class(
        answer.body, status=answer.status, content_type="application/json"
    )
    response.headers[REPLAYED] = "true"
    return response


def _key() -> str:
    """Return the caller's key, apart from the same key of other callers."""
    sent = request.headers[HEADER]
    if not 1 <= len(sent) <= LONGEST_KEY or not sent.isprintable():
        raise BadIdempotencyKey
    return _digest(caller().user.encode(), sent.encode())


def _request_hash() -> str:
    parts = [request.method.encode(), request.full_path.encode()]
    if request.mimetype == "multipart/form-data":
        # The text between the parts is made anew for each request: only what they hold counts.
        for name, value in sorted(request.form.items(multi=True)):
            parts += [name.encode(), value.encode()]
        for file in request.files.values():
            parts += [(file.filename or "").encode(), file.read()]
            file.seek(0)
    else:
        parts.append(request.get_data())
    return _digest(*parts)


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
