"""What organisations write: themselves, clauses, forms and notice templates. Runs no process."""

from __future__ import annotations

from engine.content.channels import ChannelSettings, TaskNotice, not_set_up
from engine.content.clauses import (
    CLAUSES_FILE,
    Clause,
    Clauses,
    ClauseType,
    ClauseWeight,
    parse_clauses,
)
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
from engine.content.outside_texts import USUAL, OutsideText, thin_reference
from engine.content.templates import Rendered, Template, parse_template
from engine.content.webhook_sources import (
    Mapped,
    PayloadNotMapped,
    SignatureScheme,
    SourceAction,
    WebhookSource,
)
from engine.content.wording import words
from engine.model.notices import Channel

__all__ = [
    "CLAUSES_FILE",
    "USUAL",
    "Channel",
    "ChannelSettings",
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
    "OutsideText",
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
    "TaskNotice",
    "Template",
    "WebhookSource",
    "nested",
    "not_set_up",
    "parse_clauses",
    "parse_form",
    "parse_organisation",
    "parse_template",
    "thin_reference",
    "words",
]
