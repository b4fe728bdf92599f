"""Elapsed time (thời gian giải quyết): the two clocks of a dossier, and whose the minutes are.

The legal clock counts to the due date (Decree 61/2018 art. 19: it may begin anew); the clock of
Decision 766/QĐ-TTg subtracts the time of a supplement. Both are kept, as they may disagree.
"""

from engine.law.elapsed.course import Course, Step
from engine.law.elapsed.decision766 import Reckoning, by_decision_766
from engine.law.elapsed.legal import Reading, StepReading, legal_clock, step_clock
from engine.law.elapsed.shares import Share, Shares, whose_minutes

__all__ = [
    "Course", "Reading", "Reckoning", "Share", "Shares", "Step", "StepReading", "by_decision_766",
    "legal_clock", "step_clock", "whose_minutes",
]
