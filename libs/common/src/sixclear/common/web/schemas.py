"""Requests and responses: what every schema promises."""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Schema(BaseModel):
    """A request or response body. Unknown members, NaN and infinity, and text that PostgreSQL cannot store are refused.

    A rule of your own with a message for the caller raises `PydanticCustomError(code, text)`; the text of a plain
    `ValueError` is not shown, because it may quote the input.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _text_can_be_stored(cls, data: Any) -> Any:
        if isinstance(data, dict):
            path = next(_unusable_text(data, ()), None)
            if path is not None:
                raise PydanticCustomError(
                    "unusable_text", "Text must not hold NUL or half a surrogate pair", {"path": path}
                )
        return data


def _unusable_text(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yields the path of each text, keys included, that holds NUL or an unpaired surrogate."""
    if isinstance(value, str):
        if not _storable(value):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str) and not _storable(key):
                yield path
            yield from _unusable_text(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _unusable_text(item, (*path, index))


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
