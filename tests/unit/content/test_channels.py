"""How notices travel is content: read with a place for every mistake, thin by rule, without secrets."""

from __future__ import annotations

import pytest

from engine.content import parse_organisation, parse_template
from engine.content.outside_texts import thin_reference
from engine.model.notices import Channel, NoticeKind
from web.settings import Settings, SettingsRefused

BASE = """
key: small
name: Small
calendar: {zone: Europe/London, opening_hours: {monday: ["09:00-17:00"]}}
roles: [{id: head, name: Head, escalates_to: director}, {id: director, name: Director}]
procedures: [{key: p, name: P, message: m}]
"""


def codes(text: str) -> list[tuple[str, str]]:
    organisation, problems = parse_organisation((BASE + text).encode(), "organisation.yaml")
    assert (organisation is None) == bool(problems)
    return [(one.code, one.message) for one in problems]


def test_a_list_is_sent_at_once_and_a_list_in_it_one_after_the_other() -> None:
    text = BASE + "channels: {default: [inbox, [email, webhook]], director: [email]}"
    organisation, problems = parse_organisation(text.encode(), "organisation.yaml")
    assert problems == []
    assert organisation is not None
    assert organisation.channels_of("head") == (
        (Channel.INBOX,),
        (Channel.EMAIL, Channel.WEBHOOK),
    )
    assert organisation.channels_of("director") == ((Channel.EMAIL,),)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("channels: {default: [fax]}", "wrong_value"),
        ("channels: {default: []}", "wrong_value"),
        ("channels: {default: [[]]}", "wrong_value"),
        ("channels: {default: [email, [email, webhook]]}", "wrong_value"),
        ("channels: {default: [[inbox, email]]}", "wrong_value"),
        ("channels: {nobody: [inbox]}", "unknown_role"),
        ("channels: {default: [notify]}", "missing_key"),
        ("channels: {default: [[email, teams]]}", "missing_key"),
        ("task_notices: {created: {channels: [slack]}}", "missing_key"),
        ("task_notices: {created: {channels: [inbox]}}", "wrong_value"),
        ("task_notices: {created: {channels: [email], roles: [nobody]}}", "unknown_role"),
        ("task_notices: {created: {channels: [email], subject: x}}", "missing_key"),
        ("task_notices: {done: {channels: [email]}}", "unknown_key"),
        ("channel_settings: {pigeon: {}}", "unknown_key"),
        ("channel_settings: {email: {sender: nobody}}", "wrong_value"),
        ("channel_settings: {email: {sender: 'a@b.example, c@d.example'}}", "wrong_value"),
        ("channel_settings: {notify: {template: x, secret: key}}", "wrong_value"),
        ("channel_settings: {slack: {secret: key, roles: {nobody: other}}}", "unknown_role"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, code: str) -> None:
    assert code in [found for found, _ in codes(text)]


def test_a_secret_itself_is_refused_and_not_repeated() -> None:
    url = "https://prod-1.uksouth.logic.azure.com/workflows/1?sig=abc"
    for key in ("teams", "slack"):
        [(code, message)] = codes(f"channel_settings: {{{key}: {{secret: '{url}'}}}}")
        assert code == "wrong_value"
        assert "abc" not in message


@pytest.mark.parametrize("name", ["victim", "process_instance", "what_happened", "now2"])
def test_a_text_for_outside_may_use_thin_variables_alone(name: str) -> None:
    said = f"{{created: {{channels: [email], subject: 'x {{{{ {name} }}}}', body: b}}}}"
    assert [code for code, _ in codes(f"task_notices: {said}")] == ["not_thin"]
    source = f"---\nsubject: s\noutside:\n  subject: s\n  body: '{{{{ {name} }}}}'\n---\nText\n"
    template, problems = parse_template(source.encode(), "t.md")
    assert template is None
    assert [one.code for one in problems] == ["not_thin"]


def test_a_template_may_say_its_channels_and_its_words_for_outside() -> None:
    source = (
        b"---\nsubject: s\nchannels: [inbox, [email, teams]]\n"
        b"outside: {subject: '{{ reference }}', body: 'Due {{ due_at }}: {{ link }}'}\n---\nText\n"
    )
    template, problems = parse_template(source, "t.md")
    assert problems == []
    assert template is not None
    assert template.channels == ((Channel.INBOX,), (Channel.EMAIL, Channel.TEAMS))
    assert template.outside is not None


@pytest.mark.parametrize(
    ("key", "leaves"),
    [
        ("DSI-2026-481930", True),
        ("A-1", True),
        ("2026/17", True),
        ("Jo Bloggs", False),
        ("Bloggs", False),
        ("Jo Bloggs 1", False),
        ("{{ link }}1", False),
        ("A-1\r\nBcc: x", False),
        ("x" * 41 + "1", False),
        (None, False),
    ],
)
def test_only_what_looks_like_a_reference_leaves_the_building(
    key: str | None, leaves: bool
) -> None:
    assert thin_reference(key, "the id") == (key if leaves else "the id")


def test_servers_and_secrets_come_from_the_environment_by_name() -> None:
    settings = Settings.read(
        {
            "REMIT_SMTP_URL": "derby=smtps://u:p%40w@mail.example:465 yjb=smtp://relay.example",
            "REMIT_CHANNEL_SECRETS": "derby.teams_hook=https://x.example/?a=b&sig=c=d",
        }
    )
    assert [key for key, _ in settings.smtp_url] == ["derby", "yjb"]
    assert settings.secrets_of_channels == {
        ("derby", "teams_hook"): "https://x.example/?a=b&sig=c=d"
    }
    assert Settings.read({"REMIT_SMTP_URL": "smtp://relay.example"}).smtp_url[0][0] == ""


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REMIT_SMTP_URL", "http://mail.example"),
        ("REMIT_SMTP_URL", "derby=mail.example"),
        ("REMIT_MAIL_FROM", "nobody"),
        ("REMIT_CHANNEL_SECRETS", "teams=x"),
        ("REMIT_CHANNEL_SECRETS", "derby.teams"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(variable: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=variable):
        Settings.read({variable: value})


def test_kinds_of_task_notices_are_those_of_the_content() -> None:
    text = BASE + "task_notices: {created: {channels: [email]}, overdue: {channels: [email]}}"
    organisation, _ = parse_organisation(text.encode(), "organisation.yaml")
    assert organisation is not None
    assert set(organisation.task_notices) == {NoticeKind.TASK_CREATED, NoticeKind.TASK_OVERDUE}
