"""Forms as Camunda's form editor saves them: read, filled, checked. Draws no page."""

from __future__ import annotations

from engine.content.forms.choices import Option
from engine.content.forms.components import ComponentKind, FieldError, FieldInfo, FormResult
from engine.content.forms.form import Form
from engine.content.forms.keys import nested
from engine.content.forms.parsing import parse_form
from engine.content.forms.presentation import PresentedComponent

__all__ = [
    "ComponentKind",
    "FieldError",
    "FieldInfo",
    "Form",
    "FormResult",
    "Option",
    "PresentedComponent",
    "nested",
    "parse_form",
]
