"""An integrator's machine does external tasks until nothing is left.

Usage: python examples/external_worker.py URL PERSON TOPIC

Each task is locked for this machine alone; the token of the lock goes with every answer. `stamp` is
where the work of your system stands: it gets the inputs that are drawn on the task, and returns the
result, or raises NotPossible with the code of an error that the diagram catches.
"""

from __future__ import annotations

import socket
import sys
import uuid
from typing import Any

import requests
from client import session

LOCK, WAIT, AGAIN = 60_000, 5_000, 30_000  # milliseconds


class NotPossible(Exception):
    """The work cannot be done for a reason that the diagram knows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def stamp(variables: dict[str, Any]) -> dict[str, Any]:
    """Do the work of one task."""
    if not variables.get("text"):
        raise NotPossible("nothing_to_stamp")
    return {"number": uuid.uuid4().hex[:8].upper()}


def fetch(server: str, who: requests.Session, topic: str) -> list[dict[str, Any]]:
    """Lock the next tasks, waiting some seconds for them."""
    answer = who.post(f"{server}/api/v1/external-tasks/fetch-and-lock", timeout=60, json={
        "workerId": socket.gethostname(), "maxTasks": 10, "asyncResponseTimeout": WAIT,
        "topics": [{"topicName": topic, "lockDuration": LOCK}],
    })
    answer.raise_for_status()
    return list(answer.json()["items"])


def work(task: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return what to tell of a task, and with which body."""
    try:
        return "complete", {"variables": stamp(task["variables"])}
    except NotPossible as error:
        return "bpmn-error", {"errorCode": error.code}
    except Exception as error:  # noqa: BLE001 - whatever it is, the next try may go well
        left = 2 if task["retries"] is None else task["retries"] - 1
        said = {"errorMessage": type(error).__name__, "retries": max(left, 0)}
        return "failure", {**said, "retryTimeout": AGAIN}


def main(server: str, person: str, topic: str) -> None:
    """Work through the tasks of a topic."""
    who = session(server, person)
    while tasks := fetch(server, who, topic):
        for task in tasks:
            what, body = work(task)
            answer = who.post(
                f"{server}/api/v1/external-tasks/{task['id']}/{what}", timeout=30,
                json={"lockToken": task["lockToken"], **body},
                headers={"Idempotency-Key": f"{task['lockToken']}-{what}"},
            )
            # 409: the lock ran out and another machine has the task, or its dossier is held.
            outcome = what if answer.ok else answer.json()["code"]
            print(f"{outcome}  {task['businessKey']} {task['activityId']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
