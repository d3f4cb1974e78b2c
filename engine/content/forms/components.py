"""The components of a form, compiled, and the answers a form gives. Reads and checks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.content.forms.keys import Key
from engine.content.placeholders import EMPTY, Phrase
from engine.feel import Expression, Value


class ComponentKind(StrEnum):
    """The types of component that can be shown; the values are those of the form schema."""

    TEXTFIELD = "textfield"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATETIME = "datetime"
    CHECKBOX = "checkbox"
    CHECKLIST = "checklist"
    RADIO = "radio"
    SELECT = "select"
    TAGLIST = "taglist"
    FILEPICKER = "filepicker"
    EXPRESSION = "expression"
    GROUP = "group"
    DYNAMICLIST = "dynamiclist"
    TEXT = "text"
    HTML = "html"
    TABLE = "table"
    SEPARATOR = "separator"
    SPACER = "spacer"


class Subtype(StrEnum):
    """What a datetime component asks for."""

    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number in the form, or an expression that gives it."""

    value: Decimal | Expression


@dataclass(frozen=True, slots=True)
class Rules:
    """What a submitted value must keep to. Lengths count characters."""

    required: bool = False
    min_length: Limit | None = None
    max_length: Limit | None = None
    minimum: Limit | None = None
    maximum: Limit | None = None
    pattern: str | None = None
    pattern_message: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The form's own rule for a field: `expression` must be true when the field has a value."""

    expression: Expression
    message: str


@dataclass(frozen=True, slots=True)
class StaticOption:
    """A choice written in the form."""

    label: Phrase
    value: Value


@dataclass(frozen=True, slots=True)
class Options:
    """Where a field's choices come from: written down, a variable, or an expression."""

    static: tuple[StaticOption, ...] = ()
    variable: Key | None = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the form editor put the component: components of one row stand side by side.

    `columns` is the width in sixteenths of the row; None takes what is left.
    """

    row: str | None = None
    columns: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a heading and the key of each row's cell."""

    label: str
    key: str


NO_LAYOUT, NO_RULES, NO_OPTIONS = Layout(), Rules(), Options()


@dataclass(frozen=True, slots=True)
class Component:
    """One component. `key` is its path below its list row, or below the form; () if it has none.

    The fields after `layout` matter to some kinds only and are empty for the others.
    """

    kind: ComponentKind
    id: str
    key: Key = ()
    label: Phrase = EMPTY
    description: Phrase = EMPTY
    hide: Expression | None = None
    layout: Layout = NO_LAYOUT
    clauses: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    # Fields
    rules: Rules = NO_RULES
    check: Check | None = None
    read_only: bool | Expression = False
    default: Any = None
    options: Options = NO_OPTIONS
    subtype: Subtype | None = None
    decimal_digits: int | None = None
    increment: Decimal | None = None
    as_text: bool = False
    past_allowed: bool = True
    time_interval: int | None = None
    time_label: Phrase = EMPTY
    prefix: Phrase = EMPTY
    suffix: Phrase = EMPTY
    # Files
    accept: Phrase = EMPTY
    multiple: bool | Expression = False
    # Expressions and tables
    expression: Expression | None = None
    columns: tuple[Column, ...] = ()
    columns_expression: Expression | None = None
    row_count: int | None = None
    # Groups and dynamic lists
    children: tuple[Component, ...] = ()
    default_rows: int = 1
    rows_can_change: bool = True
    outlined: bool = False
    # Texts and spacers
    text: Phrase = EMPTY
    height: int | None = None

    @property
    def is_field(self) -> bool:
        """Whether a person can answer it."""
        return self.kind in FIELDS

    @property
    def takes_several(self) -> bool:
        """Whether its value is a list of choices."""
        return self.kind in (ComponentKind.CHECKLIST, ComponentKind.TAGLIST)


CHOICES = frozenset(
    {ComponentKind.CHECKLIST, ComponentKind.RADIO, ComponentKind.SELECT, ComponentKind.TAGLIST}
)
FIELDS = CHOICES | {
    ComponentKind.TEXTFIELD,
    ComponentKind.TEXTAREA,
    ComponentKind.NUMBER,
    ComponentKind.DATETIME,
    ComponentKind.CHECKBOX,
    ComponentKind.FILEPICKER,
}


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field, for documentation and lint. `name` marks list rows, such as people[].name."""

    name: str
    variable: str
    kind: ComponentKind
    required: bool
    label: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one answer. `field` is its key, such as people[0].name."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FormResult:
    """What a submission comes to: variables to set, or what is wrong. Never both.

    An optional field without an answer gives null; a hidden one gives nothing. A form that
    writes a part of a variable keeps its other parts.
    """

    values: dict[str, Value]
    errors: list[FieldError]
