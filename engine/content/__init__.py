"""What organisations write: themselves, clauses, forms and notice templates. Runs no process."""

from __future__ import annotations

from engine.content.clauses import Clause, Clauses, ClauseType, ClauseWeight, parse_clauses
from engine.content.connectors import (
    Connector,
    ConnectorAnswer,
    ConnectorNotAsked,
    ConnectorRequest,
    DeclaredSecret,
    SecretUse,
)
from engine.content.forms import (
    ComponentKind,
    FieldError,
    FieldInfo,
    Form,
    FormResult,
    Option,
    PresentedComponent,
    nested,
    parse_form,
)
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
    SignIn,
)
from engine.content.organisation_file import parse_organisation
from engine.content.templates import Rendered, Template, parse_template
from engine.content.webhook_sources import (
    Mapped,
    PayloadNotMapped,
    SignatureScheme,
    SourceAction,
    WebhookSource,
)
from engine.content.wording import words

__all__ = [
    "Channel",
    "Clause",
    "ClauseType",
    "ClauseWeight",
    "Clauses",
    "ComponentKind",
    "Connector",
    "ConnectorAnswer",
    "ConnectorNotAsked",
    "ConnectorRequest",
    "DeclaredSecret",
    "DemoPerson",
    "ExternalTopic",
    "FieldError",
    "FieldInfo",
    "Form",
    "FormResult",
    "Mapped",
    "Option",
    "Organisation",
    "PayloadNotMapped",
    "Permission",
    "PresentedComponent",
    "Procedure",
    "Reading",
    "Rendered",
    "ReportPage",
    "Role",
    "SecretUse",
    "SignIn",
    "SignatureScheme",
    "SourceAction",
    "Template",
    "WebhookSource",
    "nested",
    "parse_clauses",
    "parse_form",
    "parse_organisation",
    "parse_template",
    "words",
]
