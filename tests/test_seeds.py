"""A run that makes things fail at random says by which seed, however many processes share it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from town import ROOT

#: A test that fails with the seed of the process that ran it.
PROBE = "from settling import SEED\n\ndef test_it():\n    assert SEED is None\n"


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize("given", [None, "4711"])
def test_the_seed_is_printed_is_the_same_in_every_process_and_can_be_given(
    processes: str, given: str | None,
) -> None:
    probe = ROOT / "tests" / f"probe_{os.getpid()}_{processes}_{given}.py"
    probe.write_text(PROBE, encoding="utf-8")
    clean = {k: v for k, v in os.environ.items()
             if k != "MOTCUA_SEED" and not k.startswith("PYTEST")}
    try:
        told = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", processes, "-p", "no:cacheprovider",
             str(probe)], cwd=ROOT, env={**clean, **({"MOTCUA_SEED": given} if given else {})},
            capture_output=True, text=True, check=False, timeout=120,
        ).stdout
    finally:
        probe.unlink()
    (seed,) = set(re.findall(r"^seed (\d+)", told, re.MULTILINE))
    assert f"assert {seed} is None" in told
    assert given in (None, seed)
