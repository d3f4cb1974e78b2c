"""Files go live together, or nothing of them is kept."""

from __future__ import annotations

import pytest

from engine import deployments, process_definitions
from engine.model.actors import NotAllowed, system_actor
from engine.model.people import OrganisationNotFound
from engine.model.problems import DeploymentRefused
from engine.model.process_definitions import (
    DefinitionKind,
    DefinitionNotFound,
    DefinitionState,
    DefinitionSuspended,
)
from tests.integration.engine.acme import (
    END,
    EVERYTHING,
    ONE_TASK,
    ORGANISATION,
    START,
    Acme,
    diagram,
    flow,
    service_task,
    user_task,
)

BROKEN = ONE_TASK.replace(b'targetRef="end"', b'targetRef="nowhere"')


def test_a_new_file_is_version_1_and_the_same_again_is_still_version_1(acme: Acme) -> None:
    first = acme.deploy(p_bpmn=ONE_TASK)
    again = acme.deploy(p_bpmn=ONE_TASK)
    assert [d.version for d in first.process_definitions] == [1]
    assert [d.id for d in again.process_definitions] == [d.id for d in first.process_definitions]


def test_a_changed_file_is_a_new_version_that_starts_instances_at_once(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    old = acme.start()
    acme.deploy(p_bpmn=ONE_TASK.replace(b'name="ask"', b'name="Ask nicely"'))
    new = acme.start(business_key="A-2")
    assert (old.version, new.version) == (1, 2)
    assert acme.instance(old.id).version == 1


def test_a_deployment_with_one_bad_file_leaves_nothing_of_the_good_one(acme: Acme) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        acme.deploy(p_bpmn=ONE_TASK, q_bpmn=BROKEN.replace(b'id="p"', b'id="q"'))
    errors = [p for p in refused.value.problems if p.severity == "error"]
    assert {problem.file for problem in errors} == {"q.bpmn"}
    for key in ("p", "q"):
        with pytest.raises(DefinitionNotFound):
            process_definitions.versions(acme.engine, by=acme.by, key=key, page=EVERYTHING)
    assert len(deployments.listing(acme.engine, by=acme.by, page=EVERYTHING).items) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (user_task("t", 'camunda:formRef="missing"'), "missing_form"),
        (user_task("t", 'camunda:candidateGroups="nobody"'), "unknown_role"),
        (service_task("t", "unheard_of"), "missing_handler"),
        ('<bpmn:callActivity id="t" name="t" calledElement="missing"/>', "missing_process"),
        (
            '<bpmn:businessRuleTask id="t" name="t" camunda:decisionRef="missing" '
            'camunda:resultVariable="r"/>',
            "missing_decision",
        ),
    ],
)
def test_what_a_diagram_refers_to_must_be_there(acme: Acme, body: str, code: str) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        acme.deploy(p_bpmn=diagram(START + body + END + flow("start", "t", "end")))
    found = [problem for problem in refused.value.problems if problem.code == code]
    assert found, refused.value
    assert found[0].file == "p.bpmn"


def test_a_problem_names_file_element_line_and_column(acme: Acme) -> None:
    source = ONE_TASK.replace(b"<bpmn:userTask", b'\n   <bpmn:userTask camunda:formRef="f"')
    with pytest.raises(DeploymentRefused) as refused:
        acme.deploy(p_bpmn=source)
    problem = refused.value.problems[0]
    assert (problem.file, problem.element_id, problem.line) == ("p.bpmn", "ask", 2)
    assert problem.column == 4


def test_a_file_that_remit_does_not_know_is_refused(acme: Acme) -> None:
    with pytest.raises(DeploymentRefused, match="Leave this file out"):
        acme.deploy(notes_docx=b"PK")


def test_two_processes_of_one_key_in_a_deployment_are_refused(acme: Acme) -> None:
    with pytest.raises(DeploymentRefused, match="also defined in"):
        acme.deploy(a_bpmn=ONE_TASK, b_bpmn=ONE_TASK)


def test_an_organisation_is_made_from_its_own_file_only(acme: Acme) -> None:
    with pytest.raises(OrganisationNotFound):
        deployments.deploy(acme.engine, by=system_actor("other"), files={"p.bpmn": ONE_TASK})
    yaml = acme.engine.store
    with yaml.reading("acme") as tx:
        stored = tx.organisations.get()
    assert stored is not None
    with pytest.raises(DeploymentRefused, match="content of acme"):
        deployments.deploy(
            acme.engine, by=system_actor("other"), files={"organisation.yaml": stored.source}
        )


