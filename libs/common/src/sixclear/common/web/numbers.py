"""Numbers in requests."""

from typing import Any

from pydantic import BeforeValidator


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# JSON knows no integers: 33.0 is one, as JSON Schema has it. It stands after `Field(…, strict=True)`, which refuses
# text and truth values; bounds that stood after it would not be described as `minimum` and `maximum`.
TAKES_WHOLE = BeforeValidator(_whole)
