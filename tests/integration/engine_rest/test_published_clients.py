"""Workers made with the published clients of Camunda and Operaton, their own code, on a live service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pycamunda.deployment
import pycamunda.externaltask
import pycamunda.message
import pycamunda.processdef
import pycamunda.processinst
import pytest
import requests
from camunda.client.engine_client import EngineClient
from camunda.external_task.external_task import ExternalTask, TaskResult
from camunda.external_task.external_task_worker import ExternalTaskWorker

from tests.integration.engine_rest.council import Council, Live
from tests.integration.engine_rest.javascript import NODE, installed

CLIENTS = Path(__file__).parent / "clients"
JAVASCRIPT = ("camunda-external-task-client-js", "3.1.0")


def test_the_javascript_client(live: Live) -> None:
    package = installed(*JAVASCRIPT)
    council = live.council
    started = {key: council.starts(business_key=key) for key in ("completes", "fails", "errs")}
    program = [str(NODE), str(CLIENTS / "worker.mjs")]
    with _running(program, live, CLIENT=str(package / "index.js")) as said:
        _wait(lambda: _user_tasks(council) == 3, said)
        # This one comes while the worker waits.
        started["unlocks"] = council.starts(business_key="unlocks")
        began = time.monotonic()
        _wait(lambda: _user_tasks(council) == 4, said)
        assert time.monotonic() - began < 15  # a poll that nothing woke takes 20
    assert [council.open_task(one) for one in started.values()] == [
        "check", "check", "read", "check",
    ]  # fmt: skip
    assert {one["what"] for one in said} == {
        "subscribed", "complete", "handleFailure", "handleBpmnError", "extendLock", "unlock",
    }  # fmt: skip
    assert council.variables(started["errs"])["reason"] == "blank"
    found = council.get(f"/process-instance/{started['completes']}/variables").json
    facts = json.loads(found.pop("facts")["value"])
    assert facts == {"shelves": [1, 2], "report": "A shelf fell.", "length": 13}
    assert {name: (one["type"], one["value"]) for name, one in found.items()} == {
        "report": ("String", "A shelf fell."),
        "verdict": ("String", "minor"),
        "score": ("Integer", 3),
        "ratio": ("Double", 0.25),
        "urgent": ("Boolean", True),
        "nothing": ("Null", None),
        "seen_at": ("Date", "2026-12-23T09:30:00.000+0000"),
        "marked": ("String", "red"),
    }


def test_the_python_client_of_camunda(live: Live) -> None:
    council = live.council
    config = {
        "auth_bearer": {"access_token": council.secret},
        "maxTasks": 3,
        "asyncResponseTimeout": 3000,
    }
    client = EngineClient(live.url, config)
    started = {
        key: client.start_process("assessment", {"report": "A shelf fell."}, business_key=key)[
            "id"
        ]
        for key in ("completes", "fails", "errs")
    }

    def act(task: ExternalTask) -> TaskResult:
        assert task.get_variable("report") == "A shelf fell."
        if task.get_business_key() == "errs":
            return task.bpmn_error("unreadable", "no words", {"reason": "blank"})
        if task.get_business_key() == "fails" and task._context["retries"] is None:
            return task.failure("no network", "at line 1", max_retries=1, retry_timeout=0)
        return task.complete({"verdict": "minor", "facts": {"a": [1]}}, {"mark": "red"})

    worker = ExternalTaskWorker("python", live.url, config)
    worker.fetch_and_execute("assess", act)
    worker.fetch_and_execute("assess", act)
    assert [council.open_task(one) for one in started.values()] == ["check", "check", "read"]
    assert council.variables(started["completes"]) == {
        "report": "A shelf fell.",
        "verdict": "minor",
        "facts": '{"a": [1]}',
        "marked": "red",
    }
    assert council.variables(started["errs"])["reason"] == "blank"
    assert len(client.get_process_instance("assessment")) == 3
    [result] = client.correlate_message(
        "assessment.wanted", business_key="by-message", process_variables={"report": "Wanted."}
    )
    assert result["processInstance"]["businessKey"] == "by-message"


def test_pycamunda(live: Live) -> None:
    council = live.council

    def call(request: Any) -> Any:
        request.auth = requests.auth.HTTPBasicAuth("anybody", council.secret)
        return request()

    deployment = pycamunda.deployment.Create(live.url, name="by pycamunda")
    deployment.add_resource((CLIENTS.parent / "content" / "assessment.bpmn").open("rb"))
    assert call(deployment).name == "by pycamunda"
    start = pycamunda.processdef.StartInstance(live.url, key="assessment", business_key="P-1")
    start.add_variable("report", "A shelf fell.", type_="String")
    instance = call(start)

    fetch = pycamunda.externaltask.FetchAndLock(
        live.url, "pycamunda", 5, async_response_timeout=500
    )
    fetch.add_topic("assess", 20_000, variables=["report"])
    [task] = call(fetch)
    assert task.variables["report"].value == "A shelf fell."
    assert task.lock_expiration_time.isoformat() == "2026-12-23T10:00:20+00:00"
    call(pycamunda.externaltask.ExtendLock(live.url, task.id_, 60_000, "pycamunda"))
    # It would ask for error details without its own credentials.
    wanted = pycamunda.externaltask.GetList(
        live.url, worker_id="pycamunda", request_error_details=False
    )
    [listed] = call(wanted)
    assert listed.id_ == task.id_
    call(pycamunda.externaltask.Unlock(live.url, task.id_))
    [task] = call(fetch)
    call(
        pycamunda.externaltask.HandleFailure(
            live.url, task.id_, "pycamunda", "no network", "at line 1", retries=1, retry_timeout=0
        )
    )
    [again] = call(fetch)
    assert (again.retries, again.error_message) == (1, "no network")
    complete = pycamunda.externaltask.Complete(live.url, again.id_, "pycamunda")
    complete.add_variable("verdict", "minor", type_="String")
    call(complete)
    assert council.open_task(instance.id_) == "check"
    assert call(pycamunda.processinst.Get(live.url, instance.id_)).business_key == "P-1"
    assert call(pycamunda.processdef.Get(live.url, key="assessment")).key == "assessment"

    other = council.starts(business_key="P-2")
    [task] = call(fetch)
    error = pycamunda.externaltask.HandleBPMNError(
        live.url, task.id_, "pycamunda", "unreadable", "no words"
    )
    call(error)
    assert council.open_task(other) == "read"
    with pytest.raises(pycamunda.NotFound):
        call(complete)


def test_operaton_tasks(live: Live) -> None:
    council = live.council
    started = {key: council.starts(business_key=key) for key in ("completes", "fails", "errs")}
    program = [sys.executable, str(CLIENTS / "operaton_worker.py")]
    with _running(program, live, LIMIT="99") as said:
        _wait(lambda: _user_tasks(council) == 2 and _failed(council), said)
        council.world.passes(timedelta(seconds=1))
        _wait(lambda: _user_tasks(council) == 3, said)
        started["later"] = council.starts(business_key="later")
        _wait(lambda: _user_tasks(council) == 4, said)
    assert [council.open_task(one) for one in started.values()] == [
        "check", "check", "read", "check",
    ]  # fmt: skip
    assert council.variables(started["later"])["marked"] == "red"


@contextmanager
def _running(program: list[str], live: Live, **environment: str) -> Iterator[list[dict[str, Any]]]:
    """Run a worker; yields what it says, a list that grows with each JSON line."""
    process = subprocess.Popen(
        program,
        env={
            **os.environ,
            "BASE_URL": live.url,
            "TOKEN": live.council.secret,
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[dict[str, Any]] = []
    assert process.stdout is not None
    lines = process.stdout

    def listen() -> None:
        said.extend(json.loads(line) if line[0] == "{" else {"said": line} for line in lines)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield said
    finally:
        process.terminate()
        process.wait(10)
        listener.join(5)


def _wait(holds: Callable[[], bool], said: list[dict[str, Any]], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"the worker said {said[-20:]}"
        time.sleep(0.02)


def _failed(council: Council) -> bool:
    return any(task["errorMessage"] for task in council.get("/external-task").json)


def _user_tasks(council: Council) -> int:
    return len(council.world.caller().get("/user-tasks", state="open").json["items"])
