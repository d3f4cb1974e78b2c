"""Microsoft Teams (workflows) and Slack: Apprise shapes the message, our own way out carries it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import apprise.plugins.slack
import apprise.plugins.workflows
import requests
from apprise import NotifyFormat
from apprise.exception import AppriseException

from engine.model.notices import Channel, Outcome, OutgoingNotice, Reply
from engine.model.webhook_deliveries import asked_for
from webhooks import egress
from webhooks.egress import Answer, EgressFailed, EgressRefused, EgressRules
from webhooks.targets.target import ChannelSecrets, secret_of

_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~]")
NOT_NOW = frozenset({408, 425, 429})

# It would log addresses that are secrets.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


@dataclass
class _Call:
    """One request on its way: where it really goes, by which rules, and what came of it."""

    url: str
    rules: EgressRules
    answer: Answer | None = None
    error: EgressRefused | EgressFailed | None = None


_call: ContextVar[_Call] = ContextVar("_call")


@dataclass(frozen=True, slots=True)
class _Answered:
    status_code: int
    content: bytes


class _WayOut:
    """What Apprise takes for the library `requests`: one request, to where the call says.

    So the rules of all calls out hold: the address checked and held fast, no redirects, a limit.
    """

    RequestException = requests.RequestException
    codes = requests.codes

    def post(self, _url: str, *, data: str, headers: Mapping[str, str], **_: Any) -> _Answered:
        call = _call.get()
        try:
            call.answer = egress.send(
                "POST",
                call.url,
                headers={**headers, "User-Agent": "Remit"},
                body=data.encode(),
                rules=call.rules,
            )
        except (EgressRefused, EgressFailed) as error:
            call.error = error
            raise requests.ConnectionError(type(error).__name__) from None
        return _Answered(call.answer.status, call.answer.body)

    def request(self, _method: str, url: str, **options: Any) -> _Answered:
        return self.post(url, **options)


for _module in (apprise.plugins.slack, apprise.plugins.workflows):
    vars(_module)["requests"] = _WayOut()


class Chats:
    """Posts notices to a channel of Teams or Slack, whose whole address is a secret."""

    def __init__(self, secrets: ChannelSecrets, *, insecure: bool) -> None:
        """`insecure`: see EgressRules."""
        self._secrets = secrets
        self._insecure = insecure

    def send(self, message: OutgoingNotice) -> Reply:
        """Post one message: sent or delivered, again later, or refused for good."""
        url = secret_of(self._secrets, message)
        if url is None:
            return Reply(Outcome.REFUSED, f"No secret of {message.channel} is set up here.")
        plugin = _plugin(message.channel, url)
        if plugin is None:
            return Reply(
                Outcome.REFUSED, f"The secret is not the address of a {message.channel} webhook."
            )
        call = _Call(url, EgressRules(message.hosts, self._insecure))
        token = _call.set(call)
        try:
            if message.channel is Channel.TEAMS:
                text, written = _markdown(message), NotifyFormat.MARKDOWN
            else:
                text, written = message.body, NotifyFormat.TEXT
            plugin.notify(title=message.subject, body=text, body_format=written)
        finally:
            _call.reset(token)
        return _reply(call, message)


def _markdown(message: OutgoingNotice) -> str:
    """Return the body for a card: nothing in it is a mark but its link, which can be followed."""
    link = f"[{message.link}]({message.link})"
    plain = [_MARKS.sub(r"\\\g<0>", part) for part in message.body.split(message.link)]
    lines = link.join(plain).splitlines()
    return "\n\n".join(line for line in lines if line.strip())


def _plugin(channel: Channel, url: str) -> Any:
    """Return Apprise's plugin for an address as the service gives it, None for any other."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    try:
        if channel is Channel.SLACK:
            first, second, third = steps[-3:]
            return apprise.plugins.slack.NotifySlack(
                token_a=first,
                token_b=second,
                token_c=third,
                include_image=False,
                include_footer=False,
            )
        return apprise.plugins.workflows.NotifyWorkflows(
            workflow=steps[steps.index("workflows") + 1],
            signature=parse_qs(parts.query).get("sig", [""])[0],
            include_image=False,
            host=parts.hostname,
        )
    except (AppriseException, ValueError, IndexError):
        return None


def _reply(call: _Call, message: OutgoingNotice) -> Reply:
    if call.answer is None:
        outcome = Outcome.REFUSED if isinstance(call.error, EgressRefused) else Outcome.AGAIN
        return Reply(outcome, f"{message.channel} could not be reached: {_why(call)}.")
    status = call.answer.status
    if 200 <= status < 300:
        # A workflow only takes it on; what it then posts, it does not say.
        arrived = message.channel is Channel.SLACK
        return Reply(Outcome.DELIVERED if arrived else Outcome.SENT)
    detail = f"{message.channel} answered {status}."
    if status in NOT_NOW or status >= 500:
        return Reply(Outcome.AGAIN, detail, asked_for(call.answer.headers, message.now))
    return Reply(Outcome.REFUSED, detail)


def _why(call: _Call) -> str:
    """Return the kind of fault: its words may hold the address, which is a secret."""
    if isinstance(call.error, EgressRefused):
        return "its address is not one that may be called"
    return "it does not answer"
