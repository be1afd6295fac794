"""Deadlines: a date means 17:00 in the civil time zone; recurring tasks have one deadline per period."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile

from dateutil.rrule import rrule, rruleset, rrulestr

from sixclear.common.clock import CLOSE_OF_DAY, civil_date, close_of_day
from sixclear.tasks.task.errors import DeadlineInPast, RecurrenceInvalid

_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAYS = r"[+-]?(?:[1-4]?[0-9]|5[0-3])?(?:MO|TU|WE|TH|FR|SA|SU)"
# The parts of an RFC 5545 rule that a task may use, and their values. A day is the finest period, and no part may come
# twice or hold a value that the library would search for ever.
_PARTS = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9][0-9]{0,2}"),
    "COUNT": re.compile(r"[1-9][0-9]{0,3}"),
    "UNTIL": re.compile(r"[0-9]{8}"),
    "BYDAY": re.compile(rf"{_WEEKDAYS}(?:,{_WEEKDAYS}){{0,20}}"),
    "BYMONTHDAY": re.compile(r"-?(?:[1-9]|[12][0-9]|3[01])(?:,-?(?:[1-9]|[12][0-9]|3[01])){0,30}"),
    "BYMONTH": re.compile(r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2])){0,11}"),
    "BYSETPOS": re.compile(r"-?[1-9][0-9]?"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}


def deadline_instant(deadline: date | datetime, closes: time = CLOSE_OF_DAY) -> datetime:
    """The instant, in UTC, at which a deadline falls: a bare date means that hour of the day in the civil time zone."""
    if isinstance(deadline, datetime):
        return deadline.astimezone(UTC)
    return close_of_day(deadline, closes)


def check_to_come(deadline: datetime, now: datetime, *, tells_past: bool) -> None:
    """Raises DeadlineInPast when a decision of now gives a deadline that is over, unless its client tells the past."""
    if deadline < now and not tells_past:
        raise DeadlineInPast(
            "A decision gives a deadline that is still to come; one of the past needs the scope facts:past.",
            errors=[{"pointer": "#/deadline", "code": "in-past", "detail": "Give a time from now on."}],
        )


# The library searches for an occurrence up to the year 9999: from here that is soon, with leap years on the way.
_LATE = date(9985, 1, 1)
# Where the phase of a rule may matter: the days of a week, the months of a year, the years between leap years.
_STARTS = [
    *(_LATE + timedelta(days=days) for days in range(7)),
    *(_LATE.replace(month=month) for month in range(2, 13)),
    *(_LATE.replace(year=_LATE.year + years) for years in range(1, 4)),
]


def _occurs(rule: str) -> bool:
    """Whether a rule of known parts occurs, whenever it starts; one that never does would be searched for ever."""
    try:
        parsed = _read(rule, _civil_close(_LATE))
    except (ValueError, TypeError, IndexError):
        return False
    if not isinstance(parsed, rrule):
        return False
    endless = parsed.replace(count=None, until=None)
    return all(next(iter(endless.replace(dtstart=_civil_close(start))), None) is not None for start in _STARTS)


# A bare date would end a rule at midnight, before the close of the day that it names.
_LAST_DAY = re.compile(r"UNTIL=[0-9]{8}", re.IGNORECASE)


def _read(rule: str, start: datetime) -> rrule | rruleset:
    """The rule from civil time `start` on; the day of UNTIL is its last one, up to its close."""
    return rrulestr(_LAST_DAY.sub(rf"\g<0>T{CLOSE_OF_DAY:%H%M%S}", rule), dtstart=start)


def _civil_close(day: date) -> datetime:
    """Civil time, as RFC 5545's floating form."""
    return datetime.combine(day, CLOSE_OF_DAY)


