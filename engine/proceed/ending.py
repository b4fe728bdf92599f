"""Ending (kết thúc): a dossier that is refused, withdrawn or stopped has nothing under way."""

from __future__ import annotations

from dataclasses import replace

from engine.flow import run
from engine.proceed import tasks
from engine.proceed.work import Work


def end_all(work: Work) -> None:
    """Cancel every part, task and message under way: the dossier has ended."""
    for part in list(work.parts.values()):
        if part.status == "running":
            step = run.cancel(work.facts.flow, part.state, work.setting())
            work.trace.setdefault(part.id, []).extend(step.trace)
            work.parts[part.id] = replace(
                part, state=step.state, digest=step.digest, status="cancelled", waits=(),
            )
    tasks.close_tasks(work, [task.id for task in work.open_tasks()], "cancelled")
    work.outgoing.clear()
    work.signals.clear()
