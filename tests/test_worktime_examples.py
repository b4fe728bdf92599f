"""Due dates worked by hand: Civil Code articles 147-148, Labour Code article 112.

Every expected moment was found on a printed calendar, from these facts alone; each line says how.
A second reader worked out 36 more (A_SECOND_READING) before any was run; the code agreed with each.
One question was settled by reading again: a receipt on a day off counts as at the next opening even
where a fraction of a day is asked, since the rule speaks of the receipt, not of the unit
(docs/decisions.md, 10).

Hours 07:30-11:30 and 13:30-17:30, Monday to Friday. Off on weekdays, and worked on Saturdays:
  2025  Tết Mon 27 - Fri 31 Jan · Mon 7 Apr · Wed 30 Apr, Thu 1 May, Fri 2 May (Sat 26 Apr worked)
        · Mon 1, Tue 2 Sep · 24 Nov is a working day
  2026  Thu 1 Jan, Fri 2 Jan (Sat 10 Jan worked) · Tết Mon 16 - Fri 20 Feb · Mon 27 Apr ·
        Thu 30 Apr, Fri 1 May · Mon 31 Aug (Sat 22 Aug worked), Tue 1, Wed 2 Sep · Tue 24 Nov
  2027  provisional: Fri 1 Jan · Tết Fri 5 - Thu 11 Feb · Fri 16 Apr · Fri 30 Apr, Mon 3 May ·
        Thu 2, Fri 3 Sep · Wed 24 Nov
"""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.worktime import DEFAULT, due, parse

#: flags: r = a receipt, c = calendar days, p = provisional; then start, duration, due, reasoning.
TET_2026 = """
 | 2026-02-13 10:00 | 1 ngày   | 2026-02-23 17:30 | Fri first; Tết week and weekends off; Mon 23 = 1
 | 2026-02-10 08:00 | 5 ngày   | 2026-02-24 17:30 | 11, 12, 13 = 1-3; Mon 23 = 4; Tue 24 = 5
 | 2026-02-17 09:00 | 3 ngày   | 2026-02-25 17:30 | a day of Tết is the first; 23, 24, 25
r| 2026-02-17 09:00 | 3 ngày   | 2026-02-26 17:30 | counts as Mon 23 07:30, the first; 24, 25, 26
r| 2026-02-13 15:00 | 2 ngày   | 2026-02-24 17:30 | 15:00 sharp is in time: Fri first; 23, 24
r| 2026-02-13 15:01 | 2 ngày   | 2026-02-25 17:30 | counts as Mon 23; 24, 25
 | 2026-02-13 16:00 | 4 giờ    | 2026-02-23 10:00 | 1.5 h on Fri; 2.5 h from Mon 07:30
r| 2026-02-13 16:00 | 4 giờ    | 2026-02-23 11:30 | counts from Mon 07:30; ends at the closing
 | 2026-02-12 08:00 | 10,5 ngày| 2026-03-05 14:00 | 84 h: 7.5, 8, 8 days = 79.5; 4.5 h
 | 2026-02-14 09:00 | 8 giờ    | 2026-02-23 17:30 | Sat and Tết off; all of Mon 23
 | 2026-02-02 07:30 | 20 ngày  | 2026-03-09 17:30 | 6 = 4; 13 = 9; 27 = 14; 6 Mar = 19; 9 = 20
c| 2026-02-10 09:00 | 7 ngày   | 2026-02-23 17:30 | 17 Feb is Tết; next working day Mon 23
c| 2026-02-06 09:00 | 7 ngày   | 2026-02-13 17:30 | Fri 13 is worked
 | 2026-02-20 23:59 | 0,5 ngày | 2026-02-23 11:30 | 4 h from Mon 07:30
 | 2026-02-13 17:30 | 1 giờ    | 2026-02-23 08:30 | nothing left on Fri; 1 h from Mon 07:30
 | 2026-02-13 11:15 | 0,5 giờ  | 2026-02-13 13:45 | 15 min to 11:30, 15 min from 13:30
"""

