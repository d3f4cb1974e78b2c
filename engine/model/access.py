"""What is written down about coming in: sign-ins, refusals, opened links, changes of who may what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccessKind(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    FORM_REFUSED = "form_refused"
    ATTACHMENT_READ = "attachment_read"
    ATTACHMENT_REFUSED = "attachment_refused"
    EVIDENCE_READ = "evidence_read"
    LINK_MADE = "link_made"
    LINK_OPENED = "link_opened"
    LINK_REFUSED = "link_refused"
    LINK_ASKED_AGAIN = "link_asked_again"
    LINK_USED = "link_used"
    PERSON_CHANGED = "person_changed"
    ABSENCE_CHANGED = "absence_changed"
    INVITED = "invited"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the word, not one
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One thing that happened; `user` is who did it or tried, None when nobody knows."""

    id: str
    at: datetime
    kind: AccessKind
    user: str | None
    about: str
