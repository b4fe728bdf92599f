"""A procedure with components in the town, and what its officials do with papers over HTTP."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import paper_files as make
import requests
from http_town import Person, Town
from town import COMMUNE, ROOT, bring_into_force

from engine.clock import FixedClock
from engine.office import Office

CODE = "SAMPLE.001"
FORM, RESULT, EARLIER, BUSINESS = "MAU.TK.000001", "MAU.KQ.000002", "MAU.KQ.000001", "MAU.DN.000001"
AN, BINH = "001234567890", "009876543210"
_TEMPLATE = ROOT / "examples" / "pack_template" / "motcua_sample_pack"
_OPENING = (b'{"type":"default","components":[{"type":"checkbox","key":"business",'
            b'"label":"H\\u1ed9 kinh doanh"}]}')
_MORE = (f'<motcua:component code="{BUSINESS}" name="Giấy đăng ký kinh doanh" '
         'class="earlier_result" copy="plain" count="2" when="business == true" />')


def files() -> dict[str, bytes]:
    """The sample pack's procedure with a start form and one more component, asked for by it."""
    drawn = (_TEMPLATE / "certify.bpmn").read_text(encoding="utf-8")
    drawn = drawn.replace("</bpmn:extensionElements>", f"{_MORE}</bpmn:extensionElements>", 1)
    drawn = drawn.replace(
        '<bpmn:startEvent id="Event_Submitted"',
        '<bpmn:startEvent id="Event_Submitted" motcua:form="opening"',
    )
    return {"certify.bpmn": drawn.encode(), "opening.form": _OPENING,
            "desk.form": (_TEMPLATE / "desk.form").read_bytes()}


def open_procedure(office: Office, clock: FixedClock) -> None:
    bring_into_force(office, CODE, files(), clock)


def register(here: Town, owner: str | None = AN, **answers: Any) -> str:
    person = {"name": "Nguyễn Văn An", **({"id_number": owner} if owner else {})}
    return str(here.register(CODE, applicant=person, answers=answers)["code"])


def needs(person: Person, code: str) -> dict[str, Any]:
    answer = person.get(f"/dossiers/{code}/components")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def item(person: Person, code: str, component: str) -> dict[str, Any]:
    told = needs(person, code)
    if component == "other":
        return dict(told["others"])
    return next(i for i in told["items"] if i["component"] == component)


def hand_in(
    person: Person, code: str, component: str, content: bytes | None = None, *,
    file_name: str = "scan.pdf", etag: str | None = None, key: str | None = None, **said: Any,
) -> requests.Response:
    """Add a paper, with a file or without; the ETag is read first where none is given."""
    headers = person.headers()
    headers["If-Match"] = f'"{etag or item(person, code, component)["etag"]}"'
    if key:
        headers["Idempotency-Key"] = key
    url = f"{person.base}/api/v1/dossiers/{code}/components/{component}"
    if content is None:
        return requests.post(url, json=said, headers=headers, timeout=30)
    parts: dict[str, Any] = {name: (None, str(value)) for name, value in said.items()}
    parts["file"] = (file_name, content)
    return requests.post(url, files=parts, headers=headers, timeout=30)


def act(person: Person, code: str, name: str, **content: Any) -> requests.Response:
    """Perform an act by hand on the dossier as it stands."""
    etag = person.get(f"/dossiers/{code}").json()["etag"]
    return person.post(f"/dossiers/{code}/acts/{name}", content, etag=etag)


def settle(here: Town, clock: FixedClock, code: str) -> None:
    """Accept, sign and return, as the three desks of the commune do."""
    for role, answers in (
        ("one_stop_officer", {"Gateway_B1": "Tiếp nhận"}), ("leader", {}),
        ("one_stop_officer", {}),
    ):
        clock.advance(timedelta(minutes=20))
        person = here.person(COMMUNE, role)
        task = here.task(person, code)
        done = person.post(
            f"/tasks/{task['id']}/complete", {"answers": answers}, etag=task["etag"],
        )
        assert done.status_code == 200, done.text


def stored(folder: Path) -> list[Path]:
    """Every file in the file store, whatever it is."""
    return sorted(p for p in (folder / "files").rglob("*") if p.is_file())


__all__ = ["make"]
