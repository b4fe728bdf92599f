"""Large drawings uploaded side by side are kept, and nobody waits for ever."""

from __future__ import annotations

import random
import string
from concurrent.futures import ThreadPoolExecutor

import town

from engine.clock import FixedClock
from engine.commands import UploadVersion
from engine.flow.confined import Confinement
from engine.office import Office
from engine.store import Store

CODE = "2.002755"
ROUNDS, CLIENTS = 3, 6


def large_drawing() -> dict[str, bytes]:
    text = "".join(random.Random(1).choices(string.ascii_letters, k=1_700_000))
    drawing = (
        '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:m="urn:motcua:bpmn:1" targetNamespace="u">'
        f'<b:process id="p" m:procedureCode="{CODE}"><b:documentation>{text}</b:documentation>'
        '<b:startEvent id="s"/><b:endEvent id="e"/>'
        '<b:sequenceFlow id="f" sourceRef="s" targetRef="e"/></b:process></b:definitions>'
    )
    return {"large.bpmn": drawing.encode()}


def test_megabytes_beside_small_uploads_are_all_committed(store: Store, clock: FixedClock) -> None:
    # Without child processes: what is tried here is the archive.
    office = Office(store, clock, Confinement(lambda work, _: work()))
    uploads = [large_drawing(), town.pack_files("p088")] * (CLIENTS // 2) * ROUNDS
    with ThreadPoolExecutor(CLIENTS) as clients:
        futures = [
            clients.submit(office.execute, UploadVersion(CODE, files), town.AUTHOR)
            for files in uploads
        ]
        numbers = [future.result(timeout=90).body["number"] for future in futures]
    assert sorted(numbers) == list(range(1, len(uploads) + 1))
