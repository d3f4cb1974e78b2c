"""Reads organisation.yaml into an `Organisation`, with a place for everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from engine.content.attachment_rules_file import read_attachment_rules
from engine.content.calendar_file import read_calendar
from engine.content.channels import (
    DEFAULT,
    check_set_up,
    read_channel_settings,
    read_channels,
    read_task_notices,
)
from engine.content.connector_file import read_connectors, read_secrets
from engine.content.organisation import (
    DemoPerson,
    ExternalTopic,
    Organisation,
    Permission,
    Procedure,
    Reading,
    ReportPage,
    Role,
    Theme,
)
from engine.content.sign_in_file import read_sign_in
from engine.content.webhook_sources import read_webhook_sources
from engine.content.yaml_file import Entry, Findings, read_yaml
from engine.model.problems import Problem

ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
READING_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
PROCESS_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
MESSAGE = re.compile(r"[A-Za-z_][A-Za-z0-9_. -]{0,127}")
TOPIC = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
PREFIX = re.compile(r"[A-Z][A-Z0-9-]{0,15}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*")

Choice = TypeVar("Choice", bound=StrEnum)


def parse_organisation(
    source: bytes, file: str, *, clauses: Collection[str] | None = None
) -> tuple[Organisation | None, list[Problem]]:
    """Return the organisation, or None with every problem and its line and column.

    With `clauses` (the ids of its clauses.csv) a citation of any other clause is a problem.
    """
    findings = Findings(file)
    document = read_yaml(source, findings)
    if document is None:
        return None, findings.problems
    organisation = _Reader(clauses).organisation(document)
    return (None if findings.problems else organisation), findings.problems


@dataclass(frozen=True)
class _Reader:
    clauses: Collection[str] | None

    def organisation(self, document: Entry) -> Organisation | None:
        found = document.fields(
            required=("key", "name", "calendar", "roles", "procedures"),
            optional=(
                "channels",
                "channel_settings",
                "task_notices",
                "external_topics",
                "clauses",
                "readings",
                "demo_people",
                "sign_in",
                "theme",
                "attachments",
                "webhook_hosts",
                "webhook_sources",
                "connectors",
                "connector_hosts",
                "connector_secrets",
            ),
        )
        if not {"key", "name", "calendar", "roles", "procedures"} <= found.keys():
            return None
        key = _matching(found["key"], ID, "lower-case letters, digits and underscores")
        calendar = read_calendar(found["calendar"], key)
        roles = self._roles(found["roles"])
        role_ids = {role.id for role in roles}
        default, channels = read_channels(found.get("channels"), role_ids)
        settings = read_channel_settings(found.get("channel_settings"), role_ids)
        task_notices = read_task_notices(found.get("task_notices"), role_ids)
        check_set_up(found.get("channels"), [default, *channels.values()], settings)
        check_set_up(
            found.get("task_notices"), [one.routes for one in task_notices.values()], settings
        )
        procedures = self._procedures(found["procedures"])
        started = {procedure.key for procedure in procedures}
        topics = self._external_topics(found.get("external_topics"))
        secrets = read_secrets(found.get("connector_secrets"))
        hosts = _hosts(found.get("connector_hosts"))
        if calendar is None:
            return None
        return Organisation(
            key=key,
            name=found["name"].text(longest=200),
            calendar=calendar,
            roles=roles,
            default_channels=default,
            channels=channels,
            channel_settings=settings,
            task_notices=task_notices,
            external_topics=topics,
            procedures=procedures,
            clauses_file=_file_name(found.get("clauses")) or "clauses.csv",
            readings=self._readings(found.get("readings")),
            demo_people=self._demo_people(found.get("demo_people"), role_ids),
            sign_in=read_sign_in(found["sign_in"], role_ids) if "sign_in" in found else None,
            webhook_sources=read_webhook_sources(found["webhook_sources"], started)
            if "webhook_sources" in found
            else (),
            theme=_theme(found.get("theme")),
            attachments=read_attachment_rules(found.get("attachments")),
            webhook_hosts=_hosts(found.get("webhook_hosts")),
            connectors=read_connectors(
                found.get("connectors"),
                hosts=hosts,
                secrets={secret.name for secret in secrets},
                taken={topic.topic for topic in topics},
            ),
            connector_hosts=hosts,
            connector_secrets=secrets,
        )

    def _roles(self, entry: Entry) -> tuple[Role, ...]:
        roles: dict[str, tuple[Role, Entry]] = {}
        for item in entry.items():
            found = item.fields(
                required=("id", "name"),
                optional=("description", "clauses", "escalates_to", "may"),
            )
            if not {"id", "name"} <= found.keys():
                continue
            role_id = _matching(found["id"], ID, "lower-case letters, digits and underscores")
            if role_id in roles or role_id == DEFAULT:
                found["id"].refuse("duplicate_role", f"the role id {role_id!r} is taken already.")
            role = Role(
                id=role_id,
                name=found["name"].text(longest=200),
                description=_text(found.get("description")),
                clauses=self._cited(found.get("clauses")),
                escalates_to=_text(found.get("escalates_to")) or None,
                may=frozenset(_choices(found["may"], Permission))
                if "may" in found
                else frozenset(),
            )
            roles[role_id] = role, found.get("escalates_to", item)
        if not roles:
            entry.refuse("missing_key", "an organisation needs at least one role.")
        _check_ladders(roles)
        return tuple(role for role, _ in roles.values())

    def _external_topics(self, entry: Entry | None) -> tuple[ExternalTopic, ...]:
        topics: dict[str, ExternalTopic] = {}
        for item in entry.items() if entry else ():
            found = item.fields(required=("topic", "description"))
            if {"topic", "description"} <= found.keys():
                topic = _matching(found["topic"], TOPIC, "letters, digits and _ . : -")
                if topic in topics:
                    found["topic"].refuse("duplicate_topic", f"{topic!r} is listed twice.")
                topics[topic] = ExternalTopic(topic, found["description"].text())
        return tuple(topics.values())

    def _procedures(self, entry: Entry) -> tuple[Procedure, ...]:
        procedures: list[Procedure] = []
        for item in entry.items():
            found = item.fields(
                required=("key", "name", "message"), optional=("clauses", "report_page")
            )
            if not {"key", "name", "message"} <= found.keys():
                continue
            procedure = Procedure(
                key=_matching(found["key"], PROCESS_ID, "the id of a process in a diagram"),
                name=found["name"].text(longest=200),
                message=_matching(found["message"], MESSAGE, "the name of a message"),
                clauses=self._cited(found.get("clauses")),
                report_page=_report_page(found["report_page"]) if "report_page" in found else None,
            )
            for other in procedures:
                if other.key == procedure.key:
                    found["key"].refuse("duplicate_procedure", "this procedure is listed twice.")
                elif other.message == procedure.message:
                    found["message"].refuse(
                        "duplicate_message",
                        f"this message starts {other.key!r} already; a message starts one.",
                    )
            procedures.append(procedure)
        if not procedures:
            entry.refuse("missing_key", "an organisation needs at least one procedure.")
        return tuple(procedures)

    def _readings(self, entry: Entry | None) -> tuple[Reading, ...]:
        readings: dict[str, Reading] = {}
        keys = ("id", "title", "clauses", "issue", "reading", "alternative")
        for item in entry.items() if entry else ():
            found = item.fields(required=keys, optional=("confirmed",))
            if not set(keys) <= found.keys():
                continue
            reading_id = _matching(found["id"], READING_ID, "lower-case letters and hyphens")
            if reading_id in readings:
                found["id"].refuse("duplicate_reading", "this reading is listed twice.")
            readings[reading_id] = Reading(
                id=reading_id,
                title=found["title"].text(longest=200),
                clauses=self._cited(found["clauses"]),
                issue=found["issue"].text(),
                reading=found["reading"].text(),
                alternative=found["alternative"].text(),
                confirmed=_text(found.get("confirmed")) or None,
            )
        return tuple(readings.values())

    def _demo_people(
        self, entry: Entry | None, role_ids: Collection[str]
    ) -> tuple[DemoPerson, ...]:
        people: dict[str, DemoPerson] = {}
        for item in entry.items() if entry else ():
            found = item.fields(required=("username", "name", "roles"))
            if not {"username", "name", "roles"} <= found.keys():
                continue
            username = _matching(found["username"], USERNAME, "lower-case letters and dots")
            if username in people:
                found["username"].refuse("duplicate_person", f"{username!r} is taken already.")
            for role in found["roles"].items():
                if role.text() not in role_ids:
                    role.refuse("unknown_role", f"{role.text()!r} is no role here.")
            people[username] = DemoPerson(
                username, found["name"].text(longest=200), found["roles"].texts()
            )
        return tuple(people.values())

    def _cited(self, entry: Entry | None) -> tuple[str, ...]:
        if entry is None:
            return ()
        for item in entry.items():
            clause = item.text(longest=64)
            if self.clauses is not None and clause and clause not in self.clauses:
                item.refuse("unknown_clause", f"{clause} is no clause of this organisation.")
        return entry.texts()


def _report_page(entry: Entry) -> ReportPage | None:
    required = ("title", "introduction", "reference_prefix")
    found = entry.fields(required=required, optional=("before_you_start",))
    if not set(required) <= found.keys():
        return None
    return ReportPage(
        title=found["title"].text(longest=200),
        introduction=found["introduction"].text(),
        reference_prefix=_matching(
            found["reference_prefix"], PREFIX, "capital letters, digits and hyphens"
        ),
        before_you_start=_text(found.get("before_you_start")),
    )


def _check_ladders(roles: Mapping[str, tuple[Role, Entry]]) -> None:
    """Refuse a ladder that leads to no role, or round in a circle: the last step is a named role."""
    for role, entry in roles.values():
        if role.escalates_to is not None and role.escalates_to not in roles:
            entry.refuse("unknown_role", f"{role.escalates_to!r} is no role of this organisation.")
        seen = {role.id}
        step = role.escalates_to
        while step is not None and step in roles and step not in seen:
            seen.add(step)
            step = roles[step][0].escalates_to
        if step == role.id:
            entry.refuse("circular_ladder", f"{role.id!r} escalates in a circle back to itself.")


def _text(entry: Entry | None) -> str:
    return entry.text() if entry is not None else ""


def _matching(entry: Entry, pattern: re.Pattern[str], means: str) -> str:
    text = entry.text(longest=200)
    if text and not pattern.fullmatch(text):
        entry.refuse("wrong_value", f"{text!r} is not allowed here: {means}.")
    return text


def _file_name(entry: Entry | None) -> str | None:
    return _matching(entry, FILE_NAME, "the name of a file in this folder") if entry else None


def _theme(entry: Entry | None) -> Theme:
    text = entry.text() if entry is not None else Theme.NEUTRAL
    if text in set(Theme):
        return Theme(text)
    if entry is not None and text:
        entry.refuse("wrong_value", f"{text!r} is not known; known are {', '.join(Theme)}.")
    return Theme.NEUTRAL


def _hosts(entry: Entry | None) -> tuple[str, ...]:
    return tuple(
        _matching(item, HOST, "the name of a host, or .example.org for every name below it")
        for item in (entry.items() if entry else ())
    )


def _choices(entry: Entry, choices: type[Choice]) -> tuple[Choice, ...]:
    chosen = []
    for item in entry.items():
        text = item.text()
        if text in set(choices):
            chosen.append(choices(text))
        elif text:
            item.refuse("wrong_value", f"{text!r} is not known; known are {', '.join(choices)}.")
    return tuple(chosen)
