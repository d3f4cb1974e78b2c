"""A set of files read and checked together, as one deployment would have them. Stores nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine import citation_checks, collected, connector_checks, procedure_checks
from engine.catalogue import Catalogue
from engine.content import (
    CLAUSES_FILE,
    Clauses,
    Form,
    Organisation,
    Template,
    not_set_up,
    parse_clauses,
    parse_form,
    parse_organisation,
    parse_template,
)
from engine.dmn import Model
from engine.dmn import parse as parse_decisions
from engine.execution import ProcessSpec, Reference
from engine.execution import parse as parse_processes
from engine.model.problems import Problem, Severity
from engine.model.process_definitions import DefinitionKind

ORGANISATION_FILE = "organisation.yaml"
LOOP_NAMES = frozenset(
    {"loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"}
)
"""What a multi-instance activity gives its instances by itself."""
NOT_SET_UP = f"{ORGANISATION_FILE} does not say how to send by {{channel}}: see channel_settings."
NOTICE_TOPIC = "notice"
"""The topic whose tasks tell a role something: their template and role are checked here."""


@dataclass(frozen=True)
class Part:
    """One definition that a file holds. `signature` differs when what it does may differ."""

    kind: DefinitionKind
    key: str
    name: str
    file: str
    signature: str
    version_tag: str | None = None


@dataclass(frozen=True)
class Bundle:
    """Files that were read together: what they define, and every problem found in them."""

    files: Mapping[str, bytes]
    organisation: Organisation | None = None
    clauses: Clauses | None = None
    processes: Mapping[str, ProcessSpec] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(
    files: Mapping[str, bytes], *, topics: Collection[str], known: Catalogue | None = None
) -> Bundle:
    """Read and check files together with what the organisation has already (`known`).

    `topics` are those that a handler serves. Every problem of every file is in the answer; files
    with errors define nothing.
    """
    return _Reader(files, frozenset(topics), known).bundle()


class _Reader:
    def __init__(
        self, files: Mapping[str, bytes], topics: frozenset[str], known: Catalogue | None
    ) -> None:
        self._files = files
        self._topics = topics
        self._known = known
        self._problems: list[Problem] = []
        self._processes: dict[str, ProcessSpec] = {}
        self._models: dict[str, Model] = {}
        self._forms: dict[str, Form] = {}
        self._templates: dict[str, Template] = {}
        self._parts: dict[tuple[DefinitionKind, str], Part] = {}
        self._organisation: Organisation | None = known.organisation if known else None
        self._clauses: Clauses | None = (known.clauses or None) if known else None
        self._complete = True

    def bundle(self) -> Bundle:
        self._read_organisation()
        for file, content in self._files.items():
            match PurePosixPath(file).suffix.lower():
                case ".bpmn":
                    self._read_processes(file, content)
                case ".dmn":
                    self._read_decisions(file, content)
                case ".form":
                    self._read_form(file, content)
                case ".md":
                    self._read_template(file, content)
                case _ if PurePosixPath(file).name not in (ORGANISATION_FILE, CLAUSES_FILE):
                    self._refuse(
                        "unknown_file",
                        "Remit deploys .bpmn, .dmn and .form files, notice templates (.md), "
                        f"{ORGANISATION_FILE} and {CLAUSES_FILE}. Leave this file out.",
                        file,
                    )
        for spec in self._processes.values():
            self._check_process(spec)
        self._check_procedures()
        self._check_names()
        self._check_citations()
        return Bundle(
            files=self._files,
            organisation=self._organisation,
            clauses=self._clauses,
            processes=self._processes,
            models=self._models,
            forms=self._forms,
            templates=self._templates,
            parts=tuple(self._parts.values()),
            problems=tuple(self._problems),
        )

    def _read_organisation(self) -> None:
        for file, content in self._files.items():
            if PurePosixPath(file).name == CLAUSES_FILE:
                self._clauses, problems = parse_clauses(content, file)
                self._problems += problems
        for file, content in self._files.items():
            if PurePosixPath(file).name == ORGANISATION_FILE:
                found, problems = parse_organisation(content, file, clauses=self._clauses)
                self._problems += problems
                self._organisation = found or self._organisation
                self._check_topics_once(file)

    def _check_topics_once(self, file: str) -> None:
        for topic in connector_checks.served_already(self._organisation, self._topics):
            self._refuse(
                "duplicate_topic",
                f"Remit itself serves the topic “{topic}”: name the connector's another way.",
                file,
            )

    def _read_processes(self, file: str, content: bytes) -> None:
        specs, problems = parse_processes(content, file=file)
        self._problems += problems
        self._complete &= bool(specs)
        for spec in specs:
            bound = any(
                reference.binding == "deployment"
                for reference in (*spec.form_refs, *spec.decision_refs, *spec.call_refs)
            )
            signature = self._signature(self._files.values() if bound else [content])
            if self._add(
                DefinitionKind.PROCESS, spec.key, spec.name, file, signature, spec.version_tag
            ):
                self._processes[spec.key] = spec

    def _read_decisions(self, file: str, content: bytes) -> None:
        others = {
            name: other
            for name, other in self._files.items()
            if name.lower().endswith(".dmn") and name != file
        }
        model, problems = parse_decisions(content, file=file, imports=others)
        self._problems += problems
        if model is None:
            self._complete = False
            return
        imports = b"import" in content
        signature = self._signature([content, *others.values()] if imports else [content])
        for decision in model.decisions.values():
            if self._add(DefinitionKind.DECISION, decision.id, decision.name, file, signature):
                self._models[decision.id] = model

    def _read_form(self, file: str, content: bytes) -> None:
        form, problems = parse_form(content, file)
        self._problems += problems
        if form is None:
            self._complete = False
        elif self._add(DefinitionKind.FORM, form.id, form.id, file, self._signature([content])):
            self._forms[form.id] = form

    def _read_template(self, file: str, content: bytes) -> None:
        template, problems = parse_template(content, file)
        self._problems += problems
        if template is None:
            self._complete = False
            return
        settings = self._organisation.channel_settings if self._organisation else None
        for channel in not_set_up([template.channels], settings):
            self._refuse("channel_not_set_up", NOT_SET_UP.format(channel=channel), file)
        signature = self._signature([content])
        if self._add(DefinitionKind.TEMPLATE, template.id, template.id, file, signature):
            self._templates[template.id] = template

    def _add(
        self,
        kind: DefinitionKind,
        key: str,
        name: str,
        file: str,
        signature: str,
        version_tag: str | None = None,
    ) -> bool:
        earlier = self._parts.get((kind, key))
        if earlier is not None:
            self._refuse(
                "duplicate_definition",
                f"The {kind} “{key}” is also defined in {earlier.file}. Give one of them another id.",
                file,
            )
            return False
        if max(len(key), len(file)) > 200:  # so much a key of any database holds
            self._refuse("too_long", "Ids and file names have at most 200 letters.", file)
            return False
        self._parts[kind, key] = Part(kind, key, name or key, file, signature, version_tag)
        return True

    def _check_process(self, spec: ProcessSpec) -> None:
        for kind, references in (
            (DefinitionKind.FORM, spec.form_refs),
            (DefinitionKind.FORM, (spec.start_form_ref,) if spec.start_form_ref else ()),
            (DefinitionKind.DECISION, spec.decision_refs),
            (DefinitionKind.PROCESS, (*spec.call_refs, *collected.processes(spec))),
        ):
            for reference in references:
                self._check_reference(spec, kind, reference)
        for element_id, topic in spec.topics.items():
            self._check_topic(spec, element_id, topic)
            if topic == NOTICE_TOPIC:
                self._check_notice(spec, element_id)
        for element_id, message in collected.incomplete(spec):
            self._refuse("incomplete_collection", message, spec.file, spec, element_id)
        self._check_groups(spec)

    def _check_reference(
        self, spec: ProcessSpec, kind: DefinitionKind, reference: Reference
    ) -> None:
        here = (kind, reference.key) in self._parts
        before = self._known is not None and bool(self._known.versions(kind, reference.key))
        if here or (before and reference.binding != "deployment"):
            return
        # A file with errors may be the one that defines it: its own problems come first.
        if not self._complete:
            return
        self._refuse(
            f"missing_{kind}",
            f"There is no {kind} “{reference.key}”: deploy it together with this diagram, "
            "or correct the name.",
            spec.file,
            spec,
            reference.element_id,
        )

    def _check_topic(self, spec: ProcessSpec, element_id: str, topic: str) -> None:
        served = connector_checks.served(self._organisation) if self._organisation else None
        if topic in self._topics or served is None or topic in served:
            return
        self._refuse(
            "missing_handler",
            f"Nothing serves the topic “{topic}”. Remit itself serves {', '.join(sorted(self._topics))}; "
            f"a topic that a program outside serves is listed in {ORGANISATION_FILE} under "
            "external_topics, one that asks another system under connectors.",
            spec.file,
            spec,
            element_id,
        )

    def _check_notice(self, spec: ProcessSpec, element_id: str) -> None:
        """Refuse a notice that names a template or a role there is not, before it is ever sent."""
        inputs = spec.literal_inputs.get(element_id, {})
        template, role = inputs.get("template"), inputs.get("to")
        if template is not None:
            reference = Reference(element_id, template)
            self._check_reference(spec, DefinitionKind.TEMPLATE, reference)
        if role is not None and self._organisation and self._organisation.role(role) is None:
            known = ", ".join(sorted(found.id for found in self._organisation.roles))
            self._refuse(
                "unknown_role",
                f"The notice goes to “{role}”, which is no role. Roles are listed in "
                f'{ORGANISATION_FILE}: {known}. Several roles are a FEEL list: = ["a", "b"].',
                spec.file,
                spec,
                element_id,
            )

    def _check_procedures(self) -> None:
        """Warn of what people are offered to report and nothing here begins."""
        if self._organisation is None or not self._processes or not self._complete:
            return
        for file in self._files:
            if PurePosixPath(file).name == ORGANISATION_FILE:
                for code, message in procedure_checks.found(
                    self._organisation, self._processes, self._known
                ):
                    self._refuse(code, message, file, severity=Severity.WARNING)

    def _check_names(self) -> None:
        """Warn of variables that nothing of these files ever writes: a name may be misspelt."""
        if not self._complete or not self._defines_all_forms():
            return
        written = set(LOOP_NAMES)
        for spec in self._processes.values():
            written.update(*spec.written_names.values())
            written |= connector_checks.written(self._organisation, spec)
        written |= {name for spec in self._processes.values() for name in spec.given_names}
        written |= {name for form in self._forms.values() for name in form.writes}
        for spec in self._processes.values():
            asked = connector_checks.read(self._organisation, spec)
            read = [
                (owner, names | collected.variables(spec, owner))
                for owner, names in spec.read_names.items()
            ]
            for owner, names in (*read, *asked):
                for name in sorted(names - written):
                    self._refuse(
                        "unknown_variable",
                        f"Nothing in these files gives the variable “{name}” a value. Unless the "
                        "start or a message brings it, correct its name.",
                        spec.file,
                        spec,
                        owner,
                        Severity.WARNING,
                    )

    def _defines_all_forms(self) -> bool:
        return all(
            reference.key in self._forms
            for spec in self._processes.values()
            for reference in spec.form_refs
        )

    def _check_groups(self, spec: ProcessSpec) -> None:
        if self._organisation is None:
            return
        known = {role.id for role in self._organisation.roles}
        for group in sorted({*spec.candidate_groups, *spec.candidate_starter_groups} - known):
            self._refuse(
                "unknown_role",
                f"No role is called “{group}”. Roles are listed in {ORGANISATION_FILE}: "
                f"{', '.join(sorted(known))}.",
                spec.file,
                spec,
                spec.group_elements.get(group, spec.key),
            )

    def _check_citations(self) -> None:
        if self._clauses is None:
            return
        files = {of: part.file for of, part in self._parts.items()}
        cited = citation_checks.citations(self._processes, self._models, self._templates, files)
        self._problems.extend(citation_checks.unknown(cited, self._clauses))

    def _refuse(
        self,
        code: str,
        message: str,
        file: str,
        spec: ProcessSpec | None = None,
        element_id: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        element = spec.elements.get(element_id or "") if spec else None
        self._problems.append(
            Problem(
                severity,
                code,
                message,
                file,
                element_id,
                element.line if element else None,
                element.column if element else None,
            )
        )

    @staticmethod
    def _signature(contents: Iterable[bytes]) -> str:
        digest = hashlib.sha256()
        for content in contents:
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()
