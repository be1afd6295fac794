"""Times in requests: written as they are meant, never guessed from numbers or half-given texts.

One syntax for every body and every address of every service (RFC 3339): a day is `2025-12-04`; an instant has a time
and an offset, `2025-12-04T17:00:00+07:00`. Each field says which of both it takes. An offset may come without its
colon, as ISO 8601 has it too; what is finer than a microsecond is cut off. In an address the plus sign of an offset is
written `%2B`; one that was not arrives as a blank and is understood. Years are those of the instant in UTC.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

# RFC 3339 §5.6; pydantic alone would also take seconds since 1970 and dates without dashes.
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:(?<=:\d\d:\d\d)(\.\d{1,6})\d*)?"
    r"(?:[Zz]|([+-](?:[01]\d|2[0-3])):?([0-5]\d))",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIRST_YEAR, _LAST_YEAR = 1945, 2200


# An offset's plus sign that was not escaped in the address arrives as a blank.
_UNESCAPED = re.compile(r"(\d{4}-\d\d-\d\d[Tt ][\d:.]+) (\d\d:?\d\d)", re.ASCII)


def _plain(value: str) -> str | None:
    """`value`, an instant, as every reader of ISO 8601 takes it; else None."""
    found = _INSTANT.fullmatch(value)
    if found is None:
        return None
    day, time, fraction, hours, minutes = found.groups()
    return f"{day}T{time}{fraction or ''}" + (f"{hours}:{minutes}" if hours else "Z")


def _instant(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and (written := _plain(value)) is not None:
        return written
    if isinstance(value, str) and _DAY.fullmatch(value):
        message = "A day alone is no instant here: write one with its offset, such as 2025-12-04T17:00:00+07:00"
        raise PydanticCustomError("instant", message)
    raise PydanticCustomError("instant", "Write an instant with its offset, such as 2025-12-04T17:00:00+07:00")


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(with_plus(value)):
        raise PydanticCustomError("day", "A day is meant here, without a time: write 2025-12-04")
    raise PydanticCustomError("day", "Write a day as 2025-12-04")


def _in_range(value: date) -> date:
    in_range = FIRST_YEAR <= value.year <= _LAST_YEAR
    if in_range and isinstance(value, datetime) and value.tzinfo is not None:
        in_range = FIRST_YEAR <= value.astimezone(UTC).year <= _LAST_YEAR
    if not in_range:
        raise PydanticCustomError("year_out_of_range", "The year must lie between 1945 and 2200")
    return value


def day_or_instant(value: Any) -> date | datetime:
    """`value` as a date when it is written as one, else as an instant; raises PydanticCustomError for anything else."""
    try:
        if isinstance(value, str):
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
            if (written := _plain(value)) is not None:
                return datetime.fromisoformat(written)
    except ValueError:
        pass
    if isinstance(value, date):
        return value
    raise PydanticCustomError(
        "day_or_instant", "Write a day as 2025-12-04, or an instant with its offset as 2025-12-04T17:00:00+07:00"
    )


def with_plus(value: str) -> str:
    """`value` of an address with the plus sign of its offset, where that arrived as a blank."""
    match = _UNESCAPED.fullmatch(value)
    return f"{match[1]}+{match[2]}" if match else value


def read_day_or_instant(value: str) -> date | datetime:
    """What a parameter of an address means; raises PydanticCustomError with the words of a `DayOrInstant`."""
    return _known_year(day_or_instant(with_plus(value)))


def _known_year(value: date | datetime) -> date | datetime:
    _in_range(value)
    return value


# An instant of a request: text with its offset, in the years that records speak of.
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_in_range)]
# A calendar day of a request.
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_in_range)]
# A calendar day or an instant, told apart by how it is written.
DayOrInstant = Annotated[date | AwareDatetime, BeforeValidator(day_or_instant), AfterValidator(_known_year)]
