"""Rule sets (bộ quy tắc) by date: what the law fixes is named, what is not certain is a parameter.

Decree 61/2018 with Circular 01/2018 ruled until 30 June 2025; Decree 118/2025 replaced it on 1 July
2025, Circular 03/2025 its forms on 15 September 2025. The sets are data (rule_sets.json), each with
what it changes in the one that it amends. A dossier keeps the set in force when it was received.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from importlib import resources
from typing import Any

from engine.errors import Corrupt, NotFound

#: (relation of the actor's agency to the dossier, role); relation: receiving, competent, part or
#: consulted.
Desk = tuple[str, str]

_ONE_STOP: tuple[Desk, ...] = (("receiving", "one_stop_officer"),)
_PART: tuple[Desk, ...] = (("part", "specialist"), ("part", "one_stop_officer"))
_LEADING: tuple[Desk, ...] = (
    ("part", "leader"), ("part", "division_head"), ("competent", "leader"),
)
_SETTLING: tuple[Desk, ...] = (
    ("part", "leader"), ("part", "records_clerk"), ("part", "one_stop_officer"),
)
_ASKING: tuple[Desk, ...] = (*_ONE_STOP, *_PART, *_LEADING)

#: Who may perform an act when no drawing says so: parameters, as local regulations differ.
WHO_MAY: Mapping[str, tuple[Desk, ...]] = {
    "accept": _ONE_STOP,
    "take-over": (("competent", "one_stop_officer"),),
    "forward": _ONE_STOP,
    "not-accept": _ONE_STOP,
    "request-supplement": (*_ONE_STOP, *_PART),
    "receive-supplement": _ONE_STOP,
    "close": (*_ONE_STOP, *_LEADING),
    "request-payment": _ASKING,
    "record-payment": (*_ONE_STOP, ("part", "one_stop_officer")),
    "consult": _ASKING,
    "answer": tuple(("consulted", role) for role in (
        "specialist", "division_head", "leader", "one_stop_officer", "records_clerk", "office_head",
    )),
    "extend": (*_ONE_STOP, *_LEADING),
    "stop": _ONE_STOP,
    "withdraw": _ONE_STOP,
    "refuse": (*_LEADING, ("part", "records_clerk"), ("part", "one_stop_officer")),
    "settle": (*_SETTLING, *_ONE_STOP),
    "return": (*_ONE_STOP, ("part", "one_stop_officer")),
    "correct": (*_ONE_STOP, *_LEADING),
    "remedy": (*_ONE_STOP, *_LEADING),
    "acknowledge": (*_ONE_STOP, *_LEADING),
}


@dataclass(frozen=True)
class RuleSet:
    """The rules that hold for dossiers received in a period (`since` .. before the next one).

    `circular` fixes the numbers of the printed forms. `receipt_cutoff`: a receipt after it counts
    as at the opening of the next working day. `supplement_restarts`: the deadline is counted from
    the start once the dossier is complete. `supplements_at_reception`: how often the one-stop unit
    may ask, None without bound. `supplement_notice_days`: working days from the receipt in which a
    supplement may be asked for after appraisal, None without bound. `supplement_wait`: after it
    a dossier that was not completed may be closed. `payment_pauses`, `consultation_holds`: what
    the clock and the tasks do meanwhile. `holds_parts`: a hold stops only the part whose step asked
    for it. `extensions` and `extend_before_days`: how often, and how many days before the due date
    at the latest. `near_due_minutes`: working minutes before the due date from which it is near.
    `early_return_informs`: a result may be handed out before its day only after notice.
    `competent_starts_clock`: for a dossier received for another agency its receipt starts the
    clock. `stop_notice`: the circular has a form for the notice that settlement stops. `articles`
    name, per act and parameter, what a refusal quotes; where the article is not certain it is
    missing, and the parameter is quoted instead.
    """

    id: str
    since: date
    circular: str
    receipt_cutoff: time
    supplement_restarts: bool
    supplements_at_reception: int | None
    supplement_notice_days: int | None
    supplement_wait: str
    payment_pauses: bool
    consultation_holds: bool
    holds_parts: bool
    extensions: int
    extend_before_days: int
    near_due_minutes: int
    early_return_informs: bool
    competent_starts_clock: bool
    stop_notice: bool
    articles: Mapping[str, str | None]
    who_may: Mapping[str, tuple[Desk, ...]] = field(default_factory=lambda: WHO_MAY)

    def article(self, rule: str) -> str:
        """Return the article that an act or a parameter rests on, or the parameter's own name."""
        known = "who_may." if rule in self.who_may else ""
        return self.articles.get(rule) or f"{self.id}, tham số {known}{rule}"


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """Return every rule set, the oldest first, as the data file gives them."""
    text = (resources.files(__package__) / "rule_sets.json").read_text(encoding="utf-8")
    whole: dict[str, dict[str, Any]] = {}
    for found in json.loads(text):
        base = whole.get(found.pop("amends", ""), {})
        articles = {**base.get("articles", {}), **found.pop("articles")}
        whole[found["id"]] = {**base, **found, "articles": articles}
    return tuple(
        RuleSet(**{
            **found, "since": date.fromisoformat(found["since"]),
            "receipt_cutoff": time.fromisoformat(found["receipt_cutoff"]),
        })
        for found in whole.values()
    )


def rules_on(day: date) -> RuleSet:
    """Return the rule set that holds for a dossier received on that local day."""
    ruling = [rules for rules in rule_sets() if rules.since <= day]
    if not ruling:
        raise NotFound(
            f"Chưa có bộ quy tắc nào cho ngày {day:%d/%m/%Y}.",
            f"No rule set holds on {day.isoformat()}; the first begins {rule_sets()[0].since}.",
        )
    return max(ruling, key=lambda rules: rules.since)


def rules_by_id(name: str) -> RuleSet:
    """Return the rule set that a dossier keeps; raise Corrupt when this build does not know it."""
    for rules in rule_sets():
        if rules.id == name:
            return rules
    raise Corrupt(
        f"Không rõ bộ quy tắc {name}.", f"Rule set {name} is unknown to this build.",
    )
