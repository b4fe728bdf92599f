"""Needs (yêu cầu): what a dossier must hold now, what is there, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.components.declared import FROM_APPLICANT, Component
from engine.components.papers import Paper, held
from engine.components.reuse import Held
from engine.expressions import Surroundings, holds


@dataclass(frozen=True)
class Circle:
    """What conditions are held against: the start answers, facts of the dossier, the instant."""

    answers: Mapping[str, Any]
    dossier: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True)
class Need:
    """One component of a dossier: asked of the applicant now or not, present, offered for reuse."""

    component: Component
    required: bool
    present: tuple[Paper, ...]
    offers: tuple[Held, ...]

    @property
    def missing(self) -> int:
        """Return how many copies the applicant has still to bring."""
        there = sum(paper.count for paper in self.present)
        return max(self.component.count - there, 0) if self.required else 0


def needs(
    components: Iterable[Component], papers: Iterable[Paper], offers: Iterable[Held],
    circle: Circle,
) -> tuple[Need, ...]:
    """Return every component that the drawing declares, in its order, as the dossier has it now."""
    known, held_for = tuple(papers), tuple(offers)
    return tuple(
        Need(
            component=component, required=_asked(component, circle),
            present=held(known, component.code),
            offers=tuple(offer for offer in held_for if offer.paper_type == component.code),
        )
        for component in components
    )


def handed_needs(components: Iterable[Component], papers: Iterable[Paper]) -> tuple[Need, ...]:
    """Return the components of which somebody sees papers, or to which they may add a result.

    Papers that were erased or replaced are told too. Nothing is required of the applicant there,
    and nothing offered for reuse.
    """
    known = tuple(papers)
    seen = {paper.component for paper in known}
    return tuple(
        Need(one, required=False, present=held(known, one.code), offers=())
        for one in components if one.code in seen or one.kind not in FROM_APPLICANT
    )


def _asked(component: Component, circle: Circle) -> bool:
    """Tell whether the applicant must hand the component in, by what they have answered."""
    if not component.required or component.kind not in FROM_APPLICANT:
        return False
    if not component.when:
        return True
    surroundings = Surroundings(now=circle.now, facts={"dossier": circle.dossier})
    return holds(component.when, circle.answers, surroundings)