def check_recurrence(rule: str) -> str:
    """The rule itself when it repeats by day, week, month or year (RFC 5545 §3.3.10); raises RecurrenceInvalid."""
    parts = [part.partition("=")[::2] for part in rule.upper().split(";")]
    code, wrong = "rule-unreadable", _unreadable(parts, rule) or _ignored(dict(parts))
    if not wrong and not _occurs(rule):
        code, wrong = (
            "never-occurs",
            "The rule never occurs, or only from some starts: no day fits all its parts.",
        )
    if wrong:
        raise RecurrenceInvalid(
            "Write one rule that repeats by day, week, month or year and occurs whenever it starts, such as "
            "FREQ=MONTHLY;BYMONTHDAY=22 or FREQ=WEEKLY;BYDAY=FR. It ends by COUNT or by UNTIL, not by both.",
            errors=[{"pointer": "#/recurrence", "code": code, "detail": wrong}],
        )
    return rule


# How the values of a part are written, beside what its name says.
_WRITTEN = {
    "FREQ": "FREQ is one of DAILY, WEEKLY, MONTHLY and YEARLY.",
    "UNTIL": "UNTIL is the last day, written as year, month and day without signs between: 20261231.",
    "BYDAY": "BYDAY names weekdays: MO, TU, WE, TH, FR, SA or SU, with commas between; 2MO is the second Monday.",
    "BYMONTHDAY": "BYMONTHDAY has days from 1 to 31, or from -1 to -31, with commas between.",
    "BYMONTH": "BYMONTH has months from 1 to 12, with commas between, each once.",
    "INTERVAL": "INTERVAL is a number from 1 to 999.",
    "COUNT": "COUNT is a number from 1 to 9999.",
    "BYSETPOS": "BYSETPOS is one number from 1 to 99, or from -1 to -99.",
    "WKST": "WKST is one weekday: MO, TU, WE, TH, FR, SA or SU.",
}


def _unreadable(parts: Sequence[tuple[str, str]], rule: str) -> str:
    """What keeps a rule of these parts from being read, and how it is written."""
    names = [name for name, _ in parts]
    if ":" in rule or "DTSTART" in names:
        return "Leave out RRULE: and DTSTART; the rule starts with the assignment."
    if not set(names) <= set(_PARTS):
        return f"A part is not one of {', '.join(_PARTS)}, each with = and a value, and ; between them."
    if wrong := next((name for name, value in parts if not _is_written(name, value)), None):
        return _WRITTEN[wrong]
    if "FREQ" not in names:
        return _WRITTEN["FREQ"]
    if len(set(names)) < len(names):
        return "Write each part once."
    # RFC 5545 allows only one of the two ends.
    return "The rule ends by COUNT or by UNTIL, not by both." if {"COUNT", "UNTIL"} <= set(names) else ""


def _is_written(name: str, value: str) -> bool:
    if not _PARTS[name].fullmatch(value):
        return False
    with suppress(ValueError):
        return name != "UNTIL" or date.fromisoformat(value) < date.max
    return False


def _ignored(parts: Mapping[str, str]) -> str:
    """What to do about a part that RFC 5545 does not know beside the others, or that the library would pass over."""
    if parts.get("FREQ") in {"DAILY", "WEEKLY"} and re.search("[0-9]", parts.get("BYDAY", "")):
        return "A number before a weekday counts within FREQ=MONTHLY or FREQ=YEARLY; take it out, or change FREQ."
    if parts.get("FREQ") == "WEEKLY" and "BYMONTHDAY" in parts:
        return "BYMONTHDAY counts the days of a month, not of a week; take it out, or write FREQ=MONTHLY."
    if "BYSETPOS" in parts and not {"BYDAY", "BYMONTHDAY", "BYMONTH"} & set(parts):
        return "BYSETPOS chooses among days: give BYDAY, BYMONTHDAY or BYMONTH beside it."
    return ""


def months_skipped(rule: str, since: datetime | None) -> list[int]:
    """The months, 1 to 12, that a rule means but passes over in some years, since they have none of its days then.

    `since` is when the task was assigned, None before that: a monthly rule may take its day and its months from it.
    """
    parts = _parts_of(rule)
    start = civil_date(since) if since else None
    chosen = _days_of_months(parts, start)
    meant = [int(month) for month in parts["BYMONTH"].split(",")] if "BYMONTH" in parts else _months_of(parts, start)
    return sorted(set(meant) & _months_without(chosen)) if chosen else []


