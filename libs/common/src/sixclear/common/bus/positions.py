"""How far each consumer group has come, stored in the group's own database with the state that the events made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.marks import parse_mark
from sixclear.common.bus.protocol import Position

DDL_V1: list[str] = [
    """CREATE TABLE consumer_position (
         consumer_group text NOT NULL,
         stream text NOT NULL,
         next_offset bigint NOT NULL,
         last_position bigint,
         epoch integer NOT NULL,
         updated_at timestamptz NOT NULL,
         PRIMARY KEY (consumer_group, stream)
       )""",
]

# The mark of the record before the position; a release without marks leaves it as it was.
DDL_V2: list[str] = ["ALTER TABLE consumer_position ADD COLUMN last_mark text"]

_LOAD = text(
    """SELECT stream, next_offset, last_position, epoch, last_mark FROM consumer_position
       WHERE consumer_group = :consumer_group"""
)

_BEGIN = text(
    """INSERT INTO consumer_position (consumer_group, stream, next_offset, last_position, epoch, last_mark, updated_at)
       VALUES (:consumer_group, :stream, :next_offset, :last_position, :epoch, :last_mark, :updated_at)
       ON CONFLICT (consumer_group, stream) DO NOTHING RETURNING 1"""
).bindparams(bindparam("next_offset", type_=BigInteger), bindparam("last_position", type_=BigInteger))

_MOVE = text(
    """UPDATE consumer_position
       SET next_offset = :next_offset, last_position = :last_position, epoch = :epoch, last_mark = :last_mark,
           updated_at = :updated_at
       WHERE consumer_group = :consumer_group AND stream = :stream AND next_offset = :expected
       RETURNING 1"""
).bindparams(
    bindparam("next_offset", type_=BigInteger),
    bindparam("last_position", type_=BigInteger),
    bindparam("expected", type_=BigInteger),
)

_FORGET_OTHERS = text(
    """DELETE FROM consumer_position
       WHERE starts_with(consumer_group, :prefix) AND consumer_group IS DISTINCT FROM CAST(:kept AS text)"""
)

_FORGET = text("DELETE FROM consumer_position WHERE consumer_group = :consumer_group")


class PositionConflict(Exception):
    """Another process of the same group has moved the position: this one must begin again from what is stored."""


async def load(session: AsyncSession, group: str) -> dict[str, Position]:
    """The group's position in every stream that it has read."""
    rows = await session.execute(_LOAD, {"consumer_group": group})
    return {row.stream: _position(row) for row in rows}


def _position(row: Row[Any]) -> Position:
    mark = parse_mark(row.last_mark, position=row.last_position, epoch=row.epoch)
    return Position(row.next_offset, row.last_position, row.epoch, mark)


async def save(
    session: AsyncSession,
    group: str,
    before: Mapping[str, Position],
    after: Mapping[str, Position],
    now: datetime,
) -> None:
    """Move the group from `before` to `after`; raises PositionConflict when it no longer stands at `before`.

    The row stays locked until the transaction ends, so two processes of one group never handle the same messages. The
    lock alone would not do: the second process waits for it, and then still holds messages that the first one handled.
    Therefore the offset that it began from is compared, too.
    """
    for stream, position in sorted(after.items()):
        values = {
            "consumer_group": group,
            "stream": stream,
            "next_offset": position.offset,
            "last_position": position.last_position,
            "epoch": position.epoch,
            "last_mark": None if position.mark is None else str(position.mark),
            "updated_at": now,
        }
        if stream in before:
            moved = await session.execute(_MOVE, values | {"expected": before[stream].offset})
        else:
            moved = await session.execute(_BEGIN, values)
        if moved.first() is None:
            raise PositionConflict(f"{group} was moved in {stream} by another process")


async def forget(session: AsyncSession, group: str) -> None:
    """Let the group begin again from the first event of every stream."""
    await session.execute(_FORGET, {"consumer_group": group})


async def forget_others(session: AsyncSession, prefix: str, kept: str | None) -> None:
    """Forget the groups whose name begins with `prefix`, but for `kept`: who followed with them is gone."""
    await session.execute(_FORGET_OTHERS, {"prefix": prefix, "kept": kept})