TET_2027 = """
p | 2027-02-04 10:00 | 1 ngày   | 2027-02-12 17:30 | Thu first; 5-11 off; Fri 12 = 1
p | 2027-02-03 09:00 | 3 ngày   | 2027-02-15 17:30 | Thu 4, Fri 12, Mon 15
pr| 2027-02-04 15:30 | 1 ngày   | 2027-02-15 17:30 | counts as Fri 12; Mon 15 = 1
p | 2027-02-04 16:30 | 2 giờ    | 2027-02-12 08:30 | 1 h on Thu; 1 h from Fri 12 07:30
pc| 2027-02-01 10:00 | 10 ngày  | 2027-02-12 17:30 | 11 Feb is off for Sunday; Fri 12
p | 2027-01-04 08:00 | 30 ngày  | 2027-02-22 17:30 | 29 Jan = 19; 4 Feb = 23; 12 = 24; 19 = 29
p | 2026-12-30 09:00 | 3 ngày   | 2027-01-05 17:30 | Thu 31 = 1; Fri 1 off; Mon 4 = 2; Tue 5 = 3
pr| 2026-12-31 16:00 | 1 ngày   | 2027-01-05 17:30 | counts as Mon 4; Tue 5 = 1
p | 2026-12-31 08:00 | 8 giờ    | 2027-01-04 08:00 | 7.5 h on Thu; 0.5 h from Mon 4 07:30
"""

NEW_YEAR_2026_AND_ITS_SATURDAY = """
 | 2025-12-31 10:00 | 1 ngày | 2026-01-05 17:30 | Thu 1 and Fri 2 off; Mon 5 = 1
 | 2026-01-05 09:00 | 5 ngày | 2026-01-10 17:30 | 6-9 = 4; Sat 10 is worked = 5
r| 2026-01-09 16:00 | 1 ngày | 2026-01-12 17:30 | counts as Sat 10; Mon 12 = 1
r| 2026-01-10 10:00 | 1 ngày | 2026-01-12 17:30 | Sat 10 is worked, the first; Mon 12 = 1
r| 2026-01-10 15:30 | 1 ngày | 2026-01-13 17:30 | counts as Mon 12; Tue 13 = 1
 | 2026-01-09 16:30 | 2 giờ  | 2026-01-10 08:30 | 1 h on Fri; 1 h on Sat 10
r| 2026-01-03 09:00 | 2 ngày | 2026-01-07 17:30 | counts as Mon 5; 6, 7
 | 2026-01-02 08:00 | 4 giờ  | 2026-01-05 11:30 | Fri 2 off; Mon 5 morning
 | 2026-01-17 10:00 | 1 ngày | 2026-01-19 17:30 | an ordinary Saturday; Mon 19 = 1
c| 2026-01-03 10:00 | 7 ngày | 2026-01-10 17:30 | Sat 10 is worked, so the term ends there
c| 2026-01-01 10:00 | 1 ngày | 2026-01-05 17:30 | Fri 2 off, weekend; Mon 5
"""

