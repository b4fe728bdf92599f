"""Where the system's libraries are absent, PDF is refused with what to install; DOCX goes on."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

#: Runs in a Python of its own, in which weasyprint finds no Pango, as on a bare server.
BARE = """
import importlib.abc, json, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")

sys.meta_path.insert(0, Absent())
from flask import Flask
from api import problem
from engine.papers.docx import docx
from engine.papers.drawn import built_in
from engine.papers.page import page
from engine.papers.pdf import need_pdf, pdf
from engine.papers.samples import _SAMPLES

app = Flask("bare")
app.config["PROPAGATE_EXCEPTIONS"] = False
problem.register(app)
facts = _SAMPLES["receipt"]
app.add_url_rule("/pdf", "pdf", lambda: pdf(page("receipt", facts)))
answer = app.test_client().get("/pdf")
docx_bytes = docx(facts, built_in("receipt"), "receipt.docx")
print(json.dumps({"status": answer.status_code, "docx": docx_bytes[:2].decode(),
                  **json.loads(answer.get_data(as_text=True))}))
"""


def test_the_api_answers_501_and_names_the_packages_while_docx_is_still_printed() -> None:
    run = subprocess.run(
        [sys.executable, "-c", BARE], capture_output=True, text=True, check=False, timeout=60,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert (told["status"], told["code"], told["docx"]) == (501, "pdf-not-installed", "PK")
    assert "apt install libpango-1.0-0 libpangoft2-1.0-0" in told["detail_vi"]
    assert told["packages"][0] == "libpango-1.0-0"


def test_nothing_of_the_server_needs_the_libraries_until_a_pdf_is_asked_for() -> None:
    source = "import api.app, api.wiring, sys; print('weasyprint' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60,
    )
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("command", ["lint", "worktime"])
def test_commands_without_papers_load_none_of_what_prints(command: str) -> None:
    source = (
        f"import sys; from api.__main__ import main; main([{command!r}, '--help']); "
        "print(sorted({'docx', 'weasyprint', 'openpyxl'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60,
    )
    assert run.stdout.splitlines()[-1] == "[]"
