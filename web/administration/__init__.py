"""Pages for who looks after an organisation: people, roles, tokens, versions, jobs, calendar, access."""

from web.administration import (
    access,
    calendar,
    connectors,
    jobs,
    overview,
    people,
    tokens,
    versions,
    webhooks,
)

PAGES = (
    overview.blueprint,
    people.blueprint,
    tokens.blueprint,
    versions.blueprint,
    jobs.blueprint,
    webhooks.blueprint,
    connectors.blueprint,
    calendar.blueprint,
    access.blueprint,
)

__all__ = ["PAGES"]
