"""The form macros write what govuk-frontend's own templates write, element by element."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, PackageLoader
from lxml import html

from engine.content import FieldError
from engine.content.forms import parse_form
from engine.feel import Evaluation
from tests.integration.api.world import World
from web.forms.controls import controls

pytest.importorskip(
    "govuk_frontend_jinja", reason="govuk-frontend-jinja is not installed: nothing to compare with"
)

COMPARED = ("class", "name", "type", "value", "for", "aria-describedby", "role", "href")
OURS_ALONE = ("govuk-input--width-10",)
CHOICES = [
    {"label": "A house", "value": "house"},
    {"label": "A garden, or a park", "value": "garden"},
]
LABEL = {"text": "Where", "classes": "govuk-label--s"}
LEGEND = {"text": "Where", "classes": "govuk-fieldset__legend--s"}
HINT, WRONG = {"text": "As you saw it."}, {"text": "Where needs an answer"}
ITEMS = [{"value": one["value"], "text": one["label"]} for one in CHOICES]

COMPONENTS: dict[str, tuple[dict[str, Any], str, str, dict[str, Any]]] = {
    "text": ({"type": "textfield"}, "input", "govukInput", {"label": LABEL}),
    "text area": ({"type": "textarea"}, "textarea", "govukTextarea", {"label": LABEL}),
    "select": (
        {"type": "select", "values": CHOICES},
        "select",
        "govukSelect",
        {"label": LABEL, "items": [{"value": "", "text": "Choose one"}, *ITEMS]},
    ),
    "radios": (
        {"type": "radio", "values": CHOICES},
        "radios",
        "govukRadios",
        {"idPrefix": "a", "fieldset": {"legend": LEGEND}, "items": ITEMS},
    ),
    "file": ({"type": "filepicker"}, "file-upload", "govukFileUpload", {"label": LABEL}),
    "date": (
        {"type": "datetime", "subtype": "date"},
        "date-input",
        "govukDateInput",
        {
            "fieldset": {"legend": LEGEND, "role": "group"},
            "items": [
                {
                    "id": "a" if part == "Day" else f"a-{part.lower()}",
                    "name": f"answer:a.{part.lower()}",
                    "label": part,
                    "classes": f"govuk-input--width-{width}",
                    "value": "",
                }
                for part, width in (("Day", 2), ("Month", 2), ("Year", 4))
            ],
        },
    ),
}
"""Of each kind: the component of a form, and the macro of the package with what it is given."""


@pytest.mark.parametrize("wrong", [False, True], ids=["untouched", "with an error"])
@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_question_is_marked_up_as_the_package_does(world: World, kind: str, wrong: bool) -> None:
    component, folder, macro, given = COMPONENTS[kind]
    params = {"id": "a", "name": "file:a" if kind == "file" else "answer:a", "hint": HINT, **given}
    if wrong:
        params["errorMessage"] = WRONG
    if wrong and kind == "date":
        for item in params["items"]:
            item["classes"] = f"{item['classes']} govuk-input--error"
    environment = Environment(loader=PackageLoader("govuk_frontend_jinja"), autoescape=True)
    environment = _named(environment)
    theirs = environment.from_string(
        f"{{% from 'govuk_frontend_jinja/components/{folder}/macro.html' import {macro} %}}"
        f"{{{{ {macro}(params) }}}}"
    ).render(params=params)
    assert list(_elements(_drawn(world, component, wrong))) == list(_elements(theirs))


def _named(environment: Environment) -> Environment:
    """Let the package's templates be found by the name that they use of each other."""
    from jinja2 import PrefixLoader

    assert environment.loader is not None
    environment.loader = PrefixLoader({"govuk_frontend_jinja": environment.loader})
    return environment


def _drawn(world: World, component: dict[str, Any], wrong: bool) -> str:
    asked = {
        "key": "a", "label": "Where", "description": HINT["text"],
        "validate": {"required": True}, **component,
    }  # fmt: skip
    content = {"type": "default", "id": "f", "components": [asked]}
    form, problems = parse_form(json.dumps(content).encode(), "f.form")
    assert form is not None, problems
    now = Evaluation(now=datetime(2026, 11, 28, tzinfo=UTC), zone=ZoneInfo("Europe/London"))
    errors = [FieldError("a", "required", WRONG["text"])] if wrong else []
    [control] = controls(form.present({}, now), errors)
    with world.app.test_request_context():
        template = world.app.jinja_env.from_string(
            '{% import "form.html" as form with context %}{{ form.draw(control) }}'
        )
        return template.render(control=control)


def _elements(markup: str) -> Iterator[tuple[Any, ...]]:
    """Yield each element with what makes it look and read as it does; hidden inputs left out."""
    for element in html.fromstring(f"<section>{markup}</section>").iterdescendants():
        if element.get("type") == "hidden":
            continue
        classes = sorted(set(str(element.get("class") or "").split()) - set(OURS_ALONE))
        text = " ".join((element.text or "").split())
        told = {
            name: element.get(name)
            for name in COMPARED
            if element.get(name) and name not in ("class", "value")
        }
        yield element.tag, classes, told, text
