"""Where the service answers, and fields that requests on several entities share."""

import math
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import DayOrInstant, Instant
from sixclear.common.web.texts import line_of, lines_of

PREFIX = "/api/tasks/v1"

Line = Annotated[str, line_of(500)]
Reference = Annotated[str, line_of(80), Field(description="An `organisation_id` or any of the organisation's codes.")]
# A client that fills an optional field from a table sends an empty cell as "".
OptionalReference = Annotated[Reference | None, BeforeValidator(lambda given: None if given == "" else given)]
Deadline = Annotated[
    DayOrInstant,
    Field(description="A date (17:00 that day, Asia/Ho_Chi_Minh) or an instant with its offset."),
]
OccurredAt = Annotated[
    Instant | None,
    Field(description="When it became true, for facts of the past; needs the scope `facts:past`. Default: now."),
]
# Whether the tasks of a programme are national work, or the own work of its owner and the bodies below.
Reach = Literal["national", "own"]
# What a register of obstacles is kept of: what cannot go on without a decision (*vướng mắc*), what falls short (*hạn
# chế*), and what is to be resolved (*vấn đề*).
ObstacleNature = Literal["obstacle", "limit", "issue"]
# By which kind an obstacle is counted where figures of several programmes are added up, whatever kinds they have.
KindClass = Literal[
    "institution",
    "leadership-and-implementation",
    "data-and-infrastructure",
    "resources",
    "service-quality",
    "coordination",
    "other",
]
CountsAs = KindClass | Literal["not-classified"]
# What a field of a programme's own may hold, and a value of it.
OwnFieldKind = Literal["text", "number", "date", "choice", "yes_no", "reference", "link"]
OwnValue = Annotated[str, lines_of(2_000)] | bool | int | Annotated[float, Field(allow_inf_nan=False)]

_WRITTEN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_WHOLE_DIGITS, _FRACTION_DIGITS, _FLOAT_DIGITS = 18, 6, 15
_DECIMAL_COMMA = "Write a point between units and fraction, and no marks of thousands, such as 1250.5"
_NOT_A_NUMBER = "Write a finite number with digits alone, such as 1250.5"
_TOO_MANY_DIGITS = "At most 18 digits before the point and 6 after it; write more than 15 digits in quotes"


def exact(value: Any) -> Decimal:
    """A number as it was written, never rounded; raises PydanticCustomError that names what is wrong with it.

    JSON's numbers with a fraction came through binary ones: of those at most 15 digits are sure, and more are refused.
    """
    written = value.strip() if isinstance(value, str) else _of_number(value)
    if "," in written:
        raise PydanticCustomError("decimal_comma", _DECIMAL_COMMA)
    if not _WRITTEN.fullmatch(written):
        raise PydanticCustomError("not_a_number", _NOT_A_NUMBER)
    whole, _, fraction = written.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > _WHOLE_DIGITS or len(fraction.rstrip("0")) > _FRACTION_DIGITS:
        raise PydanticCustomError("too_many_digits", _TOO_MANY_DIGITS)
    return Decimal(written)


def _of_number(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, int):
        # It may be too long for a binary number, and for the digits that Python writes.
        return str(value) if abs(value) < 10**_WHOLE_DIGITS else "9" * (_WHOLE_DIGITS + 1)
    if not math.isfinite(value):
        return ""
    written = f"{Decimal(repr(value)):f}"
    if len(written.strip("-0").replace(".", "").strip("0")) > _FLOAT_DIGITS:
        raise PydanticCustomError("too_many_digits", _TOO_MANY_DIGITS)
    return written


# A number of a request: exact, so that no reader rounds it on the way.
Exact = Annotated[
    Decimal,
    BeforeValidator(exact),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,6})?$"}]}),
]

# Points of a criterion; a number with at most two decimals, which JSON's own carry exactly.
Points = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(ge=0, le=1000, decimal_places=2),
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1000}),
]

# The closed lists of words of indicators and values.
IndicatorKind = Literal["strategic", "operational"]
ValueStatus = Literal["draft", "submitted", "returned", "approved", "withdrawn"]
