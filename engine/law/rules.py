"""Rule sets (bộ quy tắc) by date: what the law fixes is named, what is not certain is a parameter.

Decree 61/2018 ruled until 30 June 2025; Decree 118/2025 replaced it on 1 July 2025. A dossier keeps
the rule set in force when it was received.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from engine.errors import Corrupt, NotFound

#: (relation of the actor's agency to the dossier, role); relation: receiving, competent or part.
Desk = tuple[str, str]

_ONE_STOP: tuple[Desk, ...] = (("receiving", "one_stop_officer"),)
_SETTLING: tuple[Desk, ...] = (
    ("part", "leader"), ("part", "records_clerk"), ("part", "one_stop_officer"),
)

#: Who may perform an act when no drawing says so: parameters, as local regulations differ.
WHO_MAY: Mapping[str, tuple[Desk, ...]] = {
    "accept": _ONE_STOP,
    "not-accept": _ONE_STOP,
    "request-supplement": (*_ONE_STOP, ("part", "specialist"), ("part", "one_stop_officer")),
    "receive-supplement": _ONE_STOP,
    "settle": _SETTLING,
    "return": (*_ONE_STOP, ("part", "one_stop_officer")),
}


@dataclass(frozen=True)
class RuleSet:
    """The rules that hold for dossiers received in a period (`since` .. before the next one).

    `receipt_cutoff`: a receipt after it counts as at the opening of the next working day.
    `supplement_restarts`: the deadline is counted from the start again once the dossier is complete
    (Decree 61/2018 art. 19.4; not verified for Decree 118/2025, hence a parameter).
    `articles` name, per act, what a refusal quotes.
    """

    id: str
    since: date
    receipt_cutoff: time
    supplement_restarts: bool
    articles: Mapping[str, str]
    who_may: Mapping[str, tuple[Desk, ...]] = field(default_factory=lambda: WHO_MAY)

    def article(self, act: str) -> str:
        """Return the article that an act rests on, or the parameter where it is not certain."""
        return self.articles.get(act, f"{self.id}, tham số who_may.{act}")


_SETS = (
    RuleSet(
        id="ND61/2018", since=date(2018, 6, 21), receipt_cutoff=time(15), supplement_restarts=True,
        articles={
            "accept": "NĐ 61/2018 Đ17.1c", "not-accept": "NĐ 61/2018 Đ17.1b",
            "request-supplement": "NĐ 61/2018 Đ17.1a, Đ19.4",
            "receive-supplement": "NĐ 61/2018 Đ19.4",
            "settle": "NĐ 61/2018 Đ19.1", "return": "NĐ 61/2018 Đ20",
        },
    ),
    RuleSet(
        id="ND118/2025", since=date(2025, 7, 1), receipt_cutoff=time(15), supplement_restarts=True,
        articles={
            "accept": "NĐ 118/2025 Đ17", "not-accept": "NĐ 118/2025 Đ17",
            "request-supplement": "NĐ 118/2025 Đ17.2a",
            "receive-supplement": "tham số supplement_restarts (NĐ 61/2018 Đ19.4)",
            "settle": "tham số who_may.settle (NĐ 61/2018 Đ19.1)", "return": "NĐ 118/2025 Đ22",
        },
    ),
)


def rules_on(day: date) -> RuleSet:
    """Return the rule set that holds for a dossier received on that local day."""
    ruling = [rules for rules in _SETS if rules.since <= day]
    if not ruling:
        raise NotFound(
            f"Chưa có bộ quy tắc nào cho ngày {day:%d/%m/%Y}.",
            f"No rule set holds on {day.isoformat()}; the first begins {_SETS[0].since}.",
        )
    return max(ruling, key=lambda rules: rules.since)


def rules_by_id(name: str) -> RuleSet:
    """Return the rule set that a dossier keeps; raise Corrupt when this build does not know it."""
    for rules in _SETS:
        if rules.id == name:
            return rules
    raise Corrupt(
        f"Không rõ bộ quy tắc {name}.", f"Rule set {name} is unknown to this build.",
    )
