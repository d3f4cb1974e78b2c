"""E-mail: one message over SMTP, encrypted, with an id that is the same at every attempt."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.model.notices import Outcome, OutgoingNotice, Reply
from webhooks.time_limits import TimeLimit

SECONDS = 15.0
"""For each of the server's answers."""
SECONDS_IN_ALL = 60.0
"""For the whole conversation, however slowly the server talks."""
EVERYBODY = ""
SUBMISSION, IMPLICIT_TLS = 587, 465
LONGEST_DETAIL = 300
_PLAIN = r"[^@\s<>,;:\"\\()\[\]\x00-\x1f\x7f]"
ADDRESS = re.compile(rf"{_PLAIN}{{1,64}}@{_PLAIN}{{1,190}}")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `tls_at_once`: smtps; otherwise STARTTLS is asked for."""

    host: str
    port: int
    tls_at_once: bool
    username: str
    password: str


def mail_server(url: str) -> MailServer:
    """Return the server of `smtp://user:password@host:port` or `smtps://...`; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host:465")
    tls_at_once = parts.scheme == "smtps"
    return MailServer(
        parts.hostname,
        parts.port or (IMPLICIT_TLS if tls_at_once else SUBMISSION),
        tls_at_once,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class _Limited:
    """Takes the limit that a conversation ends at, before it connects."""

    def __init__(self, *args: Any, limit: TimeLimit, **settings: Any) -> None:
        self._limit = limit
        super().__init__(*args, **settings)


class _Connecting(smtplib.SMTP):
    """Has the limit watch the connection: the one below TLS, where there is TLS from the start."""

    _limit: TimeLimit

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._limit.watch(made)
        return made


class _Watched(_Limited, _Connecting):
    pass


class _WatchedAtOnce(_Limited, smtplib.SMTP_SSL, _Connecting):
    pass


class Mail:
    """Hands notices to a mail server, an organisation's own or everybody's."""

    def __init__(
        self,
        servers: Mapping[str, MailServer],
        *,
        sender: str = "",
        insecure: bool = False,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """`servers` by organisation; `EVERYBODY`: of those without their own.

        `sender` is the address where content gives none. `insecure` (development and tests) lets a
        server on this machine go without TLS; every other one has to offer it.
        """
        self._servers = servers
        self._sender = sender
        self._insecure = insecure
        self._context = context or ssl.create_default_context()

    def send(self, message: OutgoingNotice) -> Reply:
        """Hand one message over: sent, again later, or refused for good."""
        server = self._servers.get(message.organisation) or self._servers.get(EVERYBODY)
        sender = message.settings.get("sender") or self._sender
        if server is None or not sender:
            return Reply(Outcome.REFUSED, "No mail server or no sender's address is set up here.")
        try:
            mail = compose(message, sender)
        except ValueError:
            return Reply(
                Outcome.REFUSED,
                "The recipient's or the sender's address, or the subject, is not one that mail can have.",
            )
        try:
            self._hand_over(server, mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return _refusal(code, text, message.address)
        except smtplib.SMTPAuthenticationError as error:
            return Reply(Outcome.AGAIN, f"The mail server refuses us: {error.smtp_code}.")
        except smtplib.SMTPResponseException as error:
            return _refusal(error.smtp_code, error.smtp_error, message.address)
        except smtplib.SMTPNotSupportedError:
            return Reply(
                Outcome.REFUSED,
                "The mail server does not offer TLS, signing in or such an address.",
            )
        except (smtplib.SMTPException, OSError) as error:
            return Reply(
                Outcome.AGAIN, f"The mail server did not take it: {type(error).__name__}."
            )
        return Reply(Outcome.SENT)

    def _hand_over(self, server: MailServer, mail: EmailMessage) -> None:
        with closing(TimeLimit()) as limit, limit.of(SECONDS_IN_ALL):
            self._talk(server, mail, limit)

    def _talk(self, server: MailServer, mail: EmailMessage, limit: TimeLimit) -> None:
        if server.tls_at_once:
            with _WatchedAtOnce(
                server.host, server.port, timeout=SECONDS, context=self._context, limit=limit
            ) as connection:
                _deliver(connection, server, mail)
            return
        with _Watched(server.host, server.port, timeout=SECONDS, limit=limit) as connection:
            connection.ehlo()
            here = self._insecure and server.host in {"127.0.0.1", "::1", "localhost"}
            if connection.has_extn("starttls") or not here:
                connection.starttls(context=self._context)
            _deliver(connection, server, mail)


def compose(message: OutgoingNotice, sender: str) -> EmailMessage:
    """Return the message; raises ValueError for an address or a subject that is none.

    Nothing of it can begin another header: the policy refuses line breaks in one.
    """
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2]
    user, _, host = message.address.partition("@")
    if not ADDRESS.fullmatch(message.address) or not domain or not sender.isprintable():
        raise ValueError("an address has a name, @ and a host, and nothing besides")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=name, addr_spec=address)
    mail["To"] = Address(username=user, domain=host)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.now)
    mail["Message-ID"] = f"<notice.{message.id}@{domain}>"
    if reply_to := message.settings.get("reply_to"):
        mail["Reply-To"] = reply_to
    # Nobody's out-of-office answer is wanted, and no loop of answers.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.body)
    return mail


def _deliver(connection: smtplib.SMTP, server: MailServer, mail: EmailMessage) -> None:
    if server.username:
        connection.login(server.username, server.password)
    connection.send_message(mail)


def _refusal(code: int, text: bytes | str, address: str) -> Reply:
    """Say what a refusal means: 4xx passes, 5xx is for good. The address is left out of it."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    said = said.replace(address, "the address")[:LONGEST_DETAIL]
    said = "".join(one if one.isprintable() else " " for one in said)
    outcome = Outcome.REFUSED if 500 <= code < 600 else Outcome.AGAIN
    return Reply(outcome, f"The mail server said {code} {said}".strip())
