"""GOV.UK Notify: e-mail by a template that lives there; it reports later whether it arrived."""

from __future__ import annotations

import logging
from contextlib import closing
from functools import partial
from typing import Any

import requests
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient
from requests.adapters import HTTPAdapter

from engine.model.notices import Outcome, OutgoingNotice, Reply
from engine.model.webhook_deliveries import asked_for
from webhooks.targets.target import ChannelSecrets, secret_of
from webhooks.time_limits import HttpPool, HttpsPool, TimeLimit

SECONDS = 15
"""Without a word of an answer."""
SECONDS_IN_ALL = 60.0
KEY_LENGTH = 73
"""Of the end of an API key: the service's id, a hyphen and the secret."""

# It would log what Notify says of an address.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)


class GovukNotify:
    """Hands notices to GOV.UK Notify, under the copy's id as reference."""

    def __init__(self, secrets: ChannelSecrets, *, address: str) -> None:
        self._secrets = secrets
        self._address = address

    def send(self, message: OutgoingNotice) -> Reply:
        """Have one e-mail sent; one that an earlier attempt brought there is not sent again."""
        key = secret_of(self._secrets, message)
        template = message.settings.get("template")
        if key is None or template is None or len(key) < KEY_LENGTH:
            return Reply(Outcome.REFUSED, "No API key or no template of GOV.UK Notify is set up.")
        # Not safe for several threads, so each attempt has its own.
        client = NotificationsAPIClient(key, base_url=self._address, timeout=SECONDS)
        client.request_session.max_redirects = 0
        with closing(TimeLimit()) as limit, client.request_session as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _LimitedAdapter(limit))
            try:
                with limit.of(SECONDS_IN_ALL):
                    return _handed_over(client, template, message)
            except APIError as error:
                return _refusal(error, message)
            except requests.RequestException as error:
                return Reply(Outcome.AGAIN, f"GOV.UK Notify broke off: {type(error).__name__}.")


class _LimitedAdapter(HTTPAdapter):
    """Connections of the library `requests` that end at a limit, however slowly the service talks."""

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        super().__init__()

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        pools: dict[str, Any] = {
            "http": partial(HttpPool, limit=self._limit),
            "https": partial(HttpsPool, limit=self._limit),
        }
        self.poolmanager.pool_classes_by_scheme = pools


def _handed_over(client: NotificationsAPIClient, template: str, message: OutgoingNotice) -> Reply:
    if message.again and _is_there(client, message.id):
        return Reply(Outcome.SENT, "It was there already.")
    client.send_email_notification(
        email_address=message.address,
        template_id=template,
        personalisation=_personalisation(message),
        reference=message.id,
    )
    return Reply(Outcome.SENT)


def _is_there(client: NotificationsAPIClient, reference: str) -> bool:
    found: dict[str, Any] = client.get_all_notifications(reference=reference) or {}
    return bool(found.get("notifications"))


def _personalisation(message: OutgoingNotice) -> dict[str, str]:
    return {
        "subject": message.subject,
        "body": message.body,
        "reference": message.reference,
        "clauses": ", ".join(message.clauses),
        "due_at": message.due_at.isoformat() if message.due_at else "",
        "link": message.link,
    }


def _refusal(error: APIError, message: OutgoingNotice) -> Reply:
    """Say what a status means: the request or the address is wrong for good, all else may pass."""
    status = error.status_code
    # Which of its errors it was, not its words: they may hold the address.
    detail = f"GOV.UK Notify said {status}."
    if status in (400, 404):
        return Reply(Outcome.REFUSED, detail)
    headers = getattr(error.response, "headers", None)
    named = {name.lower(): text for name, text in (headers or {}).items()}
    return Reply(Outcome.AGAIN, detail, asked_for(named, message.now))
