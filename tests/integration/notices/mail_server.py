"""A real mail server on this machine, with TLS and a password, that answers as it is told. Asserts nothing."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "remit", "p@ss word"


def certificate(folder: Path) -> Path:
    """Write a certificate and key of this machine, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class _OnAnyPort(Controller):
    """The controller asks its own port whether it listens: tell it which one it was given."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """Listens on this machine and keeps what is accepted.

    `answer` says what a recipient is answered with, None: accepted. `tls`: starttls, at_once or
    none.
    """

    def __init__(self, pem: Path | None, *, tls: str = "starttls", password: bool = True) -> None:
        self.answer: Callable[[str], str | None] = lambda address: None
        self.mails: list[EmailMessage] = []
        self.asked: list[str] = []
        self.encrypted: list[bool] = []
        context = None
        if pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
        server = self

        class Handler:
            async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
                self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
            ) -> str:
                server.asked.append(address)
                refused = server.answer(address)
                if refused is None:
                    envelope.rcpt_tos.append(address)
                return refused or "250 OK"

            async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
                self, smtp: SMTP, session: Any, envelope: Any
            ) -> str:
                mail = message_from_bytes(envelope.content, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                server.mails.append(mail)
                server.encrypted.append(session.ssl is not None or tls == "at_once")
                return "250 Taken"

        def authenticate(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
            right = isinstance(data, LoginPassword) and (data.login, data.password) == (
                USER.encode(),
                PASSWORD.encode(),
            )
            return AuthResult(success=right, handled=True)

        options: dict[str, Any] = {}
        if tls == "starttls":
            options = {"tls_context": context, "require_starttls": True}
        elif tls == "at_once":
            options = {"ssl_context": context}
        if password:
            options |= {
                "authenticator": authenticate,
                "auth_required": True,
                "auth_require_tls": tls == "starttls",
            }
        self._controller = _OnAnyPort(Handler(), hostname="127.0.0.1", port=0, **options)
        self._controller.start()
        self.port = self._controller.port

    def close(self) -> None:
        self._controller.stop()
