"""Sign (ký số): a paper of the dossier signed by the official who acts, as PAdES, then checked.

What comes back is held against what was asked before anybody sees it: the official's own
certificate, from an authority that is trusted, over the very bytes that the paper has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.flow.confined import Confinement, Exceeded
from engine.links.connectors.holders import Holder, read_holder
from engine.links.connectors.http import Http, asking, limits_of, policy_of
from engine.links.connectors.orders import Failed, Mistake, Order, Outcome, Policy, Sheet, Signed
from engine.links.connectors.reading import Section, bad
from engine.links.connectors.templates import Formula
from engine.links.outward import Limits, Outward, Refusal
from engine.signatures import VALID, Signature, Trust, need_signing, signatures_in
from engine.signatures.keys import serial_of
from engine.signatures.signing import NotMade, NotSignable, Refused, rehearsed, signed

#: The error of business where there is no PDF to sign, or one that lets nobody sign it.
NOT_SIGNABLE = "not_signable"
#: Seconds that signing itself takes at the most, beside what others are asked.
_OWN = 20.0
_STAMP = {"accept": "application/timestamp-reply", "content-type": "application/timestamp-query"}


@dataclass(frozen=True)
class Stamper:
    """A time-stamping authority (RFC 3161)."""

    outward: Outward
    url: str
    limits: Limits

    def ask(self, request: bytes) -> bytes:
        """Return what the authority answers; raise Refused where it does not."""
        try:
            answer = self.outward.call("POST", self.url, _STAMP, request, self.limits)
        except Refusal as refusal:
            again = refusal.kind != "refused"
            raise Refused(Failed(f"{refusal.code}: {refusal.en}", again)) from refusal
        if answer.status != 200:
            raise Refused(Failed(f"timestamp-status-{answer.status}"))
        return answer.body


@dataclass(frozen=True)
class Sign:
    """A connector that signs papers; `officials` are those who have a certificate, by their id."""

    officials: Mapping[str, Holder]
    trust: Trust
    stamper: Stamper | None
    policy: Policy
    limit: float

    def call(self, order: Order) -> Outcome:
        """Sign the paper that the order names, for the official who acts."""
        try:
            official, holder = self._holder(order)
            return self._sign(order, holder, _sheet(order), official)
        except Refused as refused:
            outcome: Outcome = refused.outcome  # type: ignore[assignment]  # ours gave it
            return outcome
        except NotSignable:
            return Mistake(NOT_SIGNABLE)
        except NotMade as error:
            return Failed(f"signature-not-made: {error}")

    def _holder(self, order: Order) -> tuple[str, Holder]:
        """Return the official who acts and who holds their key; raise Refused without them."""
        official = order.about.get("official")
        if official is None:
            why = "official-unknown: no official's step led straight here"
            raise Refused(Failed(why, again=False))
        if official not in self.officials:
            raise Refused(Failed(f"official-without-certificate: {official}", again=False))
        return official, self.officials[official]

    def _sign(self, order: Order, holder: Holder, sheet: Sheet, official: str) -> Outcome:
        pen = holder.pen(order)
        if serial_of(pen.certificate) != holder.serial:
            return Failed(f"certificate-of-another: not serial {holder.serial}", again=False)
        if not _signable(sheet.content, pen.certificate):
            return Mistake(NOT_SIGNABLE)
        stamps = self.stamper.ask if self.stamper else None
        content = signed(sheet.content, pen, order.now, f"motcua-{order.task}", stamps)
        found = signatures_in(content, self.trust, order.now)[-1]
        if fault := _fault(found, holder, content, sheet):
            return fault
        certificate = {
            "serial": found.serial, "issuer": found.issuer, "fingerprint": found.fingerprint,
        }
        return Signed(
            sheet.number, official, sheet.sha256, len(sheet.content), content, certificate,
            found.signed_at or order.now, found.level, found.subject,
        )


def read_sign(section: Section, outward: Outward, trust: Trust) -> Sign:
    """Return the connector that a section describes; raise Invalid naming the place of a fault.

    Raises NotInstalled where this machine lacks what signing needs.
    """
    need_signing()
    if not trust.anchors:
        raise bad(section.place, "cần signatures.anchors: tổ chức chứng thực được tin cậy",
                  "this needs signatures.anchors, the authorities that are trusted")
    service, stamper = _service(section, outward), _stamper(section, outward)
    below = section.section("officials")
    officials = {
        name: read_holder(Section(below.at(name), held), service)
        for name, held in below.sections().items()
    }
    if not officials:
        raise bad(below.place, "cần ít nhất một cán bộ", "this needs at least one official")
    limit = _OWN + (service.limit if service else 0) + (stamper.limits.total if stamper else 0)
    made = Sign(officials, trust, stamper, policy_of(section), limit)
    section.end()
    return made


def _sheet(order: Order) -> Sheet:
    """Return the paper that the order names; raise Refused where there is none to sign."""
    number, component = order.inputs.get("paper"), order.inputs.get("component")
    by_number = isinstance(number, int) and not isinstance(number, bool)
    if order.papers is None or not (by_number or isinstance(component, str)):
        raise Refused(Failed("order-not-complete: paper or component", again=False))
    found = order.papers.pdf(number if by_number else None, component)
    if found is None:
        raise Refused(Mistake(NOT_SIGNABLE))
    return found


def _signable(content: bytes, certificate: bytes) -> bool:
    """Tell whether a paper lets itself be signed, tried in a process of its own: it is bounded.

    A stranger may have written the file, and no reader of it may take the worker along.
    """
    confined = Confinement()
    try:
        done: bool = confined.runner(partial(rehearsed, content, certificate), confined.bounds)
    except Exceeded:
        return False
    return done


def _fault(found: Signature, holder: Holder, content: bytes, sheet: Sheet) -> Failed | None:
    """Return what is wrong with a signature just made, None where it holds."""
    if found.status == "altered":
        # A hand that signs something else: asked again it may do better.
        return Failed("signature-wrong: it does not hold over this paper")
    if found.status != VALID:
        return Failed(f"certificate-{found.status}", again=False)
    whole = content.startswith(sheet.content) and found.end == len(content)
    return None if whole and found.serial == holder.serial else Failed("signature-wrong: not whole")


def _service(section: Section, outward: Outward) -> Http | None:
    if section.get("remote") is None:
        return None
    below = section.section("remote")
    signature: Any = Formula.read(
        below.text("signature", "body.signature"), below.at("signature"))
    made = asking(below, outward, {"signature": signature}, ())
    below.end()
    return made


def _stamper(section: Section, outward: Outward) -> Stamper | None:
    if section.get("timestamp") is None:
        return None
    below = section.section("timestamp")
    made = Stamper(outward, below.text("url"), limits_of(below))
    below.end()
    return made
