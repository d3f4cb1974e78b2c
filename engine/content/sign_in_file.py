"""Reads the key `sign_in` of organisation.yaml: which groups of its own sign-in stand for which roles."""

from __future__ import annotations

import re
from collections.abc import Collection

from engine.content.organisation import SignIn
from engine.content.yaml_file import Entry

CLAIM = re.compile(r"[A-Za-z0-9_:/-]+(\.[A-Za-z0-9_:/-]+)*")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")


def read_sign_in(entry: Entry, role_ids: Collection[str]) -> SignIn:
    """Return what the entry says; a group that stands for no role here is refused."""
    found = entry.fields(
        required=(),
        optional=("groups", "groups_claim", "username_claim", "name_claim", "scopes", "assurance"),
    )
    groups: dict[str, tuple[str, ...]] = {}
    for group, roles in found["groups"].entries().items() if "groups" in found else ():
        for role in roles.items():
            if role.text() not in role_ids:
                role.refuse("unknown_role", f"{role.text()!r} is no role of this organisation.")
        groups[group] = roles.texts()
    given = SignIn()
    scopes = found["scopes"].texts() if "scopes" in found else given.scopes
    for scope in scopes:
        if not SCOPE.fullmatch(scope):
            found["scopes"].refuse("wrong_value", f"{scope!r} is no scope.")
    if "openid" not in scopes:
        found["scopes"].refuse("wrong_value", "the scope openid is always needed.")
    return SignIn(
        groups=groups,
        groups_claim=_claim(found.get("groups_claim"), given.groups_claim),
        username_claim=_claim(found.get("username_claim"), given.username_claim),
        name_claim=_claim(found.get("name_claim"), given.name_claim),
        scopes=scopes,
        assurance=found["assurance"].texts() if "assurance" in found else (),
    )


def _claim(entry: Entry | None, otherwise: str) -> str:
    if entry is None:
        return otherwise
    text = entry.text(longest=200)
    if not CLAIM.fullmatch(text):
        entry.refuse("wrong_value", f"{text!r} is not the name of a claim.")
    return text
