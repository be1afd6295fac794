"""Lists by keyset: opaque cursors that say where the last page ended."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, get_args
from uuid import UUID

import orjson
from fastapi import Query

from sixclear.common.counting import MOST_COUNTED
from sixclear.common.errors import DomainError
from sixclear.common.web.schemas import Page

LONGEST_PAGE = 200
_CHECK_BYTES = 8
_LONGEST_CURSOR = 2000

Row = TypeVar("Row")
Item = TypeVar("Item")

LimitParam = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Items per page.")]
CursorParam = Annotated[
    str | None, Query(max_length=_LONGEST_CURSOR, description="`next` of the page before; not to be made up.")
]


class InvalidCursor(DomainError):
    code = "invalid-cursor"
    status = 400
    title = "The cursor is not one that this list gave out"
    meaning = "The cursor is damaged, or belongs to another list or other filters."
    remedy = "Begin with the first page and use the cursor that each answer gives in `next`."


def encode_cursor(values: Sequence[Any], *, context: str = "") -> str:
    """A cursor for the sort key `values` of the last item. `context` names the list and its filters.

    The check bytes tell a damaged cursor, or one of another list, from a good one. They are no secret: a cursor only
    says where to go on, and every page is authorised again.
    """
    payload = orjson.dumps(list(values), option=orjson.OPT_UTC_Z, default=_plain)
    return base64.urlsafe_b64encode(_check(payload, context) + payload).rstrip(b"=").decode()


def decode_cursor(cursor: str, *types: type | UnionType, context: str = "") -> tuple[Any, ...]:
    """The values in `cursor`, each of the type at its place; None only where that type is `… | None`.

    Raises InvalidCursor when the cursor was not made by `encode_cursor` with the same context and types.
    """
    if len(cursor) > _LONGEST_CURSOR:
        raise InvalidCursor
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, payload = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        if check != _check(payload, context):
            raise InvalidCursor("Repeat the `sort` and the filters of the page that gave the cursor.")
        values = orjson.loads(payload)
        return tuple(_parse(value, kind) for value, kind in zip(values, types, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidCursor from error


def page_of(
    rows: Sequence[Row],
    limit: int,
    *,
    item: Callable[[Row], Item],
    key: Callable[[Row], Sequence[Any]],
    context: str = "",
    counted: int | None = None,
) -> Page[Item]:
    """One page from up to `limit + 1` rows: the row too many only says that there is a next page.

    `counted` is what `count_up_to` said of the list. It stands in the cursor before the key, so that later pages need
    not count.
    """
    shown = rows[:limit]
    carried = [] if counted is None else [counted]
    following = encode_cursor([*carried, *key(shown[-1])], context=context) if len(rows) > limit else None
    items = [item(row) for row in shown]
    if counted is None:
        return Page(items=items, next=following)
    total = min(counted, MOST_COUNTED)
    return Page(items=items, next=following, total=total, total_is_lower_bound=counted > total)


def _plain(value: Any) -> str:
    """The driver's UUID is a subclass, which orjson does not take for one."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def _check(payload: bytes, context: str) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECK_BYTES, person=b"cursor", salt=b"1", key=_key(context)).digest()


def _key(context: str) -> bytes:
    return hashlib.blake2b(context.encode(), digest_size=32).digest()


def _parse(value: Any, kind: type | UnionType) -> Any:
    """The check bytes are no secret, so a value may be anything: a forged one is refused here, not by the query."""
    members = get_args(kind) or (kind,)
    if value is None and NoneType in members:
        return None
    wanted = next(member for member in members if member is not NoneType)
    parse = _WRITTEN_AS_TEXT.get(wanted)
    if type(value) is not (str if parse else wanted):
        raise TypeError(str(wanted))
    return parse(value) if parse else value


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError("no offset")
    return instant


_WRITTEN_AS_TEXT: dict[Any, Callable[[str], Any]] = {datetime: _instant, date: date.fromisoformat, UUID: UUID}
