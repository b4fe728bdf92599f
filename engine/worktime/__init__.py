"""Working time (thời gian làm việc): calendars, durations as people write them, due dates.

    due(start, parse("5 ngày làm việc"), DEFAULT).at

Counting is exact to the minute and takes one bisection, however long the term; each due date can
tell how it was counted, line by line.
"""

from engine.worktime.amendment import Amendment, amend
from engine.worktime.calendar import DAY_MINUTES, DEFAULT, Calendar
from engine.worktime.count import CUTOFF, due, receipt, working_minutes
from engine.worktime.days import FixedHoliday, Hours, SpecialDay, YearTable
from engine.worktime.derive import Due
from engine.worktime.durations import Duration, parse
from engine.worktime.together import minutes_together

__all__ = [
    "CUTOFF", "DAY_MINUTES", "DEFAULT", "Amendment", "Calendar", "Due", "Duration", "FixedHoliday",
    "Hours", "SpecialDay", "YearTable", "amend", "due", "minutes_together", "parse", "receipt",
    "working_minutes",
]
