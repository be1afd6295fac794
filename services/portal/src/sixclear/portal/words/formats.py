"""Numbers, shares, days and instants as the reader's language writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from sixclear.common.clock import CIVIL_ZONE, close_of_day

NO_BREAK = "\u00a0"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language names itself, runs, and writes days and instants, in the patterns of CLDR."""

    name: str
    direction: str
    day: str
    instant: str
    short_instant: str
    month: str


SPELLINGS: Mapping[str, Spelling] = {
    "vi": Spelling("Tiếng Việt", "ltr", "d/M/yyyy", "d/M/yyyy HH:mm", "d/M HH:mm", "M/yyyy"),
    "en": Spelling("English", "ltr", "d MMMM yyyy", "d MMMM yyyy, HH:mm", "d MMM HH:mm", "MMM yyyy"),
    "ar": Spelling("العربية", "rtl", "d MMMM yyyy", "d MMMM yyyy، HH:mm", "d MMM HH:mm", "MMM yyyy"),
}


# A page writes hundreds of figures and days, most of them again on the next page; writing one takes up to 24 µs.
@lru_cache(maxsize=8_192)
def _decimal(value: int | Decimal, pattern: str | None, language: str) -> str:
    return str(format_decimal(value, pattern, Locale.parse(language)))


@lru_cache(maxsize=8_192)
def _date(value: date, pattern: str, language: str) -> str:
    return str(format_date(value, pattern, Locale.parse(language)))


class Formatter:
    """Writes figures and times in one language; instants in the civil time zone."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._spelling = SPELLINGS[language]

    def number(self, value: int | Decimal) -> str:
        """`1287` as `1.287` (vi) or `1,287` (en)."""
        return _decimal(value, None, self.language)

    def exact(self, value: Decimal) -> str:
        """A figure as it was published, with up to six decimals and none that is not there."""
        return _decimal(value, "#,##0.######", self.language)

    def percent(self, value: Decimal) -> str:
        """`46.70` as `46,70 %` (vi) or `46.70 %` (en), always with two decimals."""
        return f"{_decimal(value, '#,##0.00', self.language)}{NO_BREAK}%"

    def day(self, value: date | datetime) -> str:
        """A day: `4/12/2025` (vi)."""
        return _date(self._civil(value), self._spelling.day, self.language)

    def deadline(self, value: datetime) -> str:
        """A deadline: its day where it falls at the close of office hours, as most do, else with its time."""
        return self.day(value) if value == close_of_day(self._civil(value)) else self.instant(value)

    def instant(self, value: datetime) -> str:
        """A day and a time: `4/12/2025 17:00` (vi)."""
        return str(format_datetime(value, self._spelling.instant, CIVIL_ZONE, self._locale))

    def short_instant(self, value: datetime) -> str:
        """A day and a time without the year, for a ledger of the last days."""
        return str(format_datetime(value, self._spelling.short_instant, CIVIL_ZONE, self._locale))

    def month(self, value: date) -> str:
        """A month, for an axis."""
        return _date(value, self._spelling.month, self.language)

    @staticmethod
    def machine(value: datetime) -> str:
        """An instant for the `datetime` attribute."""
        return value.isoformat(timespec="seconds")

    @staticmethod
    def milliseconds(value: datetime) -> int:
        """An instant as scripts count it, cut as they cut it."""
        return (value - _EPOCH) // _MILLISECOND

    @staticmethod
    def _civil(value: date | datetime) -> date:
        return value.astimezone(CIVIL_ZONE).date() if isinstance(value, datetime) else value
