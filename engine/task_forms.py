"""The form of a user task: found by its diagram, filled with values and drafts, checked. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from engine.catalogue import Catalogue
from engine.content import FieldError, Form, PresentedComponent
from engine.execution import Execution, load
from engine.feel import Value, decode, from_json
from engine.model.actors import Actor
from engine.model.attachments import Attachment
from engine.model.errors import RemitError
from engine.model.process_definitions import Definition, DefinitionKind
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTask
from engine.process_engine import ProcessEngine
from engine.store import Transaction


class FormRefused(RemitError):
    """The submitted fields do not fit the task's form; `errors` says which and why."""

    code: ClassVar[str] = "form_refused"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        self.errors = errors
        names = ", ".join(dict.fromkeys(error.field for error in errors))
        super().__init__(f"Nothing was changed. Correct these fields and send again: {names}.")


@dataclass(frozen=True, slots=True)
class TaskForm:
    """What a task asks: its form (None: it asks nothing), values so far, and what to show of it.

    `source` is the form's own JSON, for a page that renders Camunda Forms itself; None where the
    caller draws what is `present`.
    """

    task: UserTask
    form: Form | None
    source: Mapping[str, Any] | None
    values: Mapping[str, Value]
    present: tuple[PresentedComponent, ...]
    attachments: tuple[Attachment, ...] = ()

    def filled(self, submitted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a submission as the form checks and presents it: files named by id are found."""
        return (
            submitted if self.form is None else _with_files(self.form, submitted, self.attachments)
        )


def task_form(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    execution: Execution,
    task: UserTask,
    by: Actor,
) -> TaskForm:
    """Return what an open task asks of the actor, with their draft over the values."""
    found = form_of(engine, tx, catalogue, execution, task)
    if found is None:
        return TaskForm(task, None, None, {}, ())
    draft = tx.drafts.get(task.id, by.user)
    variables = execution.variables(task.id)
    attached = _attached(tx, found, task)
    typed = (
        None
        if draft is None
        else _with_files(found, {name: decode(value) for name, value in draft.items()}, attached)
    )
    evaluation = engine.evaluation(catalogue, engine.clock.now())
    present = found.present(variables, evaluation, submitted=typed)
    return TaskForm(task, found, None, {**variables, **(typed or {})}, tuple(present), attached)


def _attached(tx: Transaction, found: Form, task: UserTask) -> tuple[Attachment, ...]:
    """Return the instance's files, for a form that asks for some."""
    return tx.attachments.of_instance(task.process_instance_id) if found.asks_for_files else ()


def _with_files(
    found: Form, submitted: Mapping[str, Any], attached: Sequence[Attachment]
) -> Mapping[str, Any]:
    if not found.asks_for_files:
        return submitted
    return found.with_files(submitted, {one.id: one.answer for one in attached})


def checked(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    submitted: Mapping[str, Any],
    execution: Execution,
    task: UserTask,
    now: datetime,
) -> Mapping[str, Value]:
    """Return the variables that a submission sets; raise FormRefused with what is wrong."""
    found = form_of(engine, tx, catalogue, execution, task)
    if found is None:
        return {name: from_json(value) for name, value in submitted.items()}
    result = found.validate(
        _with_files(found, submitted, _attached(tx, found, task)),
        execution.variables(task.id),
        engine.evaluation(catalogue, now),
    )
    if result.errors:
        raise FormRefused(tuple(result.errors))
    return result.values


def form_of(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    execution: Execution,
    task: UserTask,
) -> Form | None:
    """Return the form of a task as its diagram binds it, None when it asks nothing."""
    definition = form_definition(engine, tx, catalogue, execution, task)
    return None if definition is None else engine.catalogues.form(tx, definition)


def form_definition(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    execution: Execution,
    task: UserTask,
) -> Definition | None:
    """Return which version of a form a task asks with, None when it asks nothing."""
    if task.form_ref is None:
        return None
    spec = execution.process_of(task.id)
    asking = catalogue.version(DefinitionKind.PROCESS, spec.key, spec.version)
    reference = next(ref for ref in spec.form_refs if ref.element_id == task.element_id)
    return engine.catalogues.resolve(tx, catalogue, DefinitionKind.FORM, reference, within=asking)


def loaded(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    now: datetime,
) -> Execution:
    """Return an instance as it stands, to be looked at."""
    definition = catalogue.by_id[instance.process_definition_id]
    return load(
        engine.catalogues.process(tx, definition),
        instance.document,
        engine.surroundings(tx, catalogue, now),
    )
