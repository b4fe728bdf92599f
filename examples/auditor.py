"""An auditor checks an exported dossier.

Usage: python examples/auditor.py BUNDLE KEY

BUNDLE comes from `motcua audit export CODE --out BUNDLE`, KEY is the public half of the checkpoint
key. No database and no network are needed: everything that the entries pin is in the bundle.
"""

from __future__ import annotations

import json
import subprocess
import sys


def audit(*arguments: str) -> tuple[int, dict[str, object]]:
    """Run an audit command that answers in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "api", "audit", *arguments, "--json"],
        capture_output=True, text=True, check=False,
    )
    return done.returncode, json.loads(done.stdout)


def main(bundle: str, key: str) -> int:
    """Verify the chain against its signed checkpoint, then do the dossier again."""
    broken, verdict = audit("verify", "--bundle", bundle, "--key", key)
    print(f"{verdict['entries']} entries, {verdict['newer']} not yet signed", *verdict["broken"])
    differs, done = audit("replay", "--bundle", bundle)
    for entry in done["entries"]:
        mark = "same" if entry["same"] else "DIFFERS"
        print(f"{entry['number']:3} {entry['at']} {entry['command']:12} {mark}")
    return broken or differs


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
