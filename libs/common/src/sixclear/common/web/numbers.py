"""Numbers in requests, and exact ones in answers."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# JSON knows no integers: 33.0 is one, as JSON Schema has it. It stands after `Field(…, strict=True)`, which refuses
# text and truth values; bounds that stood after it would not be described as `minimum` and `maximum`.
TAKES_WHOLE = BeforeValidator(_whole)


def written(number: Decimal) -> str:
    """A number in digits, without an exponent and without zeros that say nothing."""
    shown = f"{number:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown


# A number of an answer or an event: text, so that no reader rounds it.
Figure = Annotated[
    Decimal, PlainSerializer(written, return_type=str), WithJsonSchema({"type": "string"}, mode="serialization")
]
