"""An integrator works through a task list.

Usage: python examples/integrator.py URL PERSON ANSWERS.json

ANSWERS.json holds the answers by task element: {"Task_B1": {"papers_complete": true, ...}, ...}
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from client import change, session


def worklist(server: str, who: requests.Session) -> Iterator[dict[str, Any]]:
    """Yield every open task of one's desks, page by page, soonest due first."""
    query: dict[str, Any] = {"limit": 20}
    while True:
        page = who.get(f"{server}/api/v1/tasks", params=query, timeout=30).json()
        yield from page["items"]
        if not page["next"]:
            return
        query["cursor"] = page["next"]


def main(server: str, person: str, answers: str) -> None:
    """Claim and complete each task that there is an answer for."""
    known = json.loads(Path(answers).read_text(encoding="utf-8"))
    who = session(server, person)
    for task in worklist(server, who):
        if task["element"] not in known:
            print(f"left  {task['dossier']} {task['name']}, due {task['due']}")
            continue
        here = f"{server}/api/v1/tasks/{task['id']}"
        claimed = change(who, f"{here}/claim", task["etag"], json={})
        done = change(
            who, f"{here}/complete", claimed["etag"], json={"answers": known[task["element"]]},
        )
        print(f"done  {task['dossier']} {task['name']} → {done['standing']['status_label']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