def test_an_administrator_goes_back_to_an_earlier_version(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.deploy(p_bpmn=ONE_TASK.replace(b'name="ask"', b'name="Ask nicely"'))
    process_definitions.activate(acme.engine, by=acme.by, key="p", version=1)
    assert acme.start().version == 1
    states = process_definitions.versions(acme.engine, by=acme.by, key="p", page=EVERYTHING)
    assert [d.state for d in states.items] == [DefinitionState.INACTIVE, DefinitionState.ACTIVE]


def test_a_suspended_version_starts_nothing(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    process_definitions.suspend(acme.engine, by=acme.by, key="p", version=1)
    with pytest.raises(DefinitionSuspended):
        acme.start()


def test_versions_are_compared_by_element(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    acme.deploy(
        p_bpmn=diagram(
            START
            + user_task("ask", 'camunda:candidateGroups="head"')
            + user_task("check")
            + END
            + flow("start", "ask", "check", "end")
        )
    )
    found = process_definitions.compare(
        acme.engine, by=acme.by, key="p", from_version=1, to_version=2
    )
    assert {change.element_id for change in found.added} == {"check", "ask_check", "check_end"}
    assert [change.element_id for change in found.removed] == ["ask_end"]
    assert [(change.element_id, change.what) for change in found.changed] == [
        ("ask", ("behaviour",))
    ]


def test_the_diagram_comes_back_byte_for_byte(acme: Acme) -> None:
    acme.deploy(p_bpmn=ONE_TASK)
    assert process_definitions.xml(acme.engine, by=acme.by, key="p", version=1) == ONE_TASK


def test_staff_do_not_deploy(acme: Acme) -> None:
    with pytest.raises(NotAllowed):
        deployments.deploy(
            acme.engine, by=acme.person("ann", "worker"), files={"p.bpmn": ONE_TASK}
        )


def test_an_unchanged_diagram_bound_to_its_deployment_moves_with_what_it_calls(acme: Acme) -> None:
    caller = diagram(
        START + '<bpmn:callActivity id="call" name="call" calledElement="q" '
        'camunda:calledElementBinding="deployment"/>' + END + flow("start", "call", "end")
    )
    called = ONE_TASK.replace(b'id="p"', b'id="q"')
    acme.deploy(p_bpmn=caller, q_bpmn=called)
    old = acme.start()
    acme.deploy(p_bpmn=caller, q_bpmn=called.replace(b'name="ask"', b'name="Ask nicely"'))
    acme.start(business_key="A-2")
    names = {task.business_key: task.name for task in _tasks(acme)}
    assert names == {"A-1": "ask", "A-2": "Ask nicely"}
    with acme.engine.reading("acme") as tx:
        catalogue = acme.engine.catalogues.of(tx)
    assert len(catalogue.versions(DefinitionKind.PROCESS, "p")) == 2
    assert old.version == 1


def _tasks(acme: Acme):
    from engine import user_tasks

    return user_tasks.listing(acme.engine, by=acme.by, page=EVERYTHING).items


def test_a_notice_must_name_a_template_and_a_role_that_exist(acme: Acme) -> None:
    inputs = {"template": "nowhere", "to": "nobody"}
    with pytest.raises(DeploymentRefused) as refused:
        acme.deploy(
            p_bpmn=diagram(
                START + service_task("tell", "notice", inputs) + END + flow("start", "tell", "end")
            )
        )
    codes = {(problem.code, problem.element_id) for problem in refused.value.problems}
    assert {("missing_template", "tell"), ("unknown_role", "tell")} <= codes


def test_a_variable_that_nothing_writes_is_a_warning_and_one_that_a_form_writes_is_not(
    acme: Acme,
) -> None:
    form = b'{"schemaVersion": 16, "type": "default", "id": "f", "components": [%s]}' % (
        b'{"type": "textfield", "key": "place", "label": "Where?"}'
    )
    body = (
        START
        + user_task("ask", 'camunda:candidateGroups="worker" camunda:formRef="f"')
        + service_task("call", "call_out", {"place": "= place", "time": "= tiem"})
        + END
        + flow("start", "ask", "call", "end")
    )
    deployment = acme.deploy(p_bpmn=diagram(body), f_form=form)
    found = [w for w in deployment.warnings if w.code == "unknown_variable"]
    assert [(w.element_id, "tiem" in w.message) for w in found] == [("call", True)]


def test_a_role_that_nobody_holds_is_shown_at_the_element_that_names_it(acme: Acme) -> None:
    body = user_task("t", 'camunda:candidateGroups="nobody"')
    with pytest.raises(DeploymentRefused) as refused:
        acme.deploy(p_bpmn=diagram(START + body + END + flow("start", "t", "end")))
    (problem,) = (p for p in refused.value.problems if p.code == "unknown_role")
    assert problem.element_id == "t"
    assert problem.line
    assert problem.column


def test_a_start_form_that_is_not_there_is_refused(acme: Acme) -> None:
    start = '<bpmn:startEvent id="start" camunda:formRef="missing"/>'
    with pytest.raises(DeploymentRefused) as refused:
        acme.deploy(p_bpmn=diagram(start + END + flow("start", "end")))
    assert "missing_form" in {problem.code for problem in refused.value.problems}


def test_a_procedure_that_people_are_offered_and_nothing_begins_is_a_warning(acme: Acme) -> None:
    offered = (ORGANISATION + "  - {key: q, name: Quick report, message: q.started}\n").encode()
    deployment = acme.deploy(organisation_yaml=offered, p_bpmn=ONE_TASK)
    found = {w.code: w for w in deployment.warnings if w.file == "organisation.yaml"}
    assert "Quick report" in found["unknown_procedure"].message
    assert "p.started" in found["unknown_message"].message  # p has a plain start event alone


def test_a_procedure_that_was_deployed_before_is_there(acme: Acme) -> None:
    acme.deploy(q_bpmn=diagram(START + END + flow("start", "end"), key="q"))
    offered = (ORGANISATION + "  - {key: q, name: Quick report, message: q.started}\n").encode()
    deployment = acme.deploy(organisation_yaml=offered, p_bpmn=ONE_TASK)
    assert "unknown_procedure" not in {w.code for w in deployment.warnings}
