"""Prompting (nhắc vở): what a rehearsal's script says where a person would have answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Invalid
from engine.flow.load import Flow
from engine.step import Data, OpenTask


@dataclass(frozen=True)
class Script:
    """What a rehearsal is given: start instant, data, answers by task id, messages in order."""

    at: datetime
    data: Data = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()
    fire_timers: bool = False


class Prompter:
    """Reads the script: answers by visit, ways of unanswered questions, facts of the dossier."""

    def __init__(self, flow: Flow, script: Script) -> None:
        self._flow = flow
        self._script = script
        self._visits: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()

    def answers(self, task: OpenTask) -> dict[str, Any] | None:
        """Return the answers for this visit, {} where the script has none, None to stay open."""
        given = self._script.answers.get(task.note.element, {})
        if isinstance(given, list):
            visit = self._visits[task.note.element]
            given = given[visit] if visit < len(given) else {}
        if given is None or isinstance(given, dict):
            return given
        raise Invalid(
            f"Câu trả lời cho “{task.note.element}” phải là một đối tượng.",
            f"The answers for '{task.note.element}' must be an object.",
            code="answers-invalid", element=task.note.element,
        )

    def visited(self, task: OpenTask) -> None:
        """Count a visit, so that the next one gets the next answers of a list."""
        self._visits[task.note.element] += 1

    def choose(self, gateway: str, ways: tuple[str, ...]) -> str | None:
        """Pick the first flow of an unanswered question, on each further visit the next."""
        self._asked[gateway] += 1
        return ways[(self._asked[gateway] - 1) % len(ways)]

    def facts(self) -> dict[str, Any]:
        """Return what conditions may know of the dossier; data may give other facts of it."""
        drawn = self._flow.facts
        dossier = {
            "code": None, "procedure": drawn.code if drawn else None, "channel": "direct",
            "receiving_agency": None, "competent_agency": None, "status": None,
        }
        given = self._script.data.get("dossier")
        return {"dossier": {**dossier, **given} if isinstance(given, dict) else dossier}

