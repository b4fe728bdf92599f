"""A department has a version approved.

Usage: python examples/department.py URL DRAWING.bpmn [FORM ...]
"""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from client import change, session

AUTHOR, APPROVER = "soan-quy-trinh", "duyet-quy-trinh"


def main(server: str, *paths: str) -> None:
    """Upload, submit, approve as another person, publish from today on."""
    drawing = next(Path(p) for p in paths if p.endswith(".bpmn"))
    code = re.search(r'procedureCode="([^"]+)"', drawing.read_text(encoding="utf-8"))[1]
    versions = f"{server}/api/v1/procedures/{code}/versions"
    author, approver = session(server, AUTHOR), session(server, APPROVER)
    files = [("file", (Path(p).name, Path(p).read_bytes())) for p in paths]

    version = change(author, versions, files=files)
    for finding in version["findings"]:
        print(f"{finding['severity']:7} {finding['message']['en']}")
    here = f"{versions}/{version['number']}"
    change(author, f"{here}/submit", json={})
    today = datetime.now(timezone(timedelta(hours=7))).date().isoformat()
    change(approver, f"{here}/approve", json={"decision": "01/QĐ-VD", "decision_date": today})
    done = change(approver, f"{here}/publish", json={"effective_from": today})
    print(f"{code} v{done['number']} {done['state']} from {done['effective_from']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
