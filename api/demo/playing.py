"""Playing a dossier (diễn một hồ sơ): officials find it in their lists and do their steps."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.demo.client import Desk
from api.demo.script import Play, Walk
from api.demo.time import OfficeTime

Task = Mapping[str, Any]
#: Tells what happens while it happens.
Say = Callable[[str], None]


class Stage:
    """The officials at their desks, the time, and the way to tell what happens.

    They look into their lists for up to `patience` seconds: another node may have to deliver first.
    """

    def __init__(
        self, desks: Mapping[str, Desk], time: OfficeTime, say: Say, patience: float = 0.0,
    ) -> None:
        self._patience = patience
        self.desks = desks
        self.time = time
        self.say = say
        # What the last command told: the status, and who has what it opened in their own agency.
        self._status = ""
        self._opened: Mapping[str, tuple[str, str]] = {}

    def register(self, play: Play, walk: Walk) -> str:
        """Register a dossier at the counter and return its code."""
        desk = self._one_stop(play.agency)
        made = desk.post("/dossiers", {
            "procedure": walk.procedure, "receiving_agency": play.agency, "channel": "direct",
            "applicant": {"name": play.applicant}, "answers": {},
        })
        self._note(made)
        return str(made["code"])

    def perform(
        self, code: str, play: Play, walk: Walk, before: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Do every step of the walk, each by the official in whose list it stands.

        `before` is told of each element that comes next.
        """
        left = {element: list(answers) for element, answers in walk.answers.items()}
        for element in walk.order:
            before(element)
            self._take_supplement(code)
            if element == play.extend_before:
                self._extend(code, play)
            desk, task = self._find(code, element)
            self._spend(task, late=element == play.late_at)
            done = desk.post(
                f"/tasks/{task['id']}/complete", {"answers": left[element].pop(0)},
                etag=task["etag"],
            )
            self._note(done["standing"], done["opened"])
            self._tell(desk, task, done["standing"])

    def _note(self, standing: Mapping[str, Any], opened: Sequence[Task] = ()) -> None:
        self._status = standing["status_name"]
        self._opened = {task["element"]: (task["agency"], task["role"]) for task in opened}

    def _take_supplement(self, code: str) -> None:
        """The citizen comes back after a day and a half with what was missing."""
        if self._status != "supplement_requested":
            return
        desk, task = self._find(code, "motcua.act.receive-supplement")
        self.time.work(720)
        done = desk.post(f"/tasks/{task['id']}/complete", {"answers": {}}, etag=task["etag"])
        self._note(done["standing"], done["opened"])
        self._tell(desk, task, done["standing"])

    def _extend(self, code: str, play: Play) -> None:
        """The one-stop unit sees that it will not be in time, apologises and sets a new date."""
        desk = self._one_stop(play.agency)
        content = {
            "reason": "Chờ đối chiếu với cơ quan thuế", "duration": "03 ngày làm việc",
            "apology": "Chúng tôi xin lỗi vì sự chậm trễ này.",
        }
        etag = desk.get(f"/dossiers/{code}")["etag"]
        told = desk.post(f"/dossiers/{code}/acts/extend", content, etag=etag)
        self.say(
            f"   {self.time.now:%d/%m %H:%M}       {'Xin lỗi và hẹn lại':34} "
            f"{desk.name:20} → hẹn {datetime.fromisoformat(told['due']):%d/%m %H:%M}",
        )

    def _find(self, code: str, element: str) -> tuple[Desk, Task]:
        deadline = clock.monotonic() + self._patience
        while (found := self._look(code, element)) is None:
            if clock.monotonic() > deadline:
                raise LookupError(f"{code}: nobody has {element} in their list")
            clock.sleep(0.2)
        return found

    def _look(self, code: str, element: str) -> tuple[Desk, Task] | None:
        given = self._opened.get(element)
        # Whoever was told to have it looks first; others cannot know it of another agency.
        for desk in sorted(self.desks.values(), key=lambda d: given is None or not d.holds(*given)):
            for task in desk.get("/tasks", dossier=code)["items"]:
                if task["element"] == element:
                    return desk, task
        return None

    def _spend(self, task: Task, *, late: bool) -> None:
        """Let the step take its time: half of its budget, or 90 working minutes beyond it."""
        if task["due"] is None:
            self.time.work(30)
            return
        left = self.time.until(datetime.fromisoformat(task["due"]))
        self.time.work(left + 90 if late else max(15, left // 2))

    def _one_stop(self, agency: str) -> Desk:
        return next(
            desk for desk in self.desks.values()
            if desk.holds(agency, "one_stop_officer")
        )

    def _tell(self, desk: Desk, task: Task, standing: Mapping[str, Any]) -> None:
        self.say(
            f"   {self.time.now:%d/%m %H:%M}  {task['step'] or '':4} {task['name']:34} "
            f"{desk.name:20} → {standing['status_label']}",
        )
