"""Two nodes (hai nút): birth registration between a commune and the police, one killed on the way.

Each has processes and a database of its own; what the commune hands over while the police's node is
dead waits, is delivered when it lives again, and both prove the dossier to the end.
"""

from __future__ import annotations

import shutil
import tempfile
import time as clock
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from api.demo.client import Desk, Refused
from api.demo.force import bring_into_force
from api.demo.node import Node
from api.demo.playing import Say, Stage
from api.demo.script import COMMUNE, POLICE, Play, town, walk
from api.demo.time import OfficeTime

PLAY = Play("m001", "happy", COMMUNE, "Lê Văn Bảo", "Khai sinh liên thông giữa hai nút")
#: The police's node is killed before the step that hands over to it.
DIES_BEFORE, LIVES_AGAIN_BEFORE = "Task_B3", "Task_Check"
#: The component that the drawing hands over to the police, and the registrar's scan of it.
CERTIFICATE = "KQ.G15.000015"
_SCAN = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
#: Seconds until the police must have fetched it.
_PATIENCE = 20.0


class Pair:
    """The commune's node and the police's; they get ready beside what is shown before them."""

    def __init__(self) -> None:
        # Folders with short paths, as sockets stand in them.
        homes = [Path(tempfile.mkdtemp(prefix="motcua-")) for _ in range(2)]
        self.time = OfficeTime(homes[0] / "clock")
        self.commune = Node("xa", homes[0], homes[0] / "clock")
        self.police = Node("cong-an", homes[1], homes[0] / "clock")
        self._homes, self._pool = homes, ThreadPoolExecutor(2)
        self._opened: list[Future[None]] = []

    def open(self) -> None:
        """Begin to get both ready, without waiting."""
        self._opened = [self._pool.submit(self._open, n) for n in (self.commune, self.police)]

    def opened(self) -> None:
        """Wait until both are ready, and link them; raise what kept them from it."""
        for one in self._opened:
            one.result()
        _link(self.commune, self.police, POLICE)
        _link(self.police, self.commune, COMMUNE)

    def close(self) -> None:
        """End both, and remove what they kept."""
        wait(self._opened)
        list(self._pool.map(Node.end, (self.commune, self.police)))
        self._pool.shutdown()
        for home in self._homes:
            shutil.rmtree(home, ignore_errors=True)

    def _open(self, node: Node) -> None:
        node.prepare()
        node.start()
        node.ready()
        desks = {p["id"]: node.desk(p) for p in town()["people"]}
        bring_into_force(PLAY.folder, desks, self.time)


def play_linked(pair: Pair, say: Say) -> bool:
    """Play the dossier; return whether it was returned, and whether both nodes prove it."""
    pair.opened()
    commune, police = pair.commune, pair.police
    say("   Hai nút, mỗi nút một cơ sở dữ liệu, một máy chủ, một tiến trình nền / "
        f"two nodes: {commune.id}, {police.id}")
    code = _perform(commune, police, pair.time, say)
    say(f"   {_handed_over(police, code)}")
    status = commune.desk(_person("xa-mot-cua")).get(f"/dossiers/{code}")["status_name"]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda node: _proven(node, code), (commune, police)))
    for lines, _ in found:
        for line in lines:
            say(f"   {line}")
    return status == "returned" and all(whole for _, whole in found)


def _link(here: Node, other: Node, agency: str) -> None:
    here.motcua("node", "add", other.id, "--embedded", "--url", other.address, "--private",
                "--procedures", walk(PLAY).procedure, "--agencies", agency)


def _perform(commune: Node, police: Node, time: OfficeTime, say: Say) -> str:
    desks = {p["id"]: commune.desk(p) for p in town()["people"]}
    desks["cong-an"] = police.desk(_person("cong-an"))
    alive = {key: desk for key, desk in desks.items() if key != "cong-an"}
    path = walk(PLAY)
    stage = Stage(desks, time, say, patience=30.0)
    code = stage.register(PLAY, path)
    say(f"\n   {code}  {PLAY.title}")

    def before(element: str) -> None:
        if element == DIES_BEFORE:
            _scan(desks["xa-chuyen-vien"], code)
            say("   ✗ nút công an bị giết (SIGKILL) / the police's node is killed")
            police.kill()
            stage.desks = alive
        elif element == LIVES_AGAIN_BEFORE:
            for line in commune.motcua("node", "list", "--embedded"):
                say(f"   … phong bì chờ tại nút xã / waiting at the commune's: {line}")
            police.start()
            police.ready()
            say("   ✓ nút công an chạy lại / the police's node lives again")
            stage.desks = desks

    stage.perform(code, PLAY, path, before)
    return code


def _scan(desk: Desk, code: str) -> None:
    """Add the birth certificate; it goes with the message that asks the police."""
    needs = desk.get(f"/dossiers/{code}/components")
    etag = next(one["etag"] for one in needs["items"] if one["component"] == CERTIFICATE)
    desk.upload(f"/dossiers/{code}/components/{CERTIFICATE}", {"khai-sinh.pdf": _SCAN}, etag=etag)


def _handed_over(police: Node, code: str) -> str:
    """Return what the police see of the certificate, once its file has come."""
    desk, deadline = police.desk(_person("cong-an")), clock.monotonic() + _PATIENCE
    while True:
        needs = desk.get(f"/dossiers/{code}/components")
        (paper,) = [one for item in needs["items"] for one in item["papers"]]
        if paper["file"] == "here":
            return (f"✓ {paper['name']} tại nút công an, {paper['size']} byte, sha256 "
                    f"{paper['sha256'][:12]}… / the certificate is at the police's node")
        if clock.monotonic() > deadline:
            raise LookupError(f"{code}: the certificate has not come: {paper['file_label']}")
        clock.sleep(0.2)


def _proven(node: Node, code: str) -> tuple[list[str], bool]:
    """Return what the auditor finds at a node, and whether it is whole."""
    try:
        node.motcua("audit", "checkpoint", "--embedded")
        verified = node.motcua("audit", "verify", "--embedded")
        again = node.motcua("audit", "replay", "--embedded", code)
    except Refused as broken:
        return [f"{node.id}: {broken}"], False
    return [f"{node.id}: {line}" for line in (*verified[:3], again[-1])], True


def _person(name: str) -> dict[str, object]:
    found: dict[str, object] = next(p for p in town()["people"] if p["id"] == name)
    return found
