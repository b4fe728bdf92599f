"""The acts of the office (hành vi) by name: the table of contents of the law's floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.errors import Conflict, Invalid, NotFound
from engine.forms import Form
from engine.law import (
    consultation,
    ending,
    extend,
    mistakes,
    payment,
    settle,
)
from engine.law.accept import accept, take_over
from engine.law.acting import Act, Circumstances, Effect
from engine.law.contents import CONTENTS
from engine.law.forward import forward
from engine.law.not_accept import not_accept
from engine.law.receive_supplement import receive_supplement
from engine.law.request_supplement import request_supplement
from engine.law.return_result import return_result
from engine.law.standing import Standing


@dataclass(frozen=True)
class Deed:
    """One act: what it does, what it is called, and the form of its content.

    One that is not `by_hand` is done in its act task alone.
    """

    name: str
    act: Act
    vi: str
    en: str
    by_hand: bool = True

    @property
    def form(self) -> Form:
        """The form that its content is held against."""
        return CONTENTS[self.name]

    def perform(self, standing: Standing, circumstances: Circumstances) -> Effect:
        """Return what the act does; whatever refuses it names its article, or the parameter."""
        article = circumstances.rules.article(self.name)
        try:
            return self.act(standing, circumstances)
        except Conflict as no:
            if "article" in no.facts:
                raise
            vi, en = f"{no.vi[:-1]} ({article}).", f"{no.en[:-1]} ({article})."
            raise Conflict(vi, en, code=no.code, **no.facts, article=article) from no
        except Invalid as no:
            if "(" in no.vi:
                raise
            vi, en = f"{no.vi.rstrip('.')} ({article}).", f"{no.en.rstrip('.')} ({article})."
            raise Invalid(vi, en, no.faults, code=no.code, **no.facts) from no


ACTS: Mapping[str, Deed] = {deed.name: deed for deed in (
    Deed("accept", accept, "Tiếp nhận hồ sơ", "Accept the dossier"),
    Deed("take-over", take_over, "Nhận hồ sơ tại cơ quan có thẩm quyền",
         "Take the dossier over at the competent agency"),
    Deed("forward", forward, "Chuyển hồ sơ giải quyết", "Forward the dossier"),
    Deed("not-accept", not_accept, "Từ chối tiếp nhận", "Do not accept the dossier"),
    Deed("request-supplement", request_supplement, "Yêu cầu bổ sung hồ sơ",
         "Request a supplement"),
    Deed("receive-supplement", receive_supplement, "Nhận hồ sơ bổ sung", "Receive the supplement"),
    Deed("close", ending.close, "Đóng hồ sơ không được bổ sung", "Close for want of a supplement"),
    Deed("request-payment", payment.request_payment, "Yêu cầu nghĩa vụ tài chính",
         "Request a payment"),
    Deed("record-payment", payment.record_payment, "Ghi nhận đã nộp tiền", "Record the payment"),
    Deed("consult", consultation.consult, "Lấy ý kiến cơ quan khác", "Consult another agency"),
    Deed("answer", consultation.answer, "Trả lời lấy ý kiến", "Answer a consultation"),
    Deed("extend", extend.extend, "Xin lỗi và hẹn lại", "Apologise and extend"),
    Deed("stop", ending.stop, "Dừng giải quyết theo yêu cầu", "Stop on the applicant's request"),
    Deed("withdraw", ending.withdraw, "Rút hồ sơ", "Withdraw the dossier"),
    Deed("refuse", settle.refuse, "Từ chối giải quyết", "Refuse to settle"),
    Deed("settle", settle.settle, "Giải quyết xong", "Settle the dossier"),
    Deed("return", return_result, "Trả kết quả", "Return the result"),
    Deed("correct", mistakes.correct, "Đính chính thao tác sai", "Take a mistaken act back"),
    Deed("remedy", mistakes.remedy, "Xin lỗi, khắc phục sai sót", "Make an error good"),
    Deed("acknowledge", mistakes.acknowledge, "Xem cảnh báo", "Read a warning",
         by_hand=False),
)}


def act_named(name: str) -> Deed:
    """Return the act; raise NotFound for a name that the law's floor does not know."""
    if name not in ACTS:
        raise NotFound(
            f"Không có hành vi «{name}»; có: {', '.join(ACTS)}.",
            f"There is no act {name!r}; there are: {', '.join(ACTS)}.",
            code="unknown-act",
        )
    return ACTS[name]


#: Act -> whether it stands already, however it came about.
_STANDS: Mapping[str, Callable[[Standing], bool]] = {
    "accept": lambda s: s.accepted_at is not None and s.hold is None,
    "take-over": lambda s: s.clock_from is not None,
    "forward": lambda s: s.forwarded_at is not None,
    "request-supplement": lambda s: s.hold is not None and s.hold.act == "request-supplement",
    "receive-supplement": lambda s: s.hold is None and s.supplements > 0,
    "request-payment": lambda s: s.hold is not None and s.hold.act == "request-payment",
    "record-payment": lambda s: s.hold is None and bool(s.charges),
    "answer": lambda s: bool(s.consultations) and not s.awaited(),
    "settle": lambda s: s.settled_at is not None,
    "return": lambda s: s.returned_at is not None,
}


def already_done(name: str, standing: Standing) -> bool:
    """Tell whether a drawn act would only repeat what stands, performed earlier by hand."""
    return name in _STANDS and _STANDS[name](standing)