def _days_of_months(parts: Mapping[str, str], start: date | None) -> str:
    """The parts of a rule that choose days within a month; empty where it has none."""
    names = ["BYMONTHDAY"] if parts["FREQ"] in {"DAILY", "WEEKLY"} else ["BYMONTHDAY", "BYDAY"]
    names += ["BYSETPOS"] if parts["FREQ"] == "MONTHLY" else []
    kept = {name: parts[name] for name in names if name in parts}
    if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts and kept.pop("BYDAY", ""):
        start = None  # weekdays count within the year
    if not {"BYMONTHDAY", "BYDAY"} & set(kept):
        kept = {"BYMONTHDAY": str(start.day)} if start and parts["FREQ"] in {"MONTHLY", "YEARLY"} else {}
    return ";".join(f"{name}={value}" for name, value in kept.items())


# Each weekday begins a common year and a leap year among these.
_YEARS = range(2001, 2029)


@lru_cache(maxsize=1024)
def _months_without(chosen: str) -> frozenset[int]:
    """The months that in one year or another have none of the days that these parts choose."""
    days = _read(f"FREQ=MONTHLY;{chosen}", _civil_close(date(_YEARS[0], 1, 1)))
    found = {(day.year, day.month) for day in takewhile(lambda day: day.year in _YEARS, days)}
    return frozenset(month for month in range(1, 13) if any((year, month) not in found for year in _YEARS))


def _months_of(parts: Mapping[str, str], start: date | None) -> list[int]:
    """The months that a rule reaches that names none."""
    if start and parts["FREQ"] == "MONTHLY":
        return [(start.month - 1 + turn * int(parts.get("INTERVAL", 1))) % 12 + 1 for turn in range(12)]
    named = start and parts["FREQ"] == "YEARLY" and "BYMONTHDAY" not in parts
    return [start.month] if start and named else list(range(1, 13))


def around(rule: str, since: datetime, at: datetime, closes: time = CLOSE_OF_DAY) -> tuple[date | None, date | None]:
    """The days of the last occurrence before the civil time `at`, and of the first one from then on."""
    day = at.date() + timedelta(days=at.time() > closes)
    return _around_day(rule, since.date(), day, late=since.time() > closes)


def occurrences(rule: str, start: date, first: date, *, late: bool) -> Iterator[date]:
    """The days that a rule names from `first` on, in order. `late`: assigned after the close of `start`."""
    parts = _parts_of(rule)
    if "COUNT" in parts:
        return _counted_from(rule, start, first, late=late)
    later = _later_start(parts, start, first)
    known = _read(rule, _civil_close(start)) if later is None else _read(*later)
    return (found.date() for found in known.xafter(_civil_close(first), inc=True))


def _counted_from(rule: str, start: date, first: date, *, late: bool) -> Iterator[date]:
    told, last_year = 0, max(start, first).year // 10 * 10 + 9
    while len(days := _counted(rule, start, last_year, late=late)) > told:
        yield from (date.fromordinal(day) for day in days[told:] if day >= first.toordinal())
        told, last_year = len(days), last_year + 10


def named_in_a_row(rule: str, start: date) -> Iterator[date]:
    """The days that a rule would name from `start` on if it had no end."""
    endless = {name: value for name, value in _parts_of(rule).items() if name not in {"COUNT", "UNTIL"}}
    told = _read(";".join(f"{name}={value}" for name, value in endless.items()), _civil_close(start))
    return (found.date() for found in told)


def frequency(rule: str) -> str:
    """How often a rule that was checked repeats, in its own words: DAILY, WEEKLY, MONTHLY or YEARLY."""
    return _parts_of(rule)["FREQ"]