APRIL_AND_MAY = """
 | 2025-04-25 10:00 | 1 ngày   | 2025-04-26 17:30 | Sat 26 is worked = 1
 | 2025-04-25 10:00 | 5 ngày   | 2025-05-06 17:30 | Sat 26, 28, 29 = 3; Mon 5 May = 4; Tue 6 = 5
 | 2025-04-29 16:30 | 3 giờ    | 2025-05-05 09:30 | 1 h on Tue; 2 h from Mon 5 07:30
r| 2025-04-26 15:01 | 1 ngày   | 2025-04-29 17:30 | counts as Mon 28; Tue 29 = 1
 | 2025-04-04 09:00 | 1 ngày   | 2025-04-08 17:30 | Mon 7 off; Tue 8 = 1
 | 2026-04-24 10:00 | 1 ngày   | 2026-04-28 17:30 | Mon 27 off for Sunday; Tue 28 = 1
 | 2026-04-24 10:00 | 3 ngày   | 2026-05-04 17:30 | 28, 29; 30 and 1 off; Mon 4 = 3
r| 2026-04-24 15:00 | 1 ngày   | 2026-04-28 17:30 | in time: Fri first; Tue 28 = 1
r| 2026-04-24 15:01 | 1 ngày   | 2026-04-29 17:30 | counts as Tue 28; Wed 29 = 1
 | 2026-04-29 14:00 | 8 giờ    | 2026-05-04 14:00 | 3.5 h; Mon 4: 4 h to 11:30, 0.5 h from 13:30
 | 2026-04-27 09:00 | 1/4 ngày | 2026-04-28 09:30 | Mon 27 off; 2 h from Tue 07:30
c| 2026-04-24 10:00 | 5 ngày   | 2026-04-29 17:30 | Wed 29 is worked
c| 2026-04-25 10:00 | 5 ngày   | 2026-05-04 17:30 | Thu 30 off, Fri 1 off, weekend; Mon 4
 | 2026-03-02 08:00 | 35 ngày  | 2026-04-20 17:30 | 6 Mar = 4; 9, 14, 19, 24, 29, 34; 20 Apr
 | 2026-03-02 08:00 | 45 ngày  | 2026-05-07 17:30 | ... 21-24 Apr = 39; 28, 29 = 41; 4-7 May = 45
p| 2027-04-29 10:00 | 1 ngày   | 2027-05-04 17:30 | Fri 30 off, Sat 1, Sun 2, Mon 3 off; Tue 4 = 1
p| 2027-04-15 10:00 | 2 ngày   | 2027-04-20 17:30 | Fri 16 off; Mon 19, Tue 20
"""

SEPTEMBER = """
 | 2025-08-29 08:00 | 2 ngày  | 2025-09-04 17:30 | 1 and 2 off; Wed 3, Thu 4
 | 2026-08-21 10:00 | 1 ngày  | 2026-08-22 17:30 | Sat 22 is worked = 1
 | 2026-08-21 10:00 | 7 ngày  | 2026-09-03 17:30 | Sat 22 = 1; 24-28 = 6; 31, 1, 2 off; Thu 3 = 7
r| 2026-08-28 15:30 | 1 ngày  | 2026-09-04 17:30 | counts as Thu 3; Fri 4 = 1
 | 2026-08-28 16:30 | 2 giờ   | 2026-09-03 08:30 | 1 h on Fri; 1 h from Thu 3 07:30
 | 2026-08-22 14:00 | 4 giờ   | 2026-08-24 08:00 | 3.5 h on Sat 22; 0.5 h from Mon 24 07:30
r| 2026-08-20 16:00 | 20 ngày | 2026-09-22 17:30 | Sat 22 = 1; 28 = 6; 4 Sep = 8; 13; 18; 20
 | 2026-08-29 10:00 | 16 giờ  | 2026-09-04 17:30 | all of Thu 3 and Fri 4
p| 2027-09-01 10:00 | 1 ngày  | 2027-09-06 17:30 | 2 and 3 off, weekend; Mon 6 = 1
"""

THE_24TH_OF_NOVEMBER = """
 | 2025-11-21 10:00 | 2 ngày | 2025-11-25 17:30 | no holiday before 2026: Mon 24, Tue 25
 | 2026-11-23 10:00 | 1 ngày | 2026-11-25 17:30 | Tue 24 off; Wed 25 = 1
r| 2026-11-23 16:00 | 1 ngày | 2026-11-26 17:30 | counts as Wed 25; Thu 26 = 1
 | 2026-11-23 15:30 | 4 giờ  | 2026-11-25 09:30 | 2 h on Mon; 2 h from Wed 07:30
r| 2026-11-24 09:00 | 3 ngày | 2026-11-30 17:30 | counts as Wed 25; 26, 27, Mon 30
 | 2026-11-24 09:00 | 3 ngày | 2026-11-27 17:30 | the holiday is the first; 25, 26, 27
c| 2026-11-20 09:00 | 4 ngày | 2026-11-25 17:30 | Tue 24 off; Wed 25
p| 2027-11-23 10:00 | 1 ngày | 2027-11-25 17:30 | Wed 24 off; Thu 25 = 1
"""

