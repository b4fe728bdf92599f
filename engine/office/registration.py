"""Reception (tiếp nhận): a new dossier gets its code, its version in force and its desks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine import forms
from engine.clock import local
from engine.codes import CodePattern
from engine.commands import RegisterDossier, Request
from engine.dossier import Links
from engine.errors import Fault, Invalid
from engine.flow.load import Flow
from engine.law.rules import rules_on
from engine.office import permits
from engine.office.library import Library
from engine.office.result import Result, dossier_etag, dossier_json, finish, outcome_json
from engine.office.waking import Wakes
from engine.people import Actor
from engine.procedure import Version, in_force
from engine.proceed import Before, Facts, Registration, register, sealed

if TYPE_CHECKING:
    from engine.store import Store, Unit

CHANNELS = ("direct", "online", "postal")


class Reception:
    """Registers dossiers: status 1, on the version in force on the local day."""

    def __init__(
        self, store: Store, library: Library, wakes: Wakes, codes: CodePattern, node: str = "",
    ) -> None:
        self._store = store
        self._library = library
        self._wakes = wakes
        self._codes = codes
        self._node = node

    def execute(
        self, command: RegisterDossier, actor: Actor, now: datetime,
        request: Request | None, _if_match: frozenset[str] | None,
    ) -> Result:
        """Register the dossier in one transaction and return its code and status.

        Raises NotFound for an unknown procedure or none in force, Forbidden for a person without
        a receiving post, Invalid for answers that do not fit.
        """
        with self._store.unit() as unit:
            versions = unit.versions(command.procedure)
            permits.do_register(command.receiving_agency, actor)
            if request and (kept := unit.take_key(actor.id, request)):
                return Result.repeat(kept)
            version = in_force(versions, local(now).date())
            flow = self._library.flow(version.lowered.hash)
            command = self._clean(command, version, flow)
            result = self._register(unit, command, version, (flow, actor, now))
            return finish(unit, actor, request, result)

    def _register(
        self, unit: Unit, command: RegisterDossier, version: Version,
        setting: tuple[Flow, Actor, datetime],
    ) -> Result:
        flow, actor, now = setting
        day = local(now).date()
        desks = _desks(unit, command, flow)
        agencies = {
            command.receiving_agency, command.competent_agency or command.receiving_agency,
            *desks.values(),
        }
        facts = Facts(
            now=now, actor=actor.id, flow=flow, rules=rules_on(day),
            calendars=unit.calendars(agencies), salt=secrets.token_bytes(16),
        )
        # The number is taken last: its row stays locked until commit.
        number = unit.next_number(command.receiving_agency, day)
        code = self._codes.code(command.receiving_agency, day, number)
        born = Registration(code, version.number, desks, self._links(unit, frozenset(agencies)))
        outcome, entry = sealed(register(command, born, facts))
        unit.insert(outcome, entry)
        self._wakes.rouse(unit, Before(outcome.dossier), outcome)
        body = {**dossier_json(outcome.dossier), **outcome_json(outcome, actor.agencies())}
        return Result(body, dossier_etag(outcome.dossier), created=True)

    def _links(self, unit: Unit, agencies: frozenset[str]) -> Links:
        """Return which of the agencies work at other nodes; raise Invalid for a node without id."""
        homes = unit.homes(agencies)
        if homes and not self._node:
            raise Invalid(
                "Nút này chưa có định danh; hãy đặt MOTCUA_NODE.",
                "This node has no id; set MOTCUA_NODE.", code="node-without-id",
            )
        return Links(node=self._node, homes=homes) if homes else Links()

    def _clean(self, command: RegisterDossier, version: Version, flow: Flow) -> RegisterDossier:
        if command.channel not in CHANNELS:
            raise Invalid(
                "Kênh nộp không hợp lệ.", f"The channel must be one of {', '.join(CHANNELS)}.",
                [Fault("/channel", "choice", "Chọn direct, online hoặc postal.",
                       "Choose direct, online or postal.")],
            )
        form = flow.start_form
        if form is None:
            answers = forms.clean_plain(command.answers)
        else:
            schema = self._library.form(version.procedure, version.number, form)
            answers = forms.clean(schema, command.answers)
        applicant = forms.clean(forms.APPLICANT, command.applicant, pointer="/applicant")
        return replace(command, answers=answers, applicant=applicant)


def _desks(unit: Unit, command: RegisterDossier, flow: Flow) -> Mapping[str, str]:
    """Resolve every agency that the drawing names to a code of the register."""
    roots = {
        "dossier.receiving_agency": command.receiving_agency,
        "dossier.competent_agency": command.competent_agency or command.receiving_agency,
    }
    drawn = {pool.agency for pool in flow.pools} | {n.agency for n in flow.notes.values()}
    desks: dict[str, str] = {}
    for text in sorted(name for name in drawn if name):
        root, _, link = text.removeprefix("dossier.").partition(".")
        code = roots.get(f"dossier.{root}", text) if text.startswith("dossier.") else text
        desks[text] = _known(unit, text, code, link if text.startswith("dossier.") else "")
    for text, code in roots.items():
        _known(unit, text, code, "")
    return desks


def _known(unit: Unit, text: str, code: str, link: str) -> str:
    agency = unit.agency(code)
    if agency is not None and link:
        code = agency.links.get(link, "")
        agency = unit.agency(code) if code else None
    if agency is None:
        raise Invalid(
            f"Không tìm thấy cơ quan «{text}» trong danh bạ; hãy khai báo rồi thử lại.",
            f"The agency {text!r} is not in the register; add it, then try again.",
            code="unknown-agency", agency=text,
        )
    return code
