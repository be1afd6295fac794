"""Numbers in requests."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# JSON knows no integers: 33.0 is one, as JSON Schema has it. Text and truth values are none.
WholeNumber = Annotated[int, Field(strict=True), BeforeValidator(_whole)]