PLAIN_WEEKS = """
 | 2026-11-09 11:30 | 1 giờ    | 2026-11-09 14:30 | from 13:30
 | 2026-11-09 12:00 | 1 giờ    | 2026-11-09 14:30 | in the lunch break: from 13:30
 | 2026-11-09 07:30 | 4 giờ    | 2026-11-09 11:30 | ends at the closing, not at 13:30
 | 2026-11-09 07:30 | 8 giờ    | 2026-11-09 17:30 | ends at the closing, not on Tuesday
 | 2026-11-09 10:00 | 1/2 ngày | 2026-11-09 16:00 | 1.5 h to 11:30; 2.5 h from 13:30
 | 2026-11-09 06:00 | 2 giờ    | 2026-11-09 09:30 | from 07:30
 | 2026-11-13 16:45 | 2 giờ    | 2026-11-16 08:45 | 45 min on Fri; 1 h 15 from Mon 16 07:30
r| 2026-11-14 10:00 | 4 giờ    | 2026-11-16 11:30 | Saturday: counts as Mon 16 07:30
 | 2026-11-09 19:00 | 1 ngày   | 2026-11-10 17:30 | the given date is the first whatever the hour
r| 2026-11-09 19:00 | 1 ngày   | 2026-11-11 17:30 | counts as Tue 10; Wed 11 = 1
r| 2026-11-09 06:00 | 1 ngày   | 2026-11-10 17:30 | before opening is still that day
 | 2026-11-09 10:00 | ngay trong ngày làm việc | 2026-11-09 17:30 | the close of the same day
r| 2026-11-09 15:01 | ngay trong ngày làm việc | 2026-11-10 17:30 | counts as Tue 10
 | 2026-11-13 18:00 | ngay trong ngày làm việc | 2026-11-16 17:30 | Fri has closed; Mon 16
 | 2026-11-15 09:00 | ngay trong ngày làm việc | 2026-11-16 17:30 | Sunday; Mon 16
 | 2026-11-09 08:00 | P3D      | 2026-11-12 17:30 | three working days: 10, 11, 12
 | 2026-11-09 10:00 | PT4H     | 2026-11-09 16:00 | four working hours over lunch
 | 2026-11-09 10:00 | P1DT4H   | 2026-11-10 16:00 | 12 h: 5.5 on Mon; 4 on Tue morning; 2.5
"""

YEARS_WITHOUT_A_TABLE = """
p| 2028-04-27 10:00 | 3 ngày | 2028-05-03 17:30 | Fri 28 = 1; Mon 1 May off; Tue 2, Wed 3
p| 2024-08-30 10:00 | 1 ngày | 2024-09-03 17:30 | Mon 2 Sep off; Tue 3 = 1
"""

