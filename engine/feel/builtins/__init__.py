"""FEEL's built-in functions, one module per chapter of the standard. Importing this registers them all."""

from __future__ import annotations

from engine.feel.builtins import (
    booleans,
    contexts,
    conversions,
    dates,
    lists,
    numbers,
    ranges,
    statistics,
    strings,
)
from engine.feel.builtins.registry import BUILTINS

__all__ = [
    "BUILTINS",
    "booleans",
    "contexts",
    "conversions",
    "dates",
    "lists",
    "numbers",
    "ranges",
    "statistics",
    "strings",
]
