"""How an organisation's notices travel: routes, settings of channels, notices of tasks. Sends nothing.

Read from `channels`, `channel_settings` and `task_notices` of organisation.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import getaddresses

from engine.content.outside_texts import OutsideText, read_outside
from engine.content.yaml_file import Entry
from engine.model.notices import Channel, NoticeKind, Route

DEFAULT = "default"
INBOX_ALONE: tuple[Route, ...] = ((Channel.INBOX,),)
SECRET_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
NOTIFY_TEMPLATE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ADDRESS = re.compile(r"[^@\s<>,;:]{1,64}@[A-Za-z0-9.-]{1,190}")
KEPT = "secret"
"""Where the settings name what the installation keeps."""

_KEYS: Mapping[Channel, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Channel.EMAIL: ((), ("sender", "reply_to")),
    Channel.NOTIFY: (("template", KEPT), ("callback_secret",)),
    Channel.TEAMS: ((KEPT,), ("roles",)),
    Channel.SLACK: ((KEPT,), ("roles",)),
}
"""What each channel that is set up here needs, and what it may have besides."""

NEEDS_SETTINGS = frozenset(channel for channel, (required, _) in _KEYS.items() if required)

TASK_NOTICES = {
    "created": NoticeKind.TASK_CREATED,
    "assigned": NoticeKind.TASK_ASSIGNED,
    "overdue": NoticeKind.TASK_OVERDUE,
}


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One channel's settings. Secrets are names of what the installation keeps, never the things.

    `by_role` has the secret of a role that reads somewhere else than the others.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    by_role: Mapping[str, str] = field(default_factory=dict)

    def for_role(self, role_id: str) -> Mapping[str, str]:
        """Return the settings as they are for this role."""
        own = self.by_role.get(role_id)
        return {**self.values, KEPT: own} if own else self.values


@dataclass(frozen=True, slots=True)
class TaskNotice:
    """That people are told of a task of theirs, by which channels, in which words.

    `roles`: only those of candidate groups in it; none: everybody whom the task is for.
    """

    routes: tuple[Route, ...]
    roles: tuple[str, ...] = ()
    outside: OutsideText | None = None


def read_channels(
    entry: Entry | None, role_ids: Collection[str]
) -> tuple[tuple[Route, ...], Mapping[str, tuple[Route, ...]]]:
    """Return the default routes and those of roles that have their own."""
    default = INBOX_ALONE
    channels: dict[str, tuple[Route, ...]] = {}
    for role_id, item in entry.entries().items() if entry else ():
        chosen = read_routes(item)
        if role_id == DEFAULT:
            default = chosen
        elif role_id in role_ids:
            channels[role_id] = chosen
        else:
            item.refuse("unknown_role", f"{role_id!r} is no role of this organisation.")
    return default, channels


def read_routes(entry: Entry) -> tuple[Route, ...]:
    """Return the routes of a list: each item a channel, or a list of channels of which one is tried
    after the other."""
    routes: list[Route] = []
    for item in entry.items():
        one = (
            tuple(_channel(inner) for inner in item.items()) if item.is_list else (_channel(item),)
        )
        route = tuple(channel for channel in one if channel is not None)
        used = [channel for other in (*routes, route) for channel in other]
        if len(set(used)) < len(used):
            item.refuse("wrong_value", "a channel is listed twice.")
        if Channel.INBOX in route[:-1]:
            item.refuse("wrong_value", "the inbox never fails: nothing can come after it.")
        if route:
            routes.append(route)
        elif item.is_list:
            item.refuse("wrong_value", "at least one channel is needed.")
    if not routes:
        entry.refuse("wrong_value", "at least one channel is needed.")
    return tuple(routes) or INBOX_ALONE


def read_channel_settings(
    entry: Entry | None, role_ids: Collection[str]
) -> Mapping[Channel, ChannelSettings]:
    """Return the settings of each channel that has any."""
    settings: dict[Channel, ChannelSettings] = {}
    for name, item in entry.entries().items() if entry else ():
        known = {channel.value: keys for channel, keys in _KEYS.items()}
        if name not in known:
            item.refuse("unknown_key", f"known are {', '.join(known)}.")
            continue
        required, optional = known[name]
        found = item.fields(required=required, optional=optional)
        values = {key: value.text(longest=320) for key, value in found.items() if key != "roles"}
        by_role: dict[str, str] = {}
        for role_id, value in found["roles"].entries().items() if "roles" in found else ():
            by_role[role_id] = value.text(longest=320)
            _check_secret(value, by_role[role_id])
            if role_id not in role_ids:
                value.refuse("unknown_role", f"{role_id!r} is no role of this organisation.")
        for key, value in found.items():
            _check_value(key, value, values.get(key, ""))
        settings[Channel(name)] = ChannelSettings(values, by_role)
    return settings


def read_task_notices(
    entry: Entry | None, role_ids: Collection[str]
) -> Mapping[NoticeKind, TaskNotice]:
    """Return what is sent when a task is created, handed to somebody, or late."""
    notices: dict[NoticeKind, TaskNotice] = {}
    for name, item in entry.fields(optional=tuple(TASK_NOTICES)).items() if entry else ():
        found = item.fields(required=("channels",), optional=("roles", "subject", "body"))
        if "channels" not in found:
            continue
        routes = read_routes(found["channels"])
        if any(Channel.INBOX in route for route in routes):
            found["channels"].refuse(
                "wrong_value", "a task is in the inbox by itself; name other channels."
            )
        for role in found["roles"].items() if "roles" in found else ():
            if role.text() not in role_ids:
                role.refuse("unknown_role", f"{role.text()!r} is no role of this organisation.")
        notices[TASK_NOTICES[name]] = TaskNotice(
            routes,
            found["roles"].texts() if "roles" in found else (),
            read_outside(item, found.get("subject"), found.get("body")),
        )
    return notices


def check_set_up(
    entry: Entry | None,
    routes: Iterable[tuple[Route, ...]],
    settings: Mapping[Channel, ChannelSettings],
) -> None:
    """Refuse channels that are chosen but lack the settings they cannot do without."""
    for channel in not_set_up(routes, settings):
        if entry is not None:
            entry.refuse(
                "missing_key", f"{channel} is used, so channel_settings has to say how: {channel}."
            )


def not_set_up(
    routes: Iterable[tuple[Route, ...]], settings: Mapping[Channel, ChannelSettings] | None
) -> tuple[Channel, ...]:
    """Return the channels of these routes that lack the settings they cannot do without.

    None where the settings are not known: none lacks any then.
    """
    if settings is None:
        return ()
    used = {channel for many in routes for route in many for channel in route}
    return tuple(sorted((used & NEEDS_SETTINGS) - settings.keys()))


def _channel(entry: Entry) -> Channel | None:
    text = entry.text()
    if text in set(Channel):
        return Channel(text)
    if text:
        entry.refuse("wrong_value", f"{text!r} is not known; known are {', '.join(Channel)}.")
    return None


def _check_value(key: str, entry: Entry, text: str) -> None:
    if key in (KEPT, "callback_secret"):
        _check_secret(entry, text)
    elif key == "template" and text and not NOTIFY_TEMPLATE.fullmatch(text):
        entry.refuse("wrong_value", "the id of a template in GOV.UK Notify is expected.")
    elif key in ("sender", "reply_to") and text:
        found = getaddresses([text])
        one = len(found) == 1 and ADDRESS.fullmatch(found[0][1])
        if not one or not text.isprintable():
            entry.refuse(
                "wrong_value", "an address such as Remit <remit@example.gov.uk> is expected."
            )


def _check_secret(entry: Entry, text: str) -> None:
    if text and not SECRET_NAME.fullmatch(text):
        # What is written here may be the secret itself: it is not repeated.
        entry.refuse(
            "wrong_value",
            "the name of a secret is expected (lower-case letters, digits, underscores), never the "
            "secret itself; its value is the installation's to keep.",
        )
