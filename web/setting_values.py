"""How the text of a setting is read: each function returns the value or raises ValueError with a clause."""

from __future__ import annotations

import shlex
from email.utils import parseaddr
from urllib.parse import urlsplit

from webhooks.targets import mail


def database_url(text: str) -> str:
    """Return the address of a database as SQLAlchemy takes it."""
    scheme, separator, rest = text.partition("://")
    if scheme == "sqlite" and separator and rest.startswith("/"):
        return text
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and urlsplit(text).path != "":
        return f"postgresql+psycopg://{rest}"
    raise ValueError(
        "must be sqlite:///path/to/file.db or postgresql://user:password@host/database"
    )


def attachments(text: str) -> str:
    """Return a folder, or a bucket without keys."""
    if text.startswith("s3://"):
        parts = urlsplit(text)
        if not parts.hostname or parts.username or parts.password:
            raise ValueError("must name a bucket, s3://bucket/prefix, and hold no keys")
    elif "://" in text:
        raise ValueError("must be a folder or s3://bucket/prefix")
    return text


def command(text: str) -> tuple[str, ...]:
    """Return the words of a command, as a shell splits them."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(f"is no command: {error}") from None


def port(text: str) -> int:
    """Return a port number."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError("must be a port number from 1 to 65535")
    return int(text)


def threads(text: str) -> int:
    """Return how many, from 1 to 64."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 64:
        raise ValueError("must be a number from 1 to 64")
    return int(text)


def per_organisation(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `organisation=value`, each organisation once."""
    pairs = [part.partition("=") for part in text.split()]
    if not all(key and separator and value for key, separator, value in pairs):
        raise ValueError("must be organisation=value, several separated by spaces")
    if len({key for key, _, _ in pairs}) < len(pairs):
        raise ValueError("names an organisation twice")
    return tuple((key, value) for key, _, value in pairs)


def named_secrets(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `organisation.name=secret`, each once."""
    pairs = per_organisation(text)
    if not all(all(key.partition(".")) for key, _ in pairs):
        raise ValueError("must be organisation.name=value, several separated by spaces")
    return pairs


def mail_servers(text: str) -> tuple[tuple[str, str], ...]:
    """Return one mail server for all, or the pairs of `organisation=server`."""
    if "=" not in text.partition("://")[0]:
        mail.mail_server(text)
        return ((mail.EVERYBODY, text),)
    servers = per_organisation(text)
    for _, url in servers:
        mail.mail_server(url)
    return servers


def mail_address(text: str) -> str:
    """Return a sender, with or without a name."""
    if "@" not in parseaddr(text)[1] or not text.isprintable():
        raise ValueError("must be an address such as Remit <remit@example.gov.uk>")
    return text


def url(text: str) -> str:
    """Return an address without a path or a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must be an address such as https://remit.example.gov.uk, without a path")
    return text.rstrip("/")
