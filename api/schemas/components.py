"""Shapes of components and papers (khuôn thành phần hồ sơ), as asked and as answered."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import Body, text
from api.schemas.signatures import SignatureSeen
from engine.components.declared import COPIES, MOST_COUNT
from engine.components.papers import PRINTED, SIGNED, SOURCES

_WHOLE: dict[str, Any] = {"required": "required", "null": "required", "invalid": "not-number",
                          "too_large": "not-number"}
#: Sources that nobody states: `reuse` and a message of another node do.
_BY_ITSELF = frozenset({"reused", "handed"})


def _choice(values: tuple[str, ...], usual: str, says: str) -> fields.String:
    return fields.String(
        load_default=usual, metadata={"description": says, "enum": list(values)},
        validate=validate.OneOf(values, error=f"choice:{', '.join(values)}"),
        error_messages={"null": "required", "invalid": "not-text"},
    )


def _number(least: int, most: int, says: str, **more: Any) -> fields.Integer:
    return fields.Integer(
        metadata={"description": says}, error_messages=_WHOLE,
        validate=validate.Range(least, most, error=f"choice:{least}..{most}"), **more,
    )


def _words(says: str) -> fields.Raw:
    """Return a field for a text that the office cleans, after it knows who asks."""
    return fields.Raw(metadata={"type": "string", "description": says})


class NewPaper(Body):
    """A paper to add (thêm giấy tờ): a form with `file`, or JSON for one without a file."""

    copy = _choice(tuple(COPIES), "original", "which copy (loại bản)")
    count = _number(1, MOST_COUNT, "how many (số lượng)", load_default=1)
    source = _choice(tuple(s for s in SOURCES if s not in _BY_ITSELF), "submitted", "from where")
    shown = fields.Boolean(load_default=False, metadata={
        "description": "only shown at the counter (giấy tờ xuất trình)",
    }, error_messages={"invalid": "not-boolean", "null": "required"})
    reuse = text(100, required=False, says="id of an offer: reuse the paper held for this owner")
    replaces = _number(1, 1_000_000, "number of the wrong paper whose place it takes")
    name = _words("name of the paper, for `other`")
    because = _words("why a paper that is held already is asked for again")


class PaperForm(NewPaper):
    """The same as a form with its file."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class Withdrawal(Body):
    """Why a paper is withdrawn."""

    reason = _words("reason (lý do)")


class HandBack(Body):
    """Originals to hand back."""

    papers = fields.List(
        fields.Integer(error_messages=_WHOLE), required=True,
        validate=validate.Length(1, 200, error="required"),
        error_messages={"required": "required", "null": "required", "invalid": "not-list"},
        metadata={"description": "their numbers"},
    )
    note = _words("note (ghi chú)")


class PaperSeen(Body):
    """One paper of a dossier."""

    number = fields.Integer()
    component = fields.String()
    name = fields.String()
    copy = fields.String()
    count = fields.Integer()
    source = fields.String(metadata={"enum": [*SOURCES, PRINTED, SIGNED]})
    shown = fields.Boolean()
    state = fields.String(metadata={"enum": ["held", "withdrawn", "replaced", "erased"]})
    added_at = fields.DateTime()
    handed_back_at = fields.DateTime(allow_none=True)
    file_name = fields.String(allow_none=True)
    media_type = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    sha256 = fields.String(allow_none=True)
    origin = fields.String(allow_none=True)
    file = fields.String(allow_none=True, metadata={
        "enum": ["here", "pending", "failed", "erased", None],
        "description": "null: paper alone; pending: on its way from another node",
    })
    file_label = fields.String(allow_none=True, metadata={"description": "đang tải, lỗi tải …"})
    signatures = fields.List(fields.Nested(SignatureSeen))
    signatures_read = fields.Boolean(metadata={
        "description": "false: the file came from another node, and what was signed before it came "
                       "is not among `signatures`; GET …/signatures/{number} reads them",
    })
    awaits_signature_of = fields.String(allow_none=True)
    etag = fields.String()


class PapersChanged(Body):
    """What a command on papers changed."""

    dossier = fields.Dict()
    number = fields.Integer()
    papers = fields.List(fields.Nested(PaperSeen))


class Offer(Body):
    """A paper held for this owner, to be reused."""

    id = fields.String()
    code = fields.String(metadata={"description": "<owner id>.<paper type>, Decision 468/QĐ-TTg"})
    dossier = fields.String(metadata={"description": "where it came from"})
    held_since = fields.DateTime()
    copy = fields.String()
    media_type = fields.String()
    size = fields.Integer()


class ComponentSeen(Body):
    """One component of a dossier: what is asked, what is there, what is offered."""

    component = fields.String()
    name = fields.String()
    kind = fields.String(data_key="class")
    copy = fields.String()
    count = fields.Integer()
    required = fields.Boolean(metadata={"description": "asked of the applicant now"})
    missing = fields.Integer()
    digitise = fields.Boolean(metadata={"description": "there on paper alone, to be scanned"})
    may_ask = fields.Boolean(metadata={"description": "false: held already, only to be reused"})
    article = fields.String(allow_none=True)
    papers = fields.List(fields.Nested(PaperSeen))
    offers = fields.List(fields.Nested(Offer))
    etag = fields.String()


class ComponentsSeen(Body):
    """All components of a dossier."""

    dossier = fields.String()
    complete = fields.Boolean()
    missing = fields.List(fields.String())
    items = fields.List(fields.Nested(ComponentSeen))
    others = fields.Nested(ComponentSeen)
    etag = fields.String()
