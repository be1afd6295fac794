"""Requests and responses: what every schema promises."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

# In a schema: values that the type has and that no step leads to yet. A client need not handle them.
NOT_REACHED = "x-not-reached"

_DEEPEST = 64
# Exactly these: a class made of one of them may be a text too.
_HOLDS_NO_TEXT = frozenset({type(None), bool, int, float, datetime, date, UUID})


class Schema(BaseModel):
    """A request or response body. Unknown members, NaN and infinity, and text that PostgreSQL cannot store are refused.

    A rule of your own with a message for the caller raises `PydanticCustomError(code, text)`; the text of a plain
    `ValueError` is not shown, because it may quote the input.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _can_be_stored(cls, data: Any) -> Any:
        if isinstance(data, dict):
            _require_storable(data)
        return data


def _require_storable(data: dict[Any, Any]) -> None:
    """Raises at the first text, keys included, that holds NUL or an unpaired surrogate, and past `_DEEPEST` levels.

    With a list of its own instead of calls: a body of a thousand brackets must not end in a RecursionError.
    """
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(data, ())]
    while waiting:
        value, path = waiting.pop()
        if len(path) >= _DEEPEST:
            raise PydanticCustomError("nested_too_deeply", f"At most {_DEEPEST} levels may be nested")
        # Numbers, and what else cannot hold text, cost no tuple: a timeline has ten thousand of them.
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, str) and not (key.isascii() and "\x00" not in key) and not _storable(key):
                raise _unusable(path)
            kind = type(item)
            if kind in _HOLDS_NO_TEXT:
                continue
            if kind is str or isinstance(item, str):
                if not (item.isascii() and "\x00" not in item) and not _storable(item):
                    raise _unusable((*path, key))
            elif isinstance(item, dict | list | tuple):
                waiting.append((item, (*path, key)))


def _unusable(path: tuple[str | int, ...]) -> PydanticCustomError:
    return PydanticCustomError("unusable_text", "Text must not hold NUL or half a surrogate pair", {"path": path})


def _storable(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Page(Schema, Generic[T]):
    """One page of a list, in a stable order."""

    items: list[T]
    next: str | None = Field(default=None, description="`cursor` of the next page; null at the end.")
    total: int | None = Field(
        default=None,
        description="How many items all pages have together, as counted with the first one; null where a list is not "
        "counted.",
    )
    total_is_lower_bound: bool = Field(
        default=False, description="Whether counting stopped at `total`: there are more."
    )
