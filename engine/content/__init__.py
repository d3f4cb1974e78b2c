"""What organisations write: themselves, clauses, forms and notice templates. Runs no process."""

from __future__ import annotations

from engine.content.clauses import Clause, Clauses, ClauseType, ClauseWeight, parse_clauses
from engine.content.organisation import (
    Channel,
    DemoPerson,
    ExternalTopic,
    Organisation,
    Permission,
    Procedure,
    Reading,
    ReportPage,
    Role,
)
from engine.content.organisation_file import parse_organisation

__all__ = [
    "Channel",
    "Clause",
    "ClauseType",
    "ClauseWeight",
    "Clauses",
    "DemoPerson",
    "ExternalTopic",
    "Organisation",
    "Permission",
    "Procedure",
    "Reading",
    "ReportPage",
    "Role",
    "parse_clauses",
    "parse_organisation",
]
