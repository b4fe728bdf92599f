"""The guide (bảng hành vi): every act of the office as officials and integrators read it.

docs/acts.md is this text; a test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.law.acts import ACTS, Deed
from engine.law.rules import Desk, RuleSet, rule_sets

_ROLES: Mapping[str, str] = {
    "one_stop_officer": "một cửa", "specialist": "chuyên viên", "division_head": "trưởng phòng",
    "leader": "lãnh đạo", "records_clerk": "văn thư", "office_head": "lãnh đạo Văn phòng",
}
_PLACES: Mapping[str, str] = {
    "receiving": "cơ quan tiếp nhận · receiving agency",
    "competent": "cơ quan có thẩm quyền · competent agency",
    "part": "cơ quan đang xử lý · agency at work", "consulted": "cơ quan được hỏi · agency asked",
}
PAPERS: Mapping[str, str] = {
    "receipt": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "refusal": "Phiếu từ chối",
    "supplement-request": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "apology": "Phiếu xin lỗi và hẹn lại", "stop-notice": "Thông báo dừng giải quyết",
    "control-slip": "Phiếu kiểm soát quá trình giải quyết",
}


@dataclass(frozen=True)
class Told:
    """What the guide tells of an act beside what its form and the rule sets say themselves."""

    when: str
    effect: str
    papers: tuple[str, ...] = ()


TOLD: Mapping[str, Told] = {
    "accept": Told(
        "mới đăng ký, hoặc đã bổ sung ở khâu tiếp nhận; đủ thành phần hồ sơ bắt buộc · newly "
        "registered, or completed at reception; every required component is there",
        "được tiếp nhận; thời hạn bắt đầu; của cơ quan khác thì mở việc nhận ở đó, thời hạn chờ · "
        "received, the clock starts; for another agency a task opens there and the clock waits",
        ("receipt",)),
    "take-over": Told(
        "đã tiếp nhận thay cho cơ quan này, không tạm giữ · received for this agency, not held",
        "thời hạn bắt đầu từ lúc nhận; đang xử lý · the clock starts at this receipt; in process"),
    "forward": Told(
        "đã tiếp nhận, không tạm giữ; trong ngày, sau 15:00 thì đầu ngày làm việc sau · accepted, "
        "not held; the same day, after 15:00 when the next working day opens",
        "đang xử lý · in process", ("control-slip",)),
    "not-accept": Told(
        "mới đăng ký · newly registered", "kết thúc, mọi phần việc dừng · ends, with every part",
        ("refusal",)),
    "request-supplement": Told(
        "khi tiếp nhận một lần; sau thẩm định trong 03 ngày làm việc kể từ khi nhận · at reception "
        "once; after appraisal within 3 working days of the receipt",
        "tạm giữ; mở việc nhận bổ sung; quá hạn chờ mở việc đóng hồ sơ · held; opens the task to "
        "receive it, and when the wait is over the task to close", ("supplement-request",)),
    "receive-supplement": Told(
        "đang chờ bổ sung · a supplement is awaited",
        "hết tạm giữ; thời hạn tính lại từ đầu (tham số supplement_restarts) · no longer held; the "
        "clock begins anew (parameter)"),
    "close": Told(
        "quá thời gian chờ bổ sung (tham số supplement_wait) · the wait for a supplement is over",
        "dừng xử lý, mọi phần việc dừng · stopped, with every part", ("stop-notice",)),
    "request-payment": Told(
        "đã tiếp nhận, không tạm giữ · accepted, not held",
        "tạm giữ; thời hạn dừng (tham số payment_pauses); mở việc ghi nhận · held, the clock "
        "stands (parameter); opens the task to record it"),
    "record-payment": Told(
        "đang chờ nộp tiền · a payment is awaited",
        "hết tạm giữ, còn bao nhiêu phút tính tiếp bấy nhiêu · no longer held; the minutes left go "
        "on"),
    "consult": Told(
        "đang giải quyết; không tạm giữ (trừ do lấy ý kiến) · being settled; not held, unless by "
        "another consultation",
        "mở việc trả lời ở cơ quan được hỏi; quá hạn thì báo một cửa, hoặc im lặng là đồng ý khi "
        "thủ tục ghi motcua:tacitConsent · opens the task to answer there; late is told to the "
        "one-stop unit, or is agreement where the procedure says so"),
    "answer": Told(
        "được hỏi mà chưa trả lời · asked and not answered yet",
        "ghi nhận ý kiến; hết tạm giữ nếu đang giữ vì lấy ý kiến · recorded; no longer held where "
        "consultations hold"),
    "extend": Told(
        "có hạn trả, trước ít nhất 01 ngày, một lần · there is a due date, at least a day before "
        "it, once",
        "hạn trả mới; nhắc việc dời theo · a new due date, reminders move with it", ("apology",)),
    "stop": Told(
        "người nộp yêu cầu, chưa có kết quả · the applicant asks, no decision exists",
        "dừng xử lý, mọi phần việc dừng · stopped, with every part", ("stop-notice",)),
    "withdraw": Told(
        "người nộp rút, chưa có kết quả · the applicant takes it back, no result exists",
        "công dân rút, mọi phần việc dừng · withdrawn, with every part"),
    "refuse": Told(
        "đã tiếp nhận, không tạm giữ; quá hạn thì kèm lời xin lỗi · accepted, not held; late with "
        "an apology",
        "đã xử lý xong với kết quả từ chối; mọi phần việc dừng; mở việc trả kết quả · settled with "
        "the result refused, with every part; opens the task to return it", ("refusal",)),
    "settle": Told(
        "đang xử lý; vừa nộp thì chỉ giải quyết ngay · in process; what has just come in only on "
        "the spot",
        "đã xử lý xong; giải quyết ngay thì mọi phần việc dừng và mở việc trả kết quả; từ chối thì "
        "nêu lý do, có phiếu · settled; on the spot with every part, and opens the task to return "
        "it; a refusal states its reason and calls for the paper", ("refusal",)),
    "return": Told(
        "đã xử lý xong; trước ngày hẹn chỉ sau khi báo · settled; before its day only after notice",
        "đã trả kết quả; bước đã vẽ còn mở vẫn chờ người làm · returned; drawn steps still open "
        "stay"),
    "correct": Told(
        "ngay sau hành vi sai, sơ đồ chưa đi tiếp · right after the mistake, before the drawing "
        "moves on",
        "như chưa thực hiện; nhật ký vẫn giữ cả hai · as if it had not been; the history keeps "
        "both"),
    "remedy": Told(
        "lúc nào cũng được · at any time", "ghi nhận, kèm lời xin lỗi · recorded, with an apology"),
}
_HEAD = """# Các hành vi theo luật · The acts of the office

