"""Working days of the State sector, in dated editions. Pure: no database, no current time.

For a year whose days the Government has published, the table says which days are not what their weekday says. For any
other year the holidays on a fixed date follow from the law; Tết, Hung Kings' Day, the second day of National Day and
exchanged days are not known there, so that what is counted through such a year is provisional.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_SATURDAY = 5
# Labour Code 45/2019/QH14, Article 111(3): a holiday on a weekly day off is made up for on the next working day.
_IN_LIEU = "Labour Code 45/2019/QH14, Article 111(3)"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says: `off` on a weekday, `on` at a weekend."""

    day: date
    effect: str
    name_vi: str
    name_en: str
    legal_basis: str
    edition: str


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """A holiday that the law puts on the same date in every year."""

    month: int
    day: int
    name_vi: str
    name_en: str
    legal_basis: str
    edition: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days as one edition knows them. `years` are those that the table `special` speaks of."""

    edition: str
    special: Mapping[date, SpecialDay]
    fixed: tuple[FixedHoliday, ...]
    years: frozenset[int]

    @property
    def last(self) -> date:
        """The last day of the table."""
        return date(max(self.years), 12, 31)

    def days_left(self, today: date) -> int:
        """How many days after `today` the table still speaks of; below 0 past its end."""
        return (self.last - today).days

    def special_day(self, day: date) -> SpecialDay | None:
        """Why `day` is not what its weekday says; None when it is."""
        known = self.special if day.year in self.years else _derived(self.fixed, day.year)
        return known.get(day)

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        special = self.special_day(day)
        return special.effect == "on" if special else day.weekday() < _SATURDAY

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself does not count (Civil Code 91/2015/QH13, Art. 147)."""
        while count:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def count(self, first: date, last: date) -> int:
        """How many working days there are after `first` up to `last`. Costs one look per day."""
        return sum(self.works(first + timedelta(days=ahead)) for ahead in range(1, (last - first).days + 1))

    def special_between(self, first: date, last: date) -> tuple[SpecialDay, ...]:
        """The special days after `first` up to `last`, in order. Costs one look per day."""
        days = (self.special_day(first + timedelta(days=ahead)) for ahead in range(1, (last - first).days + 1))
        return tuple(day for day in days if day is not None)

    def provisional(self, first: date, last: date) -> bool:
        """Whether a day after `first` up to `last` lies in a year that the table does not speak of."""
        return any(year not in self.years for year in range((first + timedelta(days=1)).year, last.year + 1))


@cache
def calendar(edition: str | None = None) -> Calendar:
    """The calendar as of `edition`, the newest one by default: of two rows for one day the later edition's counts."""
    rows = sorted(_special_days(), key=lambda row: row.edition)
    known = [row for row in rows if edition is None or row.edition <= edition]
    fixed = tuple(holiday for holiday in _fixed_holidays() if edition is None or holiday.edition <= edition)
    return Calendar(
        edition=max(each for each in _editions() if edition is None or each <= edition),
        special={row.day: row for row in known},
        fixed=fixed,
        years=frozenset(row.day.year for row in known),
    )


@cache
def earlier_editions() -> tuple[str, ...]:
    """Every edition before the newest one, oldest first."""
    return tuple(sorted(_editions()))[:-1]


@cache
def _derived(fixed: tuple[FixedHoliday, ...], year: int) -> Mapping[date, SpecialDay]:
    """The days off of `year` that follow from the law alone: fixed holidays, and days in lieu of those at a weekend."""
    holidays = {date(year, holiday.month, holiday.day): holiday for holiday in fixed}
    found: dict[date, SpecialDay] = {}
    for day, holiday in sorted(holidays.items()):
        if day.weekday() < _SATURDAY:
            basis, names = holiday.legal_basis, (holiday.name_vi, holiday.name_en)
        else:
            basis, names = _IN_LIEU, (f"Nghỉ bù {holiday.name_vi}", f"Day off in lieu of {holiday.name_en}")
            while day.weekday() >= _SATURDAY or day in found or day in holidays:
                day += timedelta(days=1)
        found[day] = SpecialDay(day, "off", *names, basis, holiday.edition)
    return found


def _editions() -> set[str]:
    return {row.edition for row in _special_days()} | {holiday.edition for holiday in _fixed_holidays()}


def _special_days() -> Iterator[SpecialDay]:
    for row in _rows("holidays.csv"):
        yield SpecialDay(
            day=date.fromisoformat(row["date"]),
            effect=row["effect"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            legal_basis=row["legal_basis"],
            edition=row["edition"],
        )


def _fixed_holidays() -> Iterator[FixedHoliday]:
    for row in _rows("fixed-holidays.csv"):
        yield FixedHoliday(
            month=int(row["month"]),
            day=int(row["day"]),
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            legal_basis=row["legal_basis"],
            edition=row["edition"],
        )


def _rows(name: str) -> Sequence[Mapping[str, str]]:
    text = (files("sixclear.common") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
