"""Composing (soạn): from what the archive tells to the facts that one paper prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.errors import Conflict
from engine.law.rules import RuleSet, rules_by_id
from engine.papers.facts import (
    Apology,
    Applicant,
    Component,
    Heading,
    PaperFacts,
    Receipt,
    Refusal,
    StopNotice,
    SupplementRequest,
)
from engine.papers.gather import Done, Told
from engine.papers.kinds import Paper, form_of
from engine.papers.occasion import ACTS, act_of
from engine.papers.slip import control_slip
from engine.papers.words import (
    BLANK,
    CHANNELS,
    article,
    moment,
    money,
    place_and_day,
    printable,
)

#: How the one-stop unit is called under each decree.
_UNITS = {"ND61/": "Bộ phận Tiếp nhận và Trả kết quả"}
_UNIT = "Trung tâm Phục vụ hành chính công"
#: Lines of the receipt's table, to be filled in by hand.
_LINES = 3
_THROUGH: Mapping[str, str] = {
    "public_post": "qua dịch vụ bưu chính công ích", "hired_service": "qua dịch vụ được thuê",
    "authorised_person": "qua người được ủy quyền",
}


def compose(paper: Paper, told: Told, official: str) -> PaperFacts:
    """Return the facts of a paper about a dossier, printed by that official.

    Raises Conflict where the act that the paper tells of is not in the history, or where nobody
    here knows the applicant any more or yet: at another node, or after an erasure.
    """
    if paper != "control-slip" and not told.applicant.get("name"):
        raise Conflict(
            "Nơi này không có tên người nộp hồ sơ (đã xóa, hoặc hồ sơ đăng ký ở nút khác); giấy "
            "gửi người nộp in tại nơi đăng ký.",
            "The applicant's name is not here (erased, or registered at another node); papers to "
            "the applicant are printed where the dossier was registered.",
            code="applicant-unknown", paper=paper,
        )
    return _COMPOSERS[paper](told, _heading(paper, told, official))


def unit_of(rules: RuleSet) -> str:
    """Return how the one-stop unit is called under the rules."""
    return next((unit for start, unit in _UNITS.items() if rules.id.startswith(start)), _UNIT)


def issuer_of(paper: Paper, told: Told) -> str:
    """Return the code of the agency in whose name a paper goes out.

    The competent agency apologises and refuses to settle; all else is of the one-stop unit.
    """
    settling = paper == "apology" or (
        paper == "refusal" and told.dossier.standing.accepted_at is not None
    )
    return told.dossier.competent_agency if settling else told.dossier.receiving_agency


def _heading(paper: Paper, told: Told, official: str) -> Heading:
    dossier, rules = told.dossier, rules_by_id(told.dossier.rule_set)
    form = form_of(paper, rules)
    code = issuer_of(paper, told)
    agency = told.names.get(code, code)
    one_stop = code == dossier.receiving_agency and paper != "apology"
    return Heading(
        form=form.name, title=form.title, agency=agency,
        unit=unit_of(rules) if one_stop else "",
        place_and_day=place_and_day(agency, told.at), code=dossier.code,
        number=told.printed.get(paper, 0) + 1, procedure=told.procedure,
        procedure_code=dossier.procedure,
        applicant=Applicant(**{
            name: printable(told.applicant.get(name)) for name in vars(Applicant())
        }),
        official=printable(official), article=article(
            # A parameter's name means nothing to a citizen: only what is certain is quoted.
            rules.articles.get(act_of(paper, dossier.standing)) or "",
        ),
    )


def _done(paper: Paper, told: Told) -> Done:
    """Return the act that a paper tells of; raise Conflict where history holds none."""
    found = told.last(*ACTS[paper])
    if found is None:
        raise Conflict(
            "Nhật ký không có việc mà giấy này nói đến.",
            "The history holds no act that this paper could tell of.", code="paper-not-due",
            paper=paper,
        )
    return found


def _receipt(told: Told, heading: Heading) -> Receipt:
    dossier, standing = told.dossier, told.dossier.standing
    accepted = _done("receipt", told).content
    charges = sum(charge.amount for charge in standing.charges)
    return Receipt(
        heading=heading, channel=CHANNELS.get(dossier.channel, dossier.channel),
        through=" ".join(filter(None, (
            _THROUGH.get(printable(accepted.get("through")), ""),
            f"({printable(accepted['agent'])})" if accepted.get("agent") else "",
        ))),
        limit=standing.limit or "Không tính thời gian", received=moment(standing.accepted_at),
        due=moment(standing.due) or "Theo thông báo của cơ quan giải quyết",
        return_place=", ".join(filter(None, (
            heading.unit, told.names.get(dossier.receiving_agency, dossier.receiving_agency),
        ))),
        fee=money(charges) if charges else BLANK,
        components=(Component("", "", ""),) * _LINES,
    )


def _supplement_request(told: Told, heading: Heading) -> SupplementRequest:
    asked, standing = _done("supplement-request", told), told.dossier.standing
    items = asked.content.get("items") or ()
    rules = rules_by_id(told.dossier.rule_set)
    restarts = standing.accepted_at is not None and rules.supplement_restarts
    return SupplementRequest(
        heading=heading, requested=moment(asked.at), times=str(standing.supplements),
        reason=printable(asked.content.get("reason")),
        items=tuple(printable(item) for item in items if printable(item)),
        guidance=printable(asked.content.get("note")),
        until=_until(told),
        restart="Thời hạn giải quyết được tính lại từ đầu sau khi nhận đủ hồ sơ."
        if restarts else "",
    )


def _until(told: Told) -> str:
    hold = told.dossier.standing.hold
    waits = hold is not None and hold.act == "request-supplement"
    return f"đến {moment(hold.due)}" if waits and hold and hold.due else ""


def _refusal(told: Told, heading: Heading) -> Refusal:
    standing = told.dossier.standing
    refused = _done("refusal", told)
    at_reception = standing.accepted_at is None
    return Refusal(
        heading=heading, what="tiếp nhận" if at_reception else "giải quyết",
        refused=moment(refused.at),
        reason=printable(refused.content.get("reason") or refused.content.get("note")) or BLANK,
        apology=printable(refused.content.get("apology")),
    )


def _apology(told: Told, heading: Heading) -> Apology:
    extended, act = told.dossier.standing.extensions[-1], _done("apology", told)
    return Apology(
        heading=heading, received=moment(told.dossier.standing.accepted_at),
        was=moment(extended.was), due=moment(extended.due),
        reason=_reason(act), apology=printable(act.content.get("apology")),
        once="Việc hẹn lại ngày trả kết quả chỉ thực hiện một lần."
        if rules_by_id(told.dossier.rule_set).extensions == 1 else "",
    )


def _stop_notice(told: Told, heading: Heading) -> StopNotice:
    stopped = _done("stop-notice", told)
    return StopNotice(
        heading=heading, received=moment(told.dossier.standing.accepted_at),
        stopped=moment(stopped.at), reason=_reason(stopped), cause=(
            "Quá thời hạn mà hồ sơ không được bổ sung" if stopped.act == "close"
            else "Theo đề nghị của ông (bà)"
        ),
    )


def _reason(done: Done) -> str:
    return printable(done.content.get("reason")) or BLANK


_COMPOSERS: Mapping[Paper, Callable[[Told, Heading], PaperFacts]] = {
    "receipt": _receipt, "supplement-request": _supplement_request, "refusal": _refusal,
    "apology": _apology, "stop-notice": _stop_notice, "control-slip": control_slip,
}
