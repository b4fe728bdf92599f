"""Shapes of dossiers and acts (khuôn hồ sơ), as asked and as answered."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, fields, validate

from api.schemas.base import Body, data, text
from api.schemas.clocks import Clocks, amount, judged
from engine.law.contents import CONTENTS


class NewDossier(Body):
    """A dossier to register (đăng ký hồ sơ)."""

    procedure = text(says="code of the procedure (mã thủ tục)")
    receiving_agency = text(says="code of the receiving agency (cơ quan tiếp nhận)")
    channel = text(20, says="direct, online or postal")
    applicant = data("name, id_number, phone, email, address (người nộp)", required=True)
    answers = data("answers to the procedure's start form")
    competent_agency = text(required=False, says="code of the competent agency, if another")


class _Content(Body):
    """What an act says (nội dung hành vi); the office holds it against the act's form."""

    class Meta:
        """Let the office refuse what it does not know, after it knows who asks."""

        unknown = INCLUDE


def _said() -> dict[str, fields.Field[Any]]:
    """Return every member that some act takes, with the acts that take it."""
    found: dict[str, list[str]] = {}
    for act, form in CONTENTS.items():
        for drawn in form["components"]:
            found.setdefault(drawn["key"], []).append(f"{act}: {drawn['label']}")
    return {
        key: fields.Raw(metadata={"description": "; ".join(labels)})
        for key, labels in sorted(found.items())
    }


ActContent = _Content.from_dict(_said(), name="ActContent")


class Action(Body):
    """One act (hành vi): whether the asker may perform it now, else why not."""

    act = fields.String()
    title = fields.Dict(metadata={"description": "vi, en"})
    allowed = fields.Boolean()
    why = fields.Dict(allow_none=True, metadata={"description": "code, vi, en"})
    form = fields.Dict(allow_none=True, metadata={"description": "form-js schema of its content"})


class Standing(Body):
    """Where a dossier stands (tình trạng)."""

    code = fields.String()
    status = fields.Integer(metadata={"minimum": 1, "maximum": 10})
    status_name = fields.String()
    status_label = fields.String()
    due = fields.DateTime(allow_none=True)
    etag = fields.String()


class Part(Body):
    """One part of a dossier (phần việc): one agency's share."""

    id = fields.String()
    name = fields.String()
    agency = fields.String()
    lead = fields.Boolean()
    status = fields.String()


class SlipRow(Body):
    """One row of the control slip (phiếu kiểm soát quá trình giải quyết)."""

    agency = fields.String()
    step = fields.String(allow_none=True)
    name = fields.String(allow_none=True, metadata={"description": "of one's own agencies alone"})
    given = fields.DateTime(allow_none=True)
    finished = fields.DateTime(allow_none=True)
    due = fields.DateTime(allow_none=True)
    verdict = judged("cancelled")
    used_minutes = amount("worked on it, holds left out")
    budget_minutes = amount("given when it opened; null where it has no budget", allow_none=True)
    late_minutes = amount()
    left_minutes = amount("null once finished or without due date", allow_none=True)


class DistantRow(Body):
    """One row of the control slip at another node, as it last told of it."""

    agency = fields.String()
    step = fields.String(allow_none=True)
    state = fields.String()
    given = fields.DateTime(allow_none=True)
    finished = fields.DateTime(allow_none=True)
    due = fields.DateTime(allow_none=True)


class DistantPart(Body):
    """A part that lives at another node."""

    id = fields.String()
    name = fields.String()
    agency = fields.String()
    status = fields.String()
    slip = fields.List(fields.Nested(DistantRow))


class PeerSeen(Body):
    """Another node that takes part: envelopes both ways, and its parts."""

    node = fields.String()
    sent = fields.Integer()
    received = fields.Integer()
    parts = fields.List(fields.Nested(DistantPart), metadata={
        "description": "as last told; filled at the origin alone",
    })


class Linked(Body):
    """How a dossier is spread over nodes (liên thông)."""

    node = fields.String(metadata={"description": "this one"})
    origin = fields.String(allow_none=True, metadata={
        "description": "where the dossier comes from; null where it was registered here",
    })
    peers = fields.List(fields.Nested(PeerSeen))


class DossierSeen(Standing):
    """A dossier as the agencies that take part in it see it."""

    procedure = fields.String()
    version = fields.Integer()
    channel = fields.String()
    receiving_agency = fields.String()
    competent_agency = fields.String()
    registered_at = fields.DateTime()
    accepted_at = fields.DateTime(allow_none=True)
    result = fields.String(allow_none=True)
    derivation = fields.List(fields.String(), metadata={"description": "how `due` was counted"})
    hold = fields.Dict(allow_none=True)
    pauses = fields.List(fields.Dict(), metadata={"description": "holds that have ended"})
    extensions = fields.List(fields.Dict())
    consultations = fields.List(fields.Dict(), metadata={
        "description": "agencies asked, with question, opinion, agrees where the asker may see it",
    })
    charges = fields.List(fields.Dict())
    alerts = fields.List(fields.Dict(), metadata={"description": "warnings that fired"})
    actions = fields.List(fields.Nested(Action))
    parts = fields.List(fields.Nested(Part))
    links = fields.Nested(Linked, allow_none=True, metadata={
        "description": "null for a dossier that stays at one node",
    })
    clocks = fields.Nested(Clocks)
    slip = fields.List(fields.Nested(SlipRow))


class Lookup(Body):
    """What anybody may know of a dossier (tra cứu): how far it is, and nothing else."""

    code = fields.String()
    status = fields.Integer()
    status_name = fields.String()
    status_label = fields.String()


class PageQuery(Body):
    """Which page of a list."""

    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = text(500, required=False, says="`next` of the page before")


class HistoryItem(Body):
    """One entry of a dossier's history (nhật ký), without personal values."""

    number = fields.Integer()
    at = fields.DateTime()
    actor = fields.String(allow_none=True, metadata={
        "description": "who did it; null for a step at another agency",
    })
    command = fields.Dict()
    status = fields.String()
    acts = fields.List(fields.Raw())
    tasks = fields.List(fields.Dict(), metadata={"description": "of the asker's agencies alone"})
    sent = fields.List(fields.Dict(), metadata={
        "description": "envelopes that left for other nodes: node, kind, sequence",
    })
    states = fields.Dict(metadata={"description": "digest of each part's state"})
    previous = fields.String()
    hash = fields.String()


class HistoryPage(Body):
    """A page of history."""

    items = fields.List(fields.Nested(HistoryItem))
    next = fields.String(allow_none=True)


class Replayed(Body):
    """A dossier done again from its entries (làm lại)."""

    code = fields.String()
    whole = fields.Boolean()
    entries = fields.List(fields.Dict())
    rows = fields.List(fields.String(), metadata={
        "description": "what the archive's rows say otherwise than the entries",
    })
