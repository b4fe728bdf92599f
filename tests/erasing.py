"""A dossier that went through two nodes with somebody's name everywhere, and how it is erased."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from typing import Any

import town
from linked import Site
from linked_drawings import CERTIFICATE, PRIVATE, RESULT, WITH_PAPERS
from papers_linked import counter, hand_in, make

from engine.audit import desk
from engine.audit.signing import Seal
from engine.audit.verify import Verdict
from engine.commands import PerformAct, RegisterDossier
from engine.paperwork import ErasePersonal
from engine.store import Connection
from engine.store.sweeping import take_away

#: What must not be found any more: her name, her number, and her name as files are called.
NAME, NUMBER, FILE = "Lò Thị Biếc", "040199012345", "Lo Thi Biec"
DECISION, BY = "12/QĐ-UBND", "Chủ tịch UBND"
BIRTH, TAX, DONE = (make.pdf(text=text) for text in ("sinh", "thuế", "thường trú"))
OFFICER = town.official(town.COMMUNE, "one_stop_officer")
#: The agency that keeps the records of each node.
AGENCIES = {
    "urn:test:commune": town.COMMUNE, "urn:test:police": town.POLICE,
    "urn:test:insurance": town.INSURANCE,
}


def registered(commune: Site) -> str:
    """A dossier of hers with two papers, at its first step."""
    command = RegisterDossier(
        WITH_PAPERS, town.COMMUNE, "direct", {"name": NAME, "id_number": NUMBER},
        {"note": f"của {NAME}"},
    )
    code = str(commune.office.execute(command, OFFICER).body["code"])
    for component, content in ((CERTIFICATE, BIRTH), (PRIVATE, TAX)):
        answer = hand_in(
            counter(commune), code, component, content, file_name=f"{FILE}.pdf",
            name=f"Giấy của {NAME}", key=f"{code}-{component}")
        assert answer.status_code == 201, answer.text
    return code


def step(site: Site, code: str, **answers: Any) -> None:
    """Complete the one task that stands open at a node, and deliver what it sends."""
    (task,) = site.open(code)
    site.complete(task, {"note": f"về {NAME}, số {NUMBER}", **answers})
    site.pump()


def act(site: Site, code: str, name: str, **content: Any) -> None:
    """Perform an act at the one-stop unit."""
    site.office.execute(PerformAct(code, name, content), OFFICER, if_match=frozenset({"*"}))


def over(commune: Site, police: Site) -> str:
    """A dossier of hers that went there and back, and whose result was returned."""
    code = registered(commune)
    step(commune, code)
    act(commune, code, "request-supplement", reason=f"{NAME} thiếu ảnh")
    act(commune, code, "receive-supplement", note=f"{NAME} đã nộp")
    commune.pump()
    police.fetch()
    answer = hand_in(site_desk(police), code, RESULT, DONE, file_name=f"{FILE} TT.pdf")
    assert answer.status_code == 201, answer.text
    step(police, code)
    commune.fetch()
    step(commune, code)
    step(commune, code)
    for site in (police, commune):
        site.pump()
    assert commune.dossier(code).standing.status == "returned"
    assert police.dossier(code).standing.status == "returned"
    return code


def site_desk(police: Site) -> Any:
    """A specialist of the police."""
    return police.person(town.POLICE, "specialist")


def erase(site: Site, code: str, *drops: str) -> dict[str, Any]:
    """Erase what is personal of a dossier at a node, as `motcua erase` does."""
    clerk = town.official(AGENCIES[site.identity.node], "records_clerk")
    done = dict(site.office.execute(ErasePersonal(code, DECISION, BY, drops), clerk).body)
    done["taken"] = [take_away(site.store, site.files, name) for name in done["files"]]
    return done


def verify(site: Site, key: Seal) -> Verdict:
    """What an auditor finds at a node, its files included, once it is sealed as it stands."""
    desk.add_checkpoint(site.store, site.clock.now(), key)
    return desk.verify_stored(site.store, key, files=site.files)


def found(connection: Connection, *needles: str) -> set[str]:
    """The columns of the whole database, of whatever schema and type, that hold any of these."""
    tables = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = "
        "'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')").fetchall()
    hit = set()
    for schema, table in tables:
        rows = connection.execute(
            f'SELECT to_jsonb(t) FROM "{schema}"."{table}" t')  # type: ignore[arg-type]
        hit |= {f"{table}.{name}" for (row,) in rows for name, value in row.items()
                if _holds(_raw(value), needles)}
    return hit


def _raw(value: object) -> bytes:
    if isinstance(value, str):
        return bytes.fromhex(value[2:]) if value.startswith("\\x") else value.encode()
    return json.dumps(value, ensure_ascii=False).encode()


@cache
def _holds(raw: bytes, needles: tuple[str, ...]) -> bool:
    """Whether a value has one of the texts in it: plain, escaped as JSON does, packed or base64."""
    wanted = [form for one in needles for form in (
        one.encode(), json.dumps(one)[1:-1].encode(), one.encode().hex().encode())]
    return any(word in form for form in _forms(raw) for word in wanted)


def _forms(raw: bytes) -> Iterator[bytes]:
    yield raw
    for start in range(min(len(raw), 4)):
        try:
            yield zlib.decompressobj().decompress(raw[start:])
        except zlib.error:
            continue
    for text in re.findall(rb"[A-Za-z0-9+/_-]{24,}", raw):
        plain = text.replace(b"-", b"+").replace(b"_", b"/")
        yield b64decode(plain[:len(plain) // 4 * 4])