#: A second reader's, from the same facts and the same printed calendar, before a line was run.
A_SECOND_READING = """
r| 2026-02-13 14:59 | 12 giờ   | 2026-02-24 08:59 | 2 h 31 on Fri; 8 h on Mon 23; 1 h 29 on Tue
 | 2026-02-12 11:45 | 1,5 ngày | 2026-02-13 17:30 | 12 h: 4 on Thu afternoon, 8 on Fri
 | 2026-02-12 15:00 | 2,5 ngày | 2026-02-24 09:00 | 20 h: 2.5, 8, Mon 23 8 = 18.5; 1.5 on Tue
rc| 2026-02-13 16:00 | 3 ngày  | 2026-02-26 17:30 | counts as Mon 23, the first; Thu 26
 | 2025-01-24 10:00 | 2 ngày   | 2025-02-04 17:30 | 27-31 Jan off; Mon 3, Tue 4 Feb
 | 2025-01-24 16:00 | 3 giờ    | 2025-02-03 09:00 | 1.5 h on Fri; 1.5 h on Mon 3 Feb
r| 2025-04-25 15:01 | 1 ngày   | 2025-04-28 17:30 | counts as Sat 26, worked; Mon 28 = 1
 | 2025-04-30 09:00 | 1 ngày   | 2025-05-05 17:30 | the holiday is the first; 1, 2 off; Mon 5
 | 2025-04-26 13:00 | 6 giờ    | 2025-04-28 09:30 | a worked Sat: 4 h from 13:30; 2 h on Mon
 | 2026-01-10 16:00 | 1/2 ngày | 2026-01-12 10:00 | a worked Sat: 1.5 h; 2.5 h on Mon 12
r| 2026-01-02 10:00 | 5 ngày   | 2026-01-10 17:30 | counts as Mon 5; 6-9 = 4; Sat 10 = 5
 | 2026-04-29 17:29 | 1 phút   | 2026-04-29 17:30 | the last minute of the day
 | 2026-04-29 17:29 | 2 phút   | 2026-05-04 07:31 | one on Wed; one on Mon 4 May
r| 2026-04-29 16:00 | ngay trong ngày | 2026-05-04 17:30 | counts as Mon 4 May, closes there
 | 2026-08-22 09:00 | 1,25 ngày | 2026-08-24 11:00 | 10 h: a worked Sat 6.5; 3.5 on Mon 24
c| 2026-08-20 10:00 | 2 ngày   | 2026-08-22 17:30 | Sat 22 is worked
c| 2026-08-28 10:00 | 2 ngày   | 2026-09-03 17:30 | Sun 30; 31, 1, 2 off; Thu 3
 | 2026-08-27 14:00 | 3 ngày   | 2026-09-04 17:30 | Fri 28; Thu 3, Fri 4
r| 2026-09-02 09:00 | 2 giờ    | 2026-09-03 09:30 | counts as Thu 3 07:30
 | 2026-11-23 11:00 | 1/2 ngày | 2026-11-23 17:00 | 0.5 h to 11:30; 3.5 h from 13:30
 | 2026-11-20 15:30 | 1,5 ngày | 2026-11-25 09:30 | 12 h: Fri 2, Mon 8; Tue 24 off; Wed 2
r| 2026-11-20 15:01 | 5 ngày   | 2026-12-01 17:30 | counts as Mon 23; 25, 26, 27, 30, Tue 1
 | 2026-11-20 10:00 | 10 ngày  | 2026-12-07 17:30 | 23 = 1; 25-27 = 4; 30 = 5; 1-4 = 9; 7 = 10
p | 2027-02-04 07:00 | 8 giờ   | 2027-02-04 17:30 | all of Thu 4
pr| 2027-02-08 09:00 | 1/4 ngày | 2027-02-12 09:30 | counts as Fri 12 07:30; 2 h
p | 2027-02-12 16:00 | 1,25 ngày | 2027-02-16 08:00 | 10 h: Fri 1.5; Mon 15 8; Tue 0.5
pc| 2027-04-29 10:00 | 4 ngày  | 2027-05-04 17:30 | Mon 3 off; Tue 4
p | 2027-04-30 10:00 | 2 ngày  | 2027-05-05 17:30 | the holiday is the first; Tue 4, Wed 5
pr| 2027-09-01 15:00 | 1 ngày  | 2027-09-06 17:30 | in time: Wed first; 2, 3 off; Mon 6
pr| 2027-09-01 15:01 | 1 ngày  | 2027-09-07 17:30 | counts as Mon 6; Tue 7
p | 2026-12-25 14:00 | 5 ngày  | 2027-01-04 17:30 | 28-31 = 4; Fri 1 off; Mon 4 = 5
 | 2026-06-05 11:30 | 0,5 ngày | 2026-06-05 17:30 | the whole afternoon
 | 2026-06-05 12:15 | 5 giờ    | 2026-06-08 08:30 | 4 h on Fri; 1 h on Mon 8
 | 2026-06-06 08:00 | 01 buổi  | 2026-06-08 11:30 | Saturday; Monday morning
 | 2026-06-30 08:00 | 45 ngày  | 2026-09-03 17:30 | 31 Jul = 23; 21 Aug = 38; Sat 22 = 39; 28 = 44
r| 2026-06-30 15:30 | 44 ngày  | 2026-09-03 17:30 | counts as Wed 1 July: one day less to the same
"""


