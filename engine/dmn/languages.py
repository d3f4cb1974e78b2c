"""Which DMN namespaces and expression languages are understood. Knows names only, no structure."""

from __future__ import annotations

import re

MODEL_NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "http://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}

CAMUNDA = "http://camunda.org/schema/1.0/dmn"

_FEEL = re.compile(r"feel|https?://www\.omg\.org/spec/(FEEL/\d+|DMN/\d+/FEEL)/?", re.IGNORECASE)


def is_feel(language: str) -> bool:
    """Say whether an expressionLanguage attribute means FEEL, under any of its names."""
    return _FEEL.fullmatch(language.strip()) is not None


def is_standard_namespace(uri: str) -> bool:
    """Say whether a namespace is the OMG's: a prefix bound to it in a type name means FEEL."""
    return uri in MODEL_NAMESPACES or is_feel(uri)
