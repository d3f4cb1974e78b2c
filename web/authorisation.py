"""Which pages are for people who are signed in, and which are for everyone and why."""

from __future__ import annotations

from collections.abc import Mapping

SIGNED_IN = frozenset(
    {
        "inbox.home",
        "inbox.show",
        "user_task.show",
        "user_task.claim",
        "user_task.unclaim",
        "user_task.save_draft",
        "user_task.change_rows",
        "user_task.attach",
        "user_task.comment",
        "attachment.download",
        "user_task.hand_over",
        "user_task.check",
        "user_task.check_again",
        "user_task.complete",
        "process_instance.show",
        "process_instance.comment",
        "process_instance.suspend",
        "process_instance.activate",
        "process_instance.show_all",
        "report.show",
        "report.start",
        "account.show",
        "account.add_absence",
        "account.remove_absence",
        "account.change_password",
        "account.sign_out_everywhere",
        "administration.show",
        "administered_people.show_all",
        "administered_people.show_new",
        "administered_people.add",
        "administered_people.show",
        "administered_people.show_change",
        "administered_people.change",
        "administered_people.invite",
        "administered_people.sign_out",
        "administered_people.add_absence",
        "administered_people.remove_absence",
        "administered_tokens.show_all",
        "administered_tokens.create",
        "administered_tokens.revoke",
        "administered_versions.show_all",
        "administered_versions.show",
        "administered_versions.activate",
        "administered_versions.suspend",
        "administered_jobs.show_all",
        "administered_jobs.retry",
        "administered_webhooks.show_out",
        "administered_webhooks.replay",
        "administered_webhooks.show_in",
        "administered_webhooks.try_payload",
        "administered_connectors.show_all",
        "administered_connectors.set_secret",
        "administered_connectors.remove_secret",
        "administered_calendar.show",
        "administered_access.show_all",
    }
)
"""By endpoint: the session is checked before the view; what may be done is the use case's to say."""

TAKES_FILES = frozenset(
    {
        "user_task.save_draft",
        "user_task.change_rows",
        "user_task.attach",
        "user_task.comment",
        "user_task.claim",
        "user_task.unclaim",
        "user_task.hand_over",
        "user_task.check",
        "user_task.complete",
        "link.complete",
        "link.change_rows",
    }
)
"""By endpoint: whose forms may bring files with them."""

PUBLIC: Mapping[str, str] = {
    "pages.static": "the style sheet and the icon; hold no data",
    "sign_in.show": "where nobody is signed in yet; shows only invented people, in development",
    "sign_in.show_organisation": "where nobody is signed in yet; shows the organisation's name",
    "sign_in.with_password": "checks the user name and password that it is given",
    "sign_in.at_issuer": "leads to the organisation's own sign-in; keeps a secret in the cookie",
    "sign_in.callback": "checks what the organisation's own sign-in says, once for each secret",
    "sign_in.show_invitation": "checks the invitation in its address; shows the user name",
    "sign_in.accept_invitation": "checks the invitation in its address and uses it up",
    "link.swap": "finds the link by its secret, writes down that it was opened, changes nothing",
    "link.show": "shows a task's name and limit to who opened its link; its form where allowed",
    "link.complete": "completes the task of the opened link where its diagram lets a link do so",
    "link.change_rows": "shows the opened link's form again, where its diagram lets a link complete it",
    "link.sign_in": "leads to signing in; changes nothing",
    "link.ask_again": "notes that a new link is wanted; tells nothing of the old one",
    "sign_in.as_demo_person": "signs in an invented person; refused in production",
    "sign_in.with_token": "checks the token that it is given",
    "sign_in.sign_out": "ends the caller's own session and nothing else",
}
"""By endpoint: open to everyone, and why that is right."""