def rows(*tables: str) -> list[tuple[str, ...]]:
    lines = [line for table in tables for line in table.strip("\n").splitlines()]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


ALL = rows(TET_2026, TET_2027, NEW_YEAR_2026_AND_ITS_SATURDAY, APRIL_AND_MAY, SEPTEMBER,
           THE_24TH_OF_NOVEMBER, PLAIN_WEEKS, YEARS_WITHOUT_A_TABLE, A_SECOND_READING)


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(f"{text.replace(' ', 'T')}:00+07:00")


@pytest.mark.parametrize(("flags", "start", "duration", "expected", "why"), ALL)
def test_a_due_date_is_the_one_found_on_the_printed_calendar(
    flags: str, start: str, duration: str, expected: str, why: str,
) -> None:
    asked = parse(duration, calendar_days="c" in flags, iso_as_working=True)

    found = due(vietnam(start), asked, DEFAULT, received="r" in flags)

    assert found.at == vietnam(expected), f"{why}\n" + "\n".join(found.derivation)
    assert found.provisional == ("p" in flags)


def test_there_are_at_least_sixty_worked_examples() -> None:
    assert len(ALL) >= 60


def test_one_second_after_15_00_is_late_and_15_00_sharp_is_not() -> None:
    # Monday 9 November 2026: in time ends on Tuesday 10, late on Wednesday 11.
    sharp = datetime.fromisoformat("2026-11-09T15:00:00+07:00")
    late = datetime.fromisoformat("2026-11-09T15:00:01+07:00")

    one_day = parse("01 ngày làm việc")

    assert due(sharp, one_day, DEFAULT, received=True).at == vietnam("2026-11-10 17:30")
    assert due(late, one_day, DEFAULT, received=True).at == vietnam("2026-11-11 17:30")


def test_moments_are_cut_to_the_minute() -> None:
    # 11:29:59 counts as 11:29: one minute to 11:30, fifty-nine from 13:30.
    start = datetime.fromisoformat("2026-11-09T11:29:59.999999+07:00")

    assert due(start, parse("1 giờ"), DEFAULT).at == vietnam("2026-11-09 14:29")


def test_days_are_days_in_viet_nam_wherever_the_moment_was_written() -> None:
    # 17:30 UTC on Monday 9 is 00:30 on Tuesday 10 in Viet Nam: Wednesday 11 is day 1.
    start = datetime.fromisoformat("2026-11-09T17:30:00+00:00")
    # 03:00 in New York (-05:00) on Monday 9 is 15:00 sharp in Viet Nam: in time.
    sharp = datetime.fromisoformat("2026-11-09T03:00:00-05:00")

    assert due(start, parse("1 ngày"), DEFAULT).at == vietnam("2026-11-11 17:30")
    assert due(sharp, parse("1 ngày"), DEFAULT, received=True).at == vietnam("2026-11-10 17:30")


@pytest.mark.parametrize("text", ["Không tính thời gian", "Giờ hành chính"])
def test_time_that_is_not_counted_has_no_due_date(text: str) -> None:
    found = due(vietnam("2026-11-09 10:00"), parse(text), DEFAULT, received=True)

    assert found.at is None
    assert not found.provisional
    assert "không tính thời gian" in found.derivation[-1]
