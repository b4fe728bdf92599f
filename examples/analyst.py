"""An analyst lints a drawing and rehearses it.

Usage: python examples/analyst.py DRAWING.bpmn
"""

from __future__ import annotations

import json
import subprocess
import sys


def motcua(*arguments: str) -> tuple[int, object]:
    """Run a command of motcua that answers in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "api", *arguments, "--json"], capture_output=True, text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def main(drawing: str) -> int:
    """Print the findings, then where each way through the drawing comes to rest."""
    failed, report = motcua("lint", drawing)
    for finding in report[0]["findings"]:
        print(f"{finding['severity']:7} line {finding['line']}  {finding['message']['en']}")
    if failed:
        return failed
    failed, played = motcua("play", drawing)
    for item in played["trace"]:
        print(f"{item['event']:9} {item['name'] or item['element']}")
    print(played["status"], [wait["element"] for wait in played["waiting"]])
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
