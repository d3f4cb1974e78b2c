"""An organisation as its organisation.yaml describes it: calendar, roles, channels, procedures.

Owns the values and the questions asked of them; `organisation_file` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.content.channels import INBOX_ALONE, ChannelSettings, TaskNotice
from engine.content.connectors import Connector, DeclaredSecret
from engine.content.webhook_sources import WebhookSource
from engine.model.attachments import AttachmentRules
from engine.model.notices import Channel, NoticeKind, Route
from engine.model.working_time import WorkingCalendar


class Theme(StrEnum):
    """How the pages look: colours and type only, never anybody's logo."""

    NEUTRAL = "neutral"
    NHS = "nhs"


class Permission(StrEnum):
    """What a role may do besides the tasks that name it."""

    REPORT = "report"
    """Start a procedure from the report page."""
    OVERSEE = "oversee"
    """See every process instance, its history and the reports."""
    PUBLISH = "publish"
    """Deploy, activate and roll back versions."""
    ADMINISTER = "administer"
    """Look after people, tokens, jobs and webhook endpoints."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the procedures; `id` is the candidate group of the diagrams."""

    id: str
    name: str
    description: str = ""
    clauses: tuple[str, ...] = ()
    escalates_to: str | None = None
    may: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class ExternalTopic:
    """Work that a program outside fetches and completes."""

    topic: str
    description: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The page on which people report, which starts the procedure.

    Texts are plain, a blank line begins a paragraph. References are the prefix, the year and a
    number, such as DSI-2026-481930. What happened is asked by the procedure's first task.
    """

    title: str
    introduction: str
    reference_prefix: str
    before_you_start: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """A process that begins from outside: `key` is the process id, `message` what starts it."""

    key: str
    name: str
    message: str
    clauses: tuple[str, ...] = ()
    report_page: ReportPage | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A contradiction or a hole of the policy, how it was read, and what else it could mean.

    `confirmed` says which process owner confirmed the reading and when; None: nobody yet.
    """

    id: str
    title: str
    clauses: tuple[str, ...]
    issue: str
    reading: str
    alternative: str
    confirmed: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the organisation's own sign-in says of a person, and which roles its groups stand for.

    Claims are named by their path in the id token: `realm_access.roles`.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups_claim: str = "groups"
    username_claim: str = "preferred_username"
    name_claim: str = "name"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    assurance: tuple[str, ...] = ()
    """Values of `acr` of which the issuer has to vouch for one: its second factor."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person for development."""

    username: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Organisation:
    """One organisation (tenant). `clauses_file` is relative to its folder."""

    key: str
    name: str
    calendar: WorkingCalendar
    roles: tuple[Role, ...]
    default_channels: tuple[Route, ...] = INBOX_ALONE
    channels: Mapping[str, tuple[Route, ...]] = field(default_factory=dict)
    channel_settings: Mapping[Channel, ChannelSettings] = field(default_factory=dict)
    task_notices: Mapping[NoticeKind, TaskNotice] = field(default_factory=dict)
    external_topics: tuple[ExternalTopic, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    clauses_file: str = "clauses.csv"
    readings: tuple[Reading, ...] = ()
    demo_people: tuple[DemoPerson, ...] = ()
    sign_in: SignIn | None = None
    webhook_sources: tuple[WebhookSource, ...] = ()
    theme: Theme = Theme.NEUTRAL
    attachments: AttachmentRules = field(default_factory=AttachmentRules)
    webhook_hosts: tuple[str, ...] = ()
    """The hosts that its webhooks may go to, `.example.org` for all below one; none: any public one."""
    connectors: tuple[Connector, ...] = ()
    connector_hosts: tuple[str, ...] = ()
    """The only hosts that its connectors call."""
    connector_secrets: tuple[DeclaredSecret, ...] = ()

    def connector(self, topic: str) -> Connector | None:
        """Return the connector that serves a topic, None when there is none."""
        return next((one for one in self.connectors if one.topic == topic), None)

    def webhook_source(self, source_id: str) -> WebhookSource | None:
        """Return the source with this id, None when there is none."""
        return next((one for one in self.webhook_sources if one.id == source_id), None)

    def role(self, role_id: str) -> Role | None:
        """Return the role with this id, None when there is none."""
        return next((role for role in self.roles if role.id == role_id), None)

    def ladder(self, role_id: str) -> tuple[Role, ...]:
        """Return the roles that hear next, in order, when `role_id` does not act in time."""
        steps: list[Role] = []
        role = self.role(role_id)
        while role is not None and role.escalates_to is not None:
            role = self.role(role.escalates_to)
            if role is None or role in steps:
                break
            steps.append(role)
        return tuple(steps)

    def channels_of(self, role_id: str) -> tuple[Route, ...]:
        """Return how this role's notices travel: by every route, on each by its first channel that works."""
        return self.channels.get(role_id, self.default_channels)

    def procedure(self, key: str) -> Procedure | None:
        """Return the procedure with this process id, None when there is none."""
        return next((found for found in self.procedures if found.key == key), None)

    def readings_of(self, clause: str) -> tuple[Reading, ...]:
        """Return the readings that concern a clause, for the pages that show a deadline."""
        return tuple(reading for reading in self.readings if clause in reading.clauses)
