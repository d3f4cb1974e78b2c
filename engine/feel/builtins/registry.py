"""The table of built-in functions and how one is written down: signature, body, docstring, examples."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from engine.feel.invocation import Argument, Builtin, Signature
from engine.feel.type_parser import type_from_text
from engine.feel.types import ANY, DURATION
from engine.feel.values import Parameter

BUILTINS: dict[str, Builtin] = {}

_Body = TypeVar("_Body", bound=Callable[..., Any])


def builtin(*signatures: str, chapter: str, extension: bool = False) -> Callable[[_Body], _Body]:
    """Register a built-in function by its signatures, such as `abs(n: number) -> number`.

    `name?: type` may be left out, `type?` takes null, `name...: type` takes any number of arguments. The body
    gets the evaluation and the arguments, already of their types. Its docstring is its documentation; after a
    line `Examples:` each line is an expression that is true.
    """

    def register(body: _Body) -> _Body:
        parsed = [_signature(text) for text in signatures]
        name = signatures[0].partition("(")[0]
        documentation, _, examples = inspect.cleandoc(body.__doc__ or "").partition("Examples:")
        earlier = BUILTINS.get(name)
        ways = [*(earlier.signatures if earlier else ()), *((found, body) for found in parsed)]
        first = ways[0][0]
        BUILTINS[name] = Builtin(
            name=name,
            parameters=tuple(Parameter(a.name, a.type) for a in first.arguments),
            call=body,
            result=first.result,
            signatures=tuple(ways),
            documentation="\n\n".join(
                part for part in (earlier and earlier.documentation, documentation.strip()) if part
            ),
            examples=(
                *(earlier.examples if earlier else ()),
                *(line.strip() for line in examples.splitlines() if line.strip()),
            ),
            chapter=chapter,
            extension=extension,
        )
        return body

    return register


def _signature(text: str) -> Signature:
    inside, _, result = text.partition("(")[2].rpartition(")")[0], "", text.rpartition("->")[2]
    arguments = [_argument(part.strip()) for part in inside.split(",") if part.strip()]
    return Signature(text, tuple(arguments), type_from_text(result.strip()))


def _argument(text: str) -> Argument:
    name, _, kind = (part.strip() for part in text.partition(":"))
    nullable = kind.endswith("?")
    kind = kind.removesuffix("?")
    variadic = name.endswith("...")
    name = name.removesuffix("...")
    type_ = DURATION if kind == "duration" else type_from_text(kind)
    return Argument(
        name=name.removesuffix("?"),
        type=type_,
        optional=name.endswith("?"),
        nullable=nullable or type_ is ANY,
        variadic=variadic,
    )
