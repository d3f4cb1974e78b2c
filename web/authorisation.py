"""Which pages are for people who are signed in, and which are for everyone and why."""

from __future__ import annotations

from collections.abc import Mapping, Set

from engine.model.actors import Permission

ANYBODY: Set[Permission] = frozenset()
"""For everybody who is signed in."""
SIGNED_IN: Mapping[str, Set[Permission]] = {
    "inbox.home": ANYBODY,
    "inbox.show": {Permission.WORK_TASKS},
    "user_task.show": {Permission.WORK_TASKS, Permission.READ_HISTORY},
    "user_task.claim": {Permission.WORK_TASKS},
    "user_task.unclaim": {Permission.WORK_TASKS},
    "user_task.save_draft": {Permission.WORK_TASKS},
    "user_task.change_rows": {Permission.WORK_TASKS},
    "user_task.attach": {Permission.WORK_TASKS},
    "user_task.comment": {Permission.WORK_TASKS},
    "user_task.hand_over": {Permission.WORK_TASKS},
    "user_task.check": {Permission.WORK_TASKS},
    "user_task.check_again": ANYBODY,
    "user_task.complete": {Permission.WORK_TASKS},
    "attachment.download": {Permission.WORK_TASKS, Permission.READ_INSTANCES},
    "process_instance.show": {Permission.READ_INSTANCES},
    "process_instance.comment": {Permission.READ_INSTANCES},
    "process_instance.suspend": {Permission.CANCEL},
    "process_instance.activate": {Permission.CANCEL},
    "process_instance.show_all": {Permission.READ_INSTANCES},
    "report.show": {Permission.START},
    "report.start": {Permission.START},
    "account.show": ANYBODY,
    "account.add_absence": ANYBODY,
    "account.remove_absence": ANYBODY,
    "account.change_password": ANYBODY,
    "account.sign_out_everywhere": ANYBODY,
    "administration.show": {Permission.READ_JOBS},
    "administered_people.show_all": {Permission.ADMINISTER},
    "administered_people.show_new": {Permission.ADMINISTER},
    "administered_people.add": {Permission.ADMINISTER},
    "administered_people.show": {Permission.ADMINISTER},
    "administered_people.show_change": {Permission.ADMINISTER},
    "administered_people.change": {Permission.ADMINISTER},
    "administered_people.invite": {Permission.ADMINISTER},
    "administered_people.sign_out": {Permission.ADMINISTER},
    "administered_people.add_absence": {Permission.ADMINISTER},
    "administered_people.remove_absence": {Permission.ADMINISTER},
    "administered_tokens.show_all": {Permission.ADMINISTER},
    "administered_tokens.create": {Permission.ADMINISTER},
    "administered_tokens.revoke": {Permission.ADMINISTER},
    "administered_versions.show_all": {Permission.READ_JOBS},
    "administered_versions.show": {Permission.READ_JOBS},
    "administered_versions.activate": {Permission.ACTIVATE},
    "administered_versions.suspend": {Permission.ACTIVATE},
    "administered_jobs.show_all": {Permission.READ_JOBS},
    "administered_jobs.retry": {Permission.RETRY_JOBS},
    "administered_webhooks.show_out": {Permission.READ_JOBS},
    "administered_webhooks.replay": {Permission.RETRY_JOBS},
    "administered_webhooks.show_in": {Permission.READ_JOBS},
    "administered_webhooks.try_payload": {Permission.READ_JOBS},
    "administered_connectors.show_all": {Permission.READ_JOBS},
    "administered_connectors.set_secret": {Permission.ADMINISTER},
    "administered_connectors.remove_secret": {Permission.ADMINISTER},
    "administered_calendar.show": {Permission.READ_JOBS},
    "administered_access.show_all": {Permission.ADMINISTER},
}
"""By endpoint: the permissions of which one is needed, asked before the view. What may be done with
one thing, such as a task of certain roles, is the use case's to say; it asks for these again."""

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
