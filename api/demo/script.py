"""The demo's script (kịch bản): which dossiers are played, on which path, and who is late where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

COMMUNE, POLICE, HANOI_DEPARTMENT = "000.21.30.H41", "000.41.21.G01", "000.00.25.H26"


@dataclass(frozen=True)
class Play:
    """One dossier to be played: folder of its procedure, path of the walk, who is late at what.

    `extend_before` is the step before which the one-stop unit apologises and sets a later date.
    """

    folder: str
    path: str
    agency: str
    applicant: str
    title: str
    late_at: str = ""
    extend_before: str = ""


PLAYS = (
    Play("p088", "happy", COMMUNE, "Nguyễn Văn Thành",
         "Trợ cấp một lần: xã, Sở Nội vụ, UBND tỉnh (một bước trễ hạn)", late_at="Task_B10"),
    Play("m001", "verification", COMMUNE, "Trần Thị Mai",
         "Khai sinh, thường trú, thẻ BHYT: hai cơ quan song song, phải xác minh"),
    Play("p106", "supplement", COMMUNE, "Hoàng Văn Nam",
         "Khấu trừ kinh phí bồi thường: bổ sung một lần, xin lỗi và hẹn lại, một bước trễ hạn",
         late_at="Task_B4", extend_before="Task_B4"),
    Play("p094", "send_back", HANOI_DEPARTMENT, "Giáo xứ An Bình",
         "Thay đổi trụ sở tổ chức tôn giáo: trả lại bước 3 và bước 4"),
)


@dataclass(frozen=True)
class Walk:
    """A way through a procedure: the elements in order, and the answers of each visit."""

    procedure: str
    order: Sequence[str]
    answers: Mapping[str, Sequence[Mapping[str, Any]]]


def walk(play: Play) -> Walk:
    """Return the walk of a play from the pack."""
    text = (resources.files("bpmn") / play.folder / "walks.json").read_text(encoding="utf-8")
    kept = json.loads(text)
    path = kept["paths"][play.path]
    return Walk(kept["procedure"], path["order"], path["answers"])


def town() -> dict[str, Any]:
    """Return the demo's register: agencies and people."""
    text = (resources.files("api.demo") / "town.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
