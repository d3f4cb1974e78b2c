"""`/deployments` and `/process-definitions`: what goes live, and which version starts."""

from __future__ import annotations

from io import BytesIO

from tests.integration.api.world import World, content


def test_a_changed_diagram_becomes_a_new_version_that_starts_new_instances(world: World) -> None:
    caller = world.caller("process_owner")
    changed = content()["harm.bpmn"].replace(b'name="Decide what to do"', b'name="Decide"')
    answer = caller.deploys({"harm.bpmn": changed})
    assert answer.status_code == 201, answer.text
    [definition] = answer.json["process_definitions"]
    assert (definition["key"], definition["version"], definition["state"]) == ("harm", 2, "active")
    assert answer.json["files"] == ["harm.bpmn"]
    assert (
        world.caller()
        .post("/process-instances", {"process_definition_key": "harm"})
        .json["version"]
        == 2
    )
    comparison = caller.get("/process-definitions/harm/compare", **{"from": 1, "to": 2}).json
    assert [change["element_id"] for change in comparison["changed"]] == ["decide"]
    assert comparison["added"] == comparison["removed"] == []


def test_an_earlier_version_can_be_activated_again_and_suspended(world: World) -> None:
    caller = world.caller()
    changed = content()["harm.bpmn"].replace(b'name="Decide what to do"', b'name="Decide"')
    caller.deploys({"harm.bpmn": changed})
    versions = caller.get("/process-definitions/harm/versions").json["items"]
    assert [(found["version"], found["state"]) for found in versions] == [
        (2, "active"),
        (1, "inactive"),
    ]
    assert caller.post("/process-definitions/harm/versions/1/activate").json["state"] == "active"
    started = caller.post("/process-instances", {"process_definition_key": "harm"}).json
    assert started["version"] == 1
    assert caller.post("/process-definitions/harm/versions/1/suspend").json["state"] == "suspended"
    refused = caller.post("/process-instances", {"process_definition_key": "harm", "version": 1})
    assert refused.status_code == 409
    assert caller.post("/process-definitions/harm/versions/9/activate").status_code == 404


def test_the_diagram_comes_back_byte_for_byte(world: World) -> None:
    answer = world.caller("compliance").get("/process-definitions/harm/versions/1/xml")
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    assert answer.data == content()["harm.bpmn"]


def test_a_diagram_that_cannot_run_is_refused_with_every_finding_and_its_place(
    world: World,
) -> None:
    broken = content()["harm.bpmn"].replace(b'= severity = "serious"', b"= severity = = 1")
    caller = world.caller("process_owner")
    answer = caller.deploys({"harm.bpmn": broken})
    assert answer.status_code == 422
    assert answer.json["code"] == "deployment_refused"
    [problem, *_] = [found for found in answer.json["problems"] if found["element_id"] == "f5"]
    assert problem["severity"] == "error"
    assert problem["file"] == "harm.bpmn"
    assert isinstance(problem["line"], int)
    assert problem["message"]
    assert "column" in problem
    assert len(caller.get("/deployments").json["items"]) == 1


def test_a_path_in_a_file_name_is_never_a_path(world: World) -> None:
    changed = content()["harm.bpmn"].replace(b'name="Decide what to do"', b'name="Decide"')
    for name in ("../../etc/harm.bpmn", "/harm.bpmn", "C:/harm.bpmn"):
        answer = world.caller().deploys({name: changed})
        assert answer.status_code == 201, answer.text
        assert answer.json["files"] == ["harm.bpmn"]


def test_no_file_a_nameless_file_and_a_file_sent_twice_are_refused(world: World) -> None:
    caller = world.caller()

    def codes(data: dict[str, object]) -> set[str]:
        answer = caller.client.post(
            caller.url("/deployments"),
            data=data,
            headers=caller.headers,
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422, answer.text
        return {problem["code"] for problem in answer.json["problems"]}

    assert codes({"name": "empty"}) == {"no_files"}
    twice = {"a": (BytesIO(b"x"), "a.form"), "b": (BytesIO(b"y"), "folder/a.form")}
    assert "file_twice" in codes(dict(twice))


def test_deployments_are_listed_latest_first(world: World) -> None:
    caller = world.caller("process_owner")
    [first] = caller.get("/deployments").json["items"]
    assert first["name"] == "first"
    assert first["deployed_by"] == "system"
    assert {found["key"] for found in first["process_definitions"]} == {"harm"}
