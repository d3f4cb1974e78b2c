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
        "user_task.hand_over",
        "user_task.check",
        "user_task.check_again",
        "user_task.complete",
        "process_instance.show",
        "process_instance.show_all",
        "report.show",
        "report.start",
    }
)
"""By endpoint: the session is checked before the view; what may be done is the use case's to say."""

PUBLIC: Mapping[str, str] = {
    "pages.static": "the style sheet and the icon; hold no data",
    "sign_in.show": "where nobody is signed in yet; shows only invented people, in development",
    "sign_in.as_demo_person": "signs in an invented person; refused in production",
    "sign_in.with_token": "checks the token that it is given",
    "sign_in.sign_out": "ends the caller's own session and nothing else",
}
"""By endpoint: open to everyone, and why that is right."""