`POST /api/v1/dossiers/{code}/acts/{act}`, hoặc hoàn thành việc theo luật trong hộp việc
(`answers` là nội dung). Trường có dấu * là bắt buộc. `GET /api/v1/dossiers/{code}` trả `actions`:
được làm gì ngay lúc này, không được thì vì sao. Bảng này sinh từ mã nguồn (`engine/law/guide.py`).

Or complete the act's task in the inbox (`answers` are the content). Fields with * are required.
The dossier's `actions` tell what may be done now and why not the rest. This table comes from the
code.

| Hành vi · Act | Ai · Who | Khi · When | Nội dung · Content | Kết quả · Effect | Giấy · Papers |
|---|---|---|---|---|---|
"""
_ARTICLES = """
## Điều khoản · Articles

Lời từ chối nêu điều khoản; chỗ chưa chắc điều khoản thì nêu tham số của bộ quy tắc. A refusal
names the article, or the parameter of the rule set where the article is not certain.

"""


def guide() -> str:
    """Return docs/acts.md, Vietnamese first; a test holds the page to it."""
    sets = rule_sets()
    rows = [_row(deed, sets[-1]) for deed in ACTS.values() if deed.by_hand]
    head = "| Hành vi · Act | " + " | ".join(
        f"{rules.id} (từ {rules.since:%d/%m/%Y})" for rules in sets) + " |\n"
    lines = "|---" * (len(sets) + 1) + "|\n"
    named = [_articles(deed, sets) for deed in ACTS.values() if deed.by_hand]
    return _HEAD + "".join(rows) + _ARTICLES + head + lines + "".join(named)


def _row(deed: Deed, rules: RuleSet) -> str:
    told = TOLD[deed.name]
    papers = "; ".join(PAPERS[paper] for paper in told.papers) or "–"
    cells = (
        f"`{deed.name}` {deed.vi} · {deed.en}", _who(rules.who_may[deed.name]), told.when,
        _content(deed), told.effect, papers,
    )
    return "| " + " | ".join(cells) + " |\n"


def _who(desks: tuple[Desk, ...]) -> str:
    at: dict[str, list[str]] = {}
    for relation, role in desks:
        at.setdefault(relation, []).append(_ROLES[role])
    return "; ".join(f"{_PLACES[place]}: {', '.join(roles)}" for place, roles in at.items())


def _content(deed: Deed) -> str:
    fields = []
    for drawn in deed.form["components"]:
        star = "\\*" if drawn.get("validate", {}).get("required") else ""
        values = "/".join(str(value["value"]) for value in drawn.get("values", ()))
        fields.append(f"`{drawn['key']}`{star} {drawn['label']}{f' ({values})' if values else ''}")
    return "; ".join(fields)


def _articles(deed: Deed, sets: tuple[RuleSet, ...]) -> str:
    cells = [rules.article(deed.name).removeprefix(f"{rules.id}, ") for rules in sets]
    return f"| `{deed.name}` | " + " | ".join(cells) + " |\n"
