"""Plays a drawing by the engine, in the terms in which the token game tells its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from token_referee import Outcome
from token_state import Script

from engine.clock import VIETNAM
from engine.flow.play import PlayRequest, play

MORNING = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)


def play_report(content: bytes, script: Script, data: Mapping[str, Any]) -> dict[str, Any]:
    """Rehearse a drawing and return the report of it."""
    request = PlayRequest(
        MORNING, data=data, answers=script.answers, messages=tuple(script.messages),
        fire_timers=script.timers,
    )  # fmt: skip
    return play({"main.bpmn": content}, "main.bpmn", request)


def told(report: Mapping[str, Any]) -> Outcome:
    """Return the outcome that the report of a rehearsal tells."""
    waiting = sorted((one["element"], one["kind"]) for one in report["waiting"])
    completed = [one["element"] for one in report["trace"] if one["event"] == "completed"]
    return Outcome(tuple(completed), report["status"], tuple(waiting), report["data"])


def played(content: bytes, script: Script, data: Mapping[str, Any]) -> Outcome:
    """Rehearse a drawing and return its outcome."""
    return told(play_report(content, script, data))
