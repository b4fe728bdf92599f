"""Shapes of papers and of the register (khuôn giấy tờ, sổ theo dõi), as asked and as answered."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Body, text


class Printing(Body):
    """What is said when a paper is printed."""

    asked = fields.Boolean(
        load_default=False, truthy={True}, falsy={False},
        error_messages={"invalid": "not-boolean", "null": "not-boolean"},
        metadata={"description": "the applicant asks for a receipt though it is settled at once"},
    )


class PrintQuery(Body):
    """As which file."""

    format = fields.String(
        load_default="pdf", validate=validate.OneOf(("pdf", "docx")),
        metadata={"description": "pdf or docx"},
    )


class PaperPrinted(Body):
    """A paper as its entry recorded it (giấy tờ đã in)."""

    dossier = fields.String()
    entry = fields.Integer(metadata={"description": "number of the entry in the history"})
    entry_hash = fields.String()
    printed_at = fields.DateTime()
    actor = fields.String()
    paper = fields.String()
    form = fields.String(metadata={"description": "number of the form and its circular"})
    format = fields.String()
    number = fields.Integer(metadata={"description": "which printing of this paper, from 1"})
    sha256 = fields.String()
    size = fields.Integer(metadata={"description": "bytes"})


class PapersPage(Body):
    """A page of papers printed."""

    items = fields.List(fields.Nested(PaperPrinted))
    next = fields.String(allow_none=True)


class RegisterQuery(Body):
    """Which register, of which days, as what."""

    agency = text(says="code of the agency whose register it is")
    since = fields.Date(
        required=True, data_key="from", metadata={"description": "first local day of receipt"},
    )
    until = fields.Date(
        required=True, data_key="to", metadata={"description": "last local day of receipt"},
    )
    format = fields.String(
        load_default="json", validate=validate.OneOf(("json", "xlsx", "html", "pdf")),
    )
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = text(500, required=False, says="`next` of the page before; json alone")


class RegisterItem(Body):
    """One line of the register (sổ theo dõi hồ sơ)."""

    number = fields.Integer(metadata={"description": "in the year's book of the agency"})
    code = fields.String()
    procedure = fields.String()
    procedure_name = fields.String()
    applicant = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    received = fields.DateTime()
    due = fields.DateTime(allow_none=True)
    settled = fields.DateTime(allow_none=True)
    returned = fields.DateTime(allow_none=True)
    ended = fields.DateTime(allow_none=True)
    result = fields.String(allow_none=True)
    status = fields.Integer(metadata={"minimum": 1, "maximum": 10})
    status_label = fields.String()
    channel = fields.String()
    standing = fields.String(metadata={
        "enum": ["early", "on_time", "near_due", "late", "uncounted"],
    })
    notes = fields.List(fields.String())


class RegisterPage(Body):
    """A page of the register."""

    agency = fields.String()
    items = fields.List(fields.Nested(RegisterItem))
    next = fields.String(allow_none=True)
