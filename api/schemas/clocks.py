"""Shapes of clocks (khuôn đồng hồ hồ sơ); amounts are whole working minutes."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Body


def amount(says: str = "", *, allow_none: bool = False) -> fields.Integer:
    """Return a field for an amount of working minutes (phút làm việc)."""
    return fields.Integer(
        allow_none=allow_none, metadata={"minimum": 0, "description": says or "working minutes"},
    )


def judged(*more: str) -> fields.String:
    """Return a field for a standing against a due date: trước hạn, đúng hạn, sắp đến hạn ..."""
    known = ["early", "on_time", "near_due", "late", "uncounted", *more]
    return fields.String(validate=validate.OneOf(known))


class LegalClock(Body):
    """The dossier against its due date (đồng hồ pháp lý)."""

    # `from` is a word of Python: the field's name is given beside it.
    since = fields.DateTime(data_key="from", allow_none=True, metadata={
        "description": "where the clock began, anew after a supplement where the rule set says so",
    })
    due = fields.DateTime(allow_none=True)
    standing = judged()
    stands = fields.Boolean(metadata={"description": "a hold lets the clock stand now"})
    late_minutes = amount()
    left_minutes = amount("null once ended or without due date", allow_none=True)


class Reason(Body):
    """A sentence in both languages."""

    vi = fields.String()
    en = fields.String()


class Decision766(Body):
    """The dossier by Decision 766/QĐ-TTg: the time of a supplement is subtracted."""

    start = fields.DateTime()
    end = fields.DateTime()
    elapsed_minutes = amount("without the time of the supplement")
    supplement_minutes = amount()
    supplements = fields.Integer()
    verdict = fields.String(validate=validate.OneOf(["on_time", "overdue"]))
    reason = fields.Nested(Reason)


class AgencyTime(Body):
    """The time of one agency (thời gian của từng cơ quan)."""

    agency = fields.String()
    steps = fields.Integer()
    minutes = amount("in which it worked on the dossier, by its own calendar")
    late_minutes = amount("of these, past the budget of its own steps")


class Scoring(Body):
    """What Circular 01/2018 art. 13, criteria 1 to 4, asks of one dossier (chấm điểm)."""

    standing = judged()
    minutes = amount("from receipt to end without waiting for the citizen")
    limit_minutes = amount("the time limit, a day as eight hours", allow_none=True)
    supplements = fields.Integer()
    agencies = fields.Integer(metadata={"description": "that took part"})


class Clocks(Body):
    """Both clocks of a dossier, and whose its minutes are.

    worked + waiting_for_citizen + idle = total; what agencies do side by side counts once.
    """

    legal = fields.Nested(LegalClock)
    decision766 = fields.Nested(Decision766)
    start = fields.DateTime(metadata={"description": "the receipt"})
    end = fields.DateTime(metadata={"description": "when it ended, else now"})
    agencies = fields.List(fields.Nested(AgencyTime))
    worked = amount("in which some agency worked on the dossier")
    late = amount("in which some agency was past the budget of its own step")
    waiting_for_citizen = amount("for a supplement or a payment")
    idle = amount("in which nobody worked: a message or a timer was awaited")
    total = amount("between start and end")
    scoring = fields.Nested(Scoring)
