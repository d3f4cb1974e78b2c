"""Signatures by Standard Webhooks: the specification's own vector, and everything that is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.signatures import (
    BadSecret,
    SignatureRefused,
    check,
    key_of,
    new_secret,
    signed_headers,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEBHOOK_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT_AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def headers(**changed: str) -> dict[str, str]:
    made = signed_headers([SECRET], webhook_id=WEBHOOK_ID, sent_at=SENT_AT, body=BODY)
    return {**made, **{name.replace("_", "-"): text for name, text in changed.items()}}


def test_the_specifications_vector_is_reproduced() -> None:
    assert headers() == {
        "webhook-id": WEBHOOK_ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": RIGHT,
    }


def test_a_signature_is_the_same_in_every_time_zone() -> None:
    summer = SENT_AT.astimezone(timezone(timedelta(hours=1)))
    made = signed_headers([SECRET], webhook_id=WEBHOOK_ID, sent_at=summer, body=BODY)
    assert made["webhook-signature"] == RIGHT


def test_a_right_signature_gives_the_messages_id() -> None:
    assert check([SECRET], headers=headers(), body=BODY, now=SENT_AT) == WEBHOOK_ID
    upper = {name.title(): text for name, text in headers().items()}
    assert check([SECRET], headers=upper, body=BODY, now=SENT_AT) == WEBHOOK_ID


def test_during_a_rotation_either_secret_signs_and_either_is_taken() -> None:
    new = new_secret()
    both = signed_headers([new, SECRET], webhook_id="m", sent_at=SENT_AT, body=BODY)
    assert len(both["webhook-signature"].split(" ")) == 2
    for receiver in (new, SECRET):
        assert check([receiver], headers=both, body=BODY, now=SENT_AT) == "m"
    assert check([new, SECRET], headers=headers(), body=BODY, now=SENT_AT) == WEBHOOK_ID


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook_id": "msg_other"},
        {"webhook_timestamp": "1614265331"},
        {"webhook_timestamp": "yesterday"},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "٣"},
        {"webhook_timestamp": ""},
        {"webhook_signature": ""},
        {"webhook_signature": RIGHT.replace("v1,", "v2,")},
        {"webhook_signature": "v1,é"},
        {"webhook_id": ""},
    ],
)
def test_what_was_tampered_with_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureRefused):
        check([SECRET], headers=headers(**changed), body=BODY, now=SENT_AT)


def test_another_body_or_another_secret_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        check([SECRET], headers=headers(), body=BODY + b" ", now=SENT_AT)
    with pytest.raises(SignatureRefused):
        check([new_secret()], headers=headers(), body=BODY, now=SENT_AT)
    with pytest.raises(SignatureRefused):
        check([], headers=headers(), body=BODY, now=SENT_AT)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_too_long_ago_or_in_the_future_is_refused(minutes: int) -> None:
    with pytest.raises(SignatureRefused, match="five minutes"):
        check([SECRET], headers=headers(), body=BODY, now=SENT_AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_!!!!", "", "whsec_" + "A" * 200]
)
def test_a_weak_or_garbled_secret_is_no_secret(secret: str) -> None:
    with pytest.raises(BadSecret):
        key_of(secret)


@given(
    st.binary(max_size=300),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
)
def test_whatever_is_signed_is_accepted(body: bytes, webhook_id: str) -> None:
    secret = new_secret()
    made = signed_headers([secret], webhook_id=webhook_id, sent_at=SENT_AT, body=body)
    assert check([secret], headers=made, body=body, now=SENT_AT) == webhook_id
