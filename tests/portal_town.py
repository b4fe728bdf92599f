"""A town whose dossiers are told to a stand-in of the national portal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import timed
import town
from portal_stand_in import PASSWORD, Portal, portal_file

from engine.clock import FixedClock
from engine.commands import PerformAct, RegisterDossier
from engine.jobs import PortalSync
from engine.links.portal.configuration import read_portal
from engine.links.portal.line import Line
from engine.office import Office
from engine.store import Store, portal_messages
from engine.store.portal_messages import Seen

EVERYONE = town.official(town.COMMUNE)
APPLICANT = {
    "name": "Nguyễn Thị Hoa", "id_number": "040190001234", "phone": "0912345678",
    "email": "hoa@example.vn", "address": "Xóm Sen, xã Kim Liên",
}
SECRETS = {"PORTAL_PASSWORD": PASSWORD}

#: Walks of acts, each with the statuses that the portal must hear of.
WALKS: Mapping[str, tuple[tuple[tuple[str, dict[str, Any]], ...], str]] = {
    "granted": ((("accept", {}), ("forward", {}), ("settle", {}),
                 ("return", {"informed": True, "how": "counter"})), "1 2 4 9 10"),
    "supplement at reception": (
        (("request-supplement", {"reason": "Thiếu giấy", "items": ["Giấy chứng sinh", "CCCD"]}),
         ("receive-supplement", {"note": "Đủ hai giấy"}), ("accept", {}), ("forward", {})),
        "1 5 2 2 4"),
    "everything": (
        (("accept", {}), ("forward", {}),
         ("request-supplement", {"reason": "Ảnh mờ"}), ("receive-supplement", {}),
         ("request-payment", {"amount": 150_000, "reason": "Lệ phí hộ tịch"}),
         ("record-payment", {"receipt": "BL 7", "method": "online"}),
         ("extend", {"reason": "Chờ tra cứu", "duration": "2 ngày làm việc"}),
         ("settle", {}), ("return", {"informed": True, "how": "post", "note": "Bưu tá giao"})),
        "1 2 4 5 4 6 4 4 9 10"),
    "withdrawn": ((("accept", {}), ("withdraw", {"reason": "Không còn nhu cầu"})), "1 2 7"),
    "withdrawn while held": (
        (("request-supplement", {"reason": "Thiếu giấy"}), ("withdraw", {})), "1 5 7"),
    "not accepted": ((("not-accept", {"reason": "Sai thẩm quyền"}),), "1 3"),
    "stopped": ((("accept", {}), ("stop", {"reason": "Đương sự xin dừng"})), "1 2 8"),
    "refused": ((("accept", {}), ("forward", {}), ("refuse", {"reason": "Không đủ điều kiện"}),
                 ("return", {"informed": True})), "1 2 4 9 10"),
    "refused at once": ((("accept", {}), ("refuse", {"reason": "Không đủ"})), "1 2 4 9"),
    "corrected": ((("accept", {}), ("forward", {}), ("correct", {"reason": "Bấm nhầm"}),
                   ("forward", {})), "1 2 4 2 4"),
}


class Desk:
    """The town's office and what tells the portal of it; time moves with every act."""

    def __init__(self, store: Store, clock: FixedClock, portal: Portal, folder: Path) -> None:
        self.store, self.clock, self.portal, self.folder = store, clock, portal, folder
        self.office = timed.bring(Office(store, clock), clock)
        self.lines: list[Line] = []
        self.sync = self.with_file()

    def with_file(self, more: str = "") -> PortalSync:
        """What a worker with an operator's file of this end tells the portal with."""
        return self.read(portal_file(self.folder, self.portal.base, more))

    def read(self, path: Path) -> PortalSync:
        found = read_portal(path, SECRETS)
        self.lines.append(Line(found))
        return PortalSync(self.store, self.clock, found, self.lines[-1])

    def close(self) -> None:
        for line in self.lines:
            line.close()

    def register(self, channel: str = "direct", applicant: Mapping[str, Any] = APPLICANT) -> str:
        command = RegisterDossier(timed.CODE, town.COMMUNE, channel, applicant)
        return str(self.office.execute(command, EVERYONE).body["code"])

    def act(self, code: str, act: str, **content: Any) -> None:
        self.clock.advance(timedelta(minutes=5))
        self.office.execute(
            PerformAct(code, act, content), EVERYONE, if_match=frozenset({"*"}))

    def walk(self, name: str) -> str:
        """Walk a new dossier and return its code."""
        code = self.register()
        for act, content in WALKS[name][0]:
            self.act(code, act, **content)
        return code

    def messages(self, state: str | None = None) -> list[Seen]:
        with self.store.reading() as connection:
            return portal_messages.listed(connection, state=state, size=1_000)


def be_ready(owner: str) -> None:
    """Let every pause and every claim be over."""
    with psycopg.connect(owner) as connection:
        connection.execute("UPDATE portal_message SET not_before = NULL")
        connection.execute("UPDATE portal SET not_before = NULL")
