"""Prompting (nhắc vở): what a rehearsal's script says where a person would have answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Invalid
from engine.flow.load import Flow
from engine.forms import Form, read_form
from engine.step import Data, OpenTask


@dataclass(frozen=True)
class Script:
    """What a rehearsal is given: start instant, data, answers by task id, messages in order.

    `forms` are those of the drawing's tasks that were found, by name.
    """

    at: datetime
    data: Data = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()
    fire_timers: bool = False
    forms: Mapping[str, Form] = field(default_factory=dict)


def forms_beside(flow: Flow, files: Mapping[str, bytes]) -> Mapping[str, Form]:
    """Return the forms of a flow's tasks that lie among the files and can be read, by name."""
    found: dict[str, Form] = {}
    for name in sorted({note.form for note in flow.notes.values() if note.form}):
        content = files.get(f"{name}.form")
        with suppress(Invalid):  # lint tells what is wrong with it
            if content is not None:
                found[name] = read_form(content)
    return found


class Prompter:
    """Reads the script: answers by visit, ways of unanswered questions, facts of the dossier."""

    def __init__(self, flow: Flow, script: Script) -> None:
        self._flow = flow
        self._script = script
        self._visits: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()

    def answers(self, task: OpenTask) -> dict[str, Any] | None:
        """Return the answers for this visit, {} where the script has none, None to stay open.

        A box of the task's form that they leave out was not ticked, as for an official.
        """
        given = self._script.answers.get(task.note.element, {})
        if isinstance(given, list):
            visit = self._visits[task.note.element]
            given = given[visit] if visit < len(given) else {}
        if given is None:
            return None
        if isinstance(given, dict):
            form = self._script.forms.get(task.note.form or "")
            return {**form.unticked(given), **given} if form else given
        raise Invalid(
            f"Câu trả lời cho “{task.note.element}” phải là một đối tượng.",
            f"The answers for '{task.note.element}' must be an object.",
            code="answers-invalid", element=task.note.element,
        )

    def how_to_give(self, name: str) -> tuple[str, str]:
        """Return how whoever rehearses can give data of this name, in both languages."""
        value = json.dumps({name: "…"}, ensure_ascii=False)
        vi, en = f"Hãy cho bằng --data '{value}'", f"Give it with --data '{value}'"
        asking = [
            note for note in self._flow.notes.values()
            if (form := self._script.forms.get(note.form or "")) and name in form.asked
        ]
        if asking:
            step = asking[0]
            answers = json.dumps({step.element: {name: "…"}}, ensure_ascii=False)
            vi += f", hoặc trả lời ở bước “{step.name or step.element}”: --answers '{answers}'"
            en += f", or answer it in the step '{step.name or step.element}': --answers '{answers}'"
        return f"{vi}.", f"{en}."

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

