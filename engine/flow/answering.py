"""Answering (trả lời): where the answers to a task go: to its data, to a machine, to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.flow.plain import plain
from engine.flow.specs.gateways import unanswered

if TYPE_CHECKING:
    from engine.flow.load import Flow
    from engine.flow.specs.task import Visit


def take(visit: Visit, given: dict[str, Any]) -> None:
    """Put answers where they belong: those of a machine stay with its task, but for its outputs."""
    service = visit.task_spec.note.service
    if service is not None and not service.spreads:
        visit.internal_data["own"] = True
    visit.workflow.merge(visit, given)
    if service is not None and service.result:
        visit.workflow.assign_around(service.result, plain(given))


def choices(flow: Flow, answers: dict[str, Any]) -> dict[str, str]:
    """Take the answers to questions out of the answers; refuse what names no flow."""
    chosen: dict[str, str] = {}
    for gateway in [name for name in answers if name in flow.questions]:
        answer, question = answers.pop(gateway), flow.questions[gateway]
        if answer is None:
            continue
        named = {name for way, title, _ in question.options for name in (way, title) if name}
        if not isinstance(answer, str) or answer not in named:
            ways = [title or way for way, title, _ in question.options]
            raise unanswered(gateway, question.name, ways)
        chosen[gateway] = answer
    return chosen
