"""Settings: what the environment says, read once and checked. Never reads a file or opens anything."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from engine.model.errors import RemitError
from web import setting_values

PREFIX = "REMIT_"

OF_COMMANDS = {
    "REMIT_TOKEN": "The token that `remit deploy --server` sends; no setting of a server."
}
"""Variables that single commands read."""
SHORTEST_SECRET_KEY = 32
"""Characters. `python -c "import secrets; print(secrets.token_urlsafe(48))"` makes one of 64."""


class Environment(StrEnum):
    """What the service is for: it decides which conveniences are refused."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsRefused(RemitError):
    """The environment says something that cannot be used; the text names the variable."""

    code: ClassVar[str] = "settings_refused"


def _about(read: Callable[[str], Any], meaning: str) -> dict[str, Any]:
    return {"read": read, "meaning": meaning}


def _environment(text: str) -> Environment:
    try:
        return Environment(text)
    except ValueError:
        raise ValueError(f"must be {', '.join(Environment)}") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is set from outside. Each field is the variable `REMIT_<FIELD>`."""

    database_url: str = field(
        default="sqlite:///var/remit.db",
        metadata=_about(
            setting_values.database_url,
            "Where everything is kept: `sqlite:///path/to/file.db` (one machine, nothing to install) "
            "or `postgresql://user:password@host/database`.",
        ),
    )
    secret_key: str = field(
        default="",
        metadata=_about(
            str,
            "Signs sessions and links, and seals the secrets of webhooks. In development one is made and kept in `var/secret_key`; in "
            f"production it must be set, {SHORTEST_SECRET_KEY} characters or more.",
        ),
    )
    host: str = field(
        default="127.0.0.1", metadata=_about(str, "The network address to listen on.")
    )
    port: int = field(default=8000, metadata=_about(setting_values.port, "The port to listen on."))
    environment: Environment = field(
        default=Environment.DEVELOPMENT,
        metadata=_about(
            _environment,
            "`development`, `test` or `production`. Production refuses a missing or short secret "
            "key, cookies over plain HTTP, demo people and a test clock.",
        ),
    )
    public_url: str = field(
        default="",
        metadata=_about(
            setting_values.url,
            "The address that people use, for links and cookies: "
            "`https://...` in production. Elsewhere it follows from host and port.",
        ),
    )
    oidc_issuer: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=_about(
            setting_values.per_organisation,
            "The organisations' own sign-in (OpenID Connect), as `organisation=issuer` separated by "
            "spaces: `derby=https://login.microsoftonline.com/TENANT/v2.0`. How groups become roles "
            "is said in organisation.yaml under `sign_in`.",
        ),
    )
    oidc_client_id: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=_about(
            setting_values.per_organisation,
            "The client id that each issuer gave, as `organisation=id` separated by spaces.",
        ),
    )
    oidc_client_secret: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=_about(
            setting_values.per_organisation,
            "The client secret that each issuer gave, as `organisation=secret` separated by spaces. "
            "None for a public client, which relies on PKCE alone.",
        ),
    )
    smtp_url: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=_about(
            setting_values.mail_servers,
            "Where notices by e-mail are handed over: `smtp://user:password@host:587` (which must offer "
            "STARTTLS) or `smtps://user:password@host:465`; characters such as @ in the password as "
            "%40. Organisations with their own server: `organisation=smtps://...`, separated by spaces.",
        ),
    )
    mail_from: str = field(
        default="",
        metadata=_about(
            setting_values.mail_address,
            "The sender of notices by e-mail where organisation.yaml names none: "
            "`Remit <remit@example.gov.uk>`.",
        ),
    )
    channel_secrets: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=_about(
            setting_values.named_secrets,
            "The secrets that organisation.yaml names under `channel_settings`, as "
            "`organisation.name=value` separated by spaces: keys of GOV.UK Notify, addresses of Teams "
            "workflows and Slack webhooks, the token that GOV.UK Notify reports with.",
        ),
    )
    notify_url: str = field(
        default="https://api.notifications.service.gov.uk",
        metadata=_about(setting_values.url, "The address of GOV.UK Notify’s API."),
    )
    trusted_proxy: str = field(
        default="",
        metadata=_about(
            str,
            "The address of the proxy in front, whose X-Forwarded-For and X-Forwarded-Proto headers "
            "are then believed. Empty: nobody's are.",
        ),
    )
    attachments: str = field(
        default="var/attachments",
        metadata=_about(
            setting_values.attachments,
            "Where attached files are kept: a folder (one machine), or a bucket of S3 or what speaks "
            "as it does: `s3://bucket/prefix?endpoint=https://...&region=...`. Who may use the bucket "
            "is said in the usual AWS variables (`AWS_ACCESS_KEY_ID`, ...) or by the machine's role.",
        ),
    )
    attachment_scanner: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            setting_values.command,
            "A command that looks at each file before it is kept, such as "
            "`clamdscan --no-summary -`: it reads the content from its input and ends with 0 (harmless) or "
            "1 (harmful). After any other end the file is not kept. Empty: files are not scanned.",
        ),
    )
    web_threads: int = field(
        default=8,
        metadata=_about(
            setting_values.threads, "How many requests are answered at the same time."
        ),
    )
    worker_threads: int = field(
        default=4,
        metadata=_about(
            setting_values.threads,
            "How many due jobs (timers, service tasks) are run at the same time.",
        ),
    )
    content: Path = field(
        default=Path(),
        metadata=_about(
            Path,
            "The folder that holds `bpmn/` and `dmn/`, from which `serve` deploys the organisations. "
            "Default: the folder that the command runs in.",
        ),
    )
    test_clock: Path | None = field(
        default=None,
        metadata=_about(
            Path,
            "A file that holds an ISO instant with its zone: the present time for the whole service. "
            "A change is noticed within a second, and what is due then runs. Refused in production.",
        ),
    )

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings that `environ` gives; an empty variable counts as not set.

        Raises `SettingsRefused` for a value that cannot be used, for what production forbids and,
        in production, for a `REMIT_` variable that does not exist.
        """
        given: dict[str, Any] = {}
        for setting in fields(cls):
            variable = PREFIX + setting.name.upper()
            text = environ.get(variable, "").strip()
            if not text:
                continue
            try:
                given[setting.name] = setting.metadata["read"](text)
            except ValueError as error:
                raise SettingsRefused(f"{variable} {error}.") from None
        settings = cls(**given)
        settings._check_sign_in()
        settings._check_production(environ)
        return settings

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def address(self) -> str:
        """Return the address people use, without a slash at the end."""
        if self.public_url:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def secrets_of_channels(self) -> dict[tuple[str, str], str]:
        """Return the channels' secrets by organisation and name."""
        parts = ((key.partition("."), value) for key, value in self.channel_secrets)
        return {(organisation, name): value for (organisation, _, name), value in parts}

    @property
    def sqlite_file(self) -> Path | None:
        """Return the database's file, or None when the database is no SQLite file."""
        _, sqlite, path = self.database_url.partition("sqlite:///")
        return Path(path) if sqlite and path and path != ":memory:" else None

    def _check_sign_in(self) -> None:
        issuers, clients = dict(self.oidc_issuer), dict(self.oidc_client_id)
        if issuers.keys() != clients.keys():
            raise SettingsRefused(
                "REMIT_OIDC_ISSUER and REMIT_OIDC_CLIENT_ID must name the same organisations."
            )
        if not dict(self.oidc_client_secret).keys() <= issuers.keys():
            raise SettingsRefused(
                "REMIT_OIDC_CLIENT_SECRET names an organisation that REMIT_OIDC_ISSUER does not."
            )
        for organisation, issuer in issuers.items():
            local = urlsplit(issuer).hostname in {"127.0.0.1", "localhost"}
            if not issuer.startswith("https://") and (self.in_production or not local):
                raise SettingsRefused(
                    f"REMIT_OIDC_ISSUER: the issuer of {organisation} must begin with https://."
                )

    def _check_production(self, environ: Mapping[str, str]) -> None:
        if not self.in_production:
            return
        if len(self.secret_key) < SHORTEST_SECRET_KEY:
            raise SettingsRefused(
                f"REMIT_SECRET_KEY must be set in production, {SHORTEST_SECRET_KEY} characters or "
                "more."
            )
        if len(set(self.secret_key)) < 8:
            raise SettingsRefused(
                "REMIT_SECRET_KEY is too regular to be a secret: make a random one."
            )
        if not self.public_url.startswith("https://"):
            raise SettingsRefused(
                "REMIT_PUBLIC_URL must begin with https:// in production: cookies do not travel "
                "over plain HTTP."
            )
        if not self.notify_url.startswith("https://"):
            raise SettingsRefused("REMIT_NOTIFY_URL must begin with https:// in production.")
        if self.test_clock is not None:
            raise SettingsRefused("REMIT_TEST_CLOCK is refused in production.")
        for sentence in unknown_variables(environ):
            raise SettingsRefused(sentence)


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return one sentence for each `REMIT_` variable that no setting reads: probably a typing slip."""
    known = [*(PREFIX + setting.name.upper() for setting in fields(Settings)), *OF_COMMANDS]
    sentences = []
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            sentences.append(f"{variable} is not a setting.{hint}")
    return sentences