# How far before now the search begins; where nothing is found there, sixteen times as far, and so on to the start.
_SEARCH_DAYS = 40
_FARTHER = 16


# Every occurrence falls at the close of its day: what is found for a task is true for a whole day, for every reader.
@lru_cache(maxsize=4096)
def _around_day(rule: str, start: date, day: date, *, late: bool) -> tuple[date | None, date | None]:
    """The last occurrence before `day`, and the first one from then on. `late`: assigned after the close of `start`.

    The library walks from the start of a rule: a daily one of 1945 would cost half a second.
    """
    parts = _parts_of(rule)
    if "COUNT" in parts:
        return _among(_counted(rule, start, max(start, day).year // 10 * 10 + 9, late=late), day)
    last = date.fromisoformat(parts["UNTIL"]) if "UNTIL" in parts else date.max
    if day > last:
        return None, None
    at, days = _civil_close(day), _SEARCH_DAYS
    while True:
        later = _later_start(parts, start, date.fromordinal(max(1, day.toordinal() - days)))
        occurrences = _read(rule, _civil_close(start)) if later is None else _read(*later)
        before = occurrences.before(at)
        if before is not None or later is None:
            following = occurrences.after(at, inc=True)
            return before and before.date(), following and following.date()
        days *= _FARTHER


def _parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule that was checked."""
    return dict(part.split("=", 1) for part in rule.upper().split(";"))


def _later_start(parts: Mapping[str, str], start: date, latest: date) -> tuple[str, datetime] | None:
    """The same rule, from a whole number of its periods later on, at most `latest`; None when there is no such start.

    It begins with a whole period, and what it took from the day of its start is written into it.
    """
    interval = int(parts.get("INTERVAL", 1))
    by_day = "BYDAY" in parts or "BYMONTHDAY" in parts
    kept = dict(parts)
    if parts["FREQ"] == "DAILY":
        later = start + timedelta(days=(latest - start).days // interval * interval)
    elif parts["FREQ"] == "WEEKLY":
        week = start - timedelta(days=(start.weekday() - _WEEK.index(parts.get("WKST", "MO"))) % 7)
        later = week + timedelta(weeks=(latest - week).days // 7 // interval * interval)
        kept |= {} if by_day else {"BYDAY": _WEEK[start.weekday()]}
    elif parts["FREQ"] == "MONTHLY":
        months = (12 * (latest.year - start.year) + latest.month - start.month) // interval * interval
        years, month = divmod(start.month - 1 + months, 12)
        later = date(start.year + years, month + 1, 1)
        kept |= {} if by_day else {"BYMONTHDAY": str(start.day)}
    else:
        later = date(start.year + (latest.year - start.year) // interval * interval, 1, 1)
        kept |= {} if by_day else {"BYMONTHDAY": str(start.day), "BYMONTH": parts.get("BYMONTH", str(start.month))}
    if later <= start:
        return None
    return ";".join(f"{name}={value}" for name, value in kept.items()), _civil_close(later)


@lru_cache(maxsize=256)
def _counted(rule: str, start: date, last_year: int, *, late: bool) -> "array[int]":
    """The days of a rule that ends after so many occurrences, up to the first one after `last_year`.

    They can only be counted from its start, so once. One that is over when the task is assigned, `late` on the day of
    `start`, is none of them.
    """
    parts = _parts_of(rule)
    count = int(parts["COUNT"])
    parts["COUNT"] = str(count + late)
    days = array("l")
    for occurrence in _read(";".join(f"{name}={value}" for name, value in parts.items()), _civil_close(start)):
        days.append(occurrence.toordinal())
        if occurrence.year > last_year:
            break
    return days[1:] if late and days and days[0] == start.toordinal() else days[:count]


def _among(days: "array[int]", day: date) -> tuple[date | None, date | None]:
    """The last of these days before `day`, and the first one from then on."""
    following = bisect_left(days, day.toordinal())
    before = date.fromordinal(days[following - 1]) if following else None
    return before, date.fromordinal(days[following]) if following < len(days) else None
