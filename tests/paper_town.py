"""Papers of real dossiers: P088 in the town, acts over the office, and what stands on the pages."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import town
from docx import Document
from pypdf import PdfReader

from engine.clock import FixedClock
from engine.commands import CompleteTask, PerformAct, RegisterDossier
from engine.errors import NotInstalled
from engine.office import Office
from engine.office.printing import Printed
from engine.office.result import dossier_etag, task_etag
from engine.papers.pdf import need_pdf
from engine.paperwork import PrintPaper
from engine.people import Actor
from engine.store import Store, dossiers, tasks

P088 = "2.002755"
APPLICANT = {
    "name": "Nguyễn Thị Ánh Tuyết", "id_number": "040185001234", "phone": "0912345678",
    "email": "tuyet@example.vn", "address": "Xóm Sen 2, xã Kim Liên, tỉnh Nghệ An",
}
ONE_STOP = town.official(town.COMMUNE, "one_stop_officer")


def can_print_pdf() -> None:
    """Skip the test, saying why, where the libraries of the system are absent."""
    try:
        need_pdf()
    except NotInstalled as refusal:
        pytest.skip(refusal.en)


def register(office: Office, **applicant: str) -> str:
    command = RegisterDossier(P088, town.COMMUNE, "direct", {**APPLICANT, **applicant})
    return str(office.execute(command, ONE_STOP).body["code"])


def act(office: Office, store: Store, code: str, name: str, **content: Any) -> None:
    with store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
    assert dossier is not None
    leader = town.official(town.COMMUNE)
    office.execute(
        PerformAct(code, name, content), leader, if_match=frozenset({dossier_etag(dossier)}),
    )


def play(office: Office, store: Store, clock: FixedClock, code: str, steps: int) -> None:
    """Complete the first steps of the happy path, twenty minutes each."""
    plan = town.walk("p088")["paths"]["happy"]
    for element in plan["order"][:steps]:
        clock.advance(timedelta(minutes=20))
        with store.reading() as connection:
            opened = [t for t in tasks.of_dossier(connection, code) if t.state == "open"]
        (task,) = [t for t in opened if t.element == element]
        official = town.official(task.agency, task.role or "specialist")
        office.execute(
            CompleteTask(task.id, plan["answers"][element][0]), official,
            if_match=frozenset({task_etag(task)}),
        )


def printed(
    office: Office, code: str, paper: str, how: str = "docx", actor: Actor = ONE_STOP,
    **more: Any,
) -> Printed:
    result = office.execute(PrintPaper(code, paper, how, **more), actor)
    assert isinstance(result, Printed)
    return result


def text_of(content: bytes) -> str:
    """The text of a PDF or DOCX, words apart by single spaces."""
    if content.startswith(b"%PDF"):
        pages = PdfReader(BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())
    document = Document(BytesIO(content))
    said = [p.text for p in document.paragraphs]
    for table in document.tables:
        said += [cell.text for row in table.rows for cell in row.cells]
    said += [p.text for p in document.sections[0].footer.paragraphs]
    return " ".join(" ".join(said).split())


def template_saying(*paragraphs: str) -> bytes:
    """A template as a department might write it: these paragraphs and nothing else."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
