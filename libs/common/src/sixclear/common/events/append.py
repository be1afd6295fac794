"""Appending events to the event table: several with one statement, in their order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    Column,
    DateTime,
    Integer,
    Text,
    TextClause,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.array_text import array_of, array_parameter
from sixclear.common.db import dump_json

# A record must fit the broker's default `message.max.bytes` (1 MiB) with its headers, or it stops the relay forever.
MAX_DATA_BYTES = 512 * 1024


class EventTooLarge(ValueError):
    """The public data of one event is larger than a broker accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A change that is about to be published.

    `version` counts 1, 2, 3 … per entity without holes; `previous_version` is the version of the entity's previous
    *published* event. `data` is the whole public state after the change, without personal data, or its JSON; `meta`
    (actor, request id, reason) never leaves the service. `published=False` keeps a restricted entity's event inside the
    service.
    """

    entity_type: str
    entity_id: UUID
    version: int
    previous_version: int | None
    change: str
    data: Mapping[str, Any] | orjson.Fragment
    occurred_at: datetime
    meta: Mapping[str, Any] = field(default_factory=dict)
    published: bool = True


_COLUMNS: list[Column[Any]] = [
    Column("entity_type", Text),
    Column("entity_id", Uuid),
    Column("version", Integer),
    Column("previous_version", Integer),
    Column("change", Text),
    Column("data", Text),
    Column("meta", Text),
    Column("traceparent", Text),
    Column("occurred_at", DateTime(timezone=True)),
    Column("published", Boolean),
]

# Long texts full of quotation marks: the driver takes them as they are.
_AS_THEY_ARE = {"data", "meta"}


def _named(column: Column[Any]) -> str:
    return f":{column.name}" if column.name in _AS_THEY_ARE else array_of(column.name, column.type)


def _parameter(column: Column[Any]) -> BindParameter[Any]:
    if column.name in _AS_THEY_ARE:
        return bindparam(column.name, type_=ARRAY(column.type))
    return array_parameter(column.name, column.type)


_ARRAYS = ", ".join(map(_named, _COLUMNS))
# The sub-select's order decides in which order the identity column is drawn, so event_ids follow the given sequence.
# Without ORDER BY the planner is free, and of a task that stands twice in a bulk request version 4 could come before
# version 3. The column has CACHE 1 for the same reason: a session that draws numbers ahead would number a later change
# of an entity below an earlier one of another session. Costs one statement, however many events there are; each may
# have 512 KiB of data. `test_many_events_keep_their_order_and_their_fields` and `test_twenty_writers_with_rollbacks`.
_INSERT = f"""INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, traceparent,
                          occurred_at, recorded_at, published)
       SELECT entity_type, entity_id, version, previous_version, change, data::jsonb, meta::jsonb, traceparent,
              occurred_at, :recorded_at, published
       FROM unnest({_ARRAYS}) WITH ORDINALITY
            AS new (entity_type, entity_id, version, previous_version, change, data, meta, traceparent,
                    occurred_at, published, place)
       ORDER BY place
       RETURNING event_id"""  # noqa: S608 (constants)


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Changes of rows that are sent in one statement with their events (see `append_with`), and their values.

    `alone` is the same without events, for a log that keeps them elsewhere; it answers a row where it changed some.
    """

    statement: TextClause
    values: Mapping[str, Any]
    alone: TextClause | None = None


def append_with(changes: str, *parameters: BindParameter[Any], after: str | None = None) -> TextClause:
    """The statement that appends events and changes rows beside: `changes` are its data-modifying CTEs.

    PostgreSQL leaves open which part runs first. So each entity's row must be locked before in the same transaction:
    that keeps the order of the log, as `publish` asks for; or `after` names the CTE that writes the row of an entity
    that is new. Then the events come after it, and only where it answers a row. `changes` names no parameter as a
    column of `event`.
    """
    events = _INSERT if after is None else _INSERT.replace("ORDER BY", f"WHERE EXISTS (SELECT FROM {after}) ORDER BY")
    return _bound(f"{changes} {events}", *parameters)


def _bound(statement: str, *parameters: BindParameter[Any]) -> TextClause:
    return text(statement).bindparams(
        bindparam("recorded_at", type_=DateTime(timezone=True)),
        *map(_parameter, _COLUMNS),
        *parameters,
    )


_APPEND = _bound(_INSERT)


async def append(
    session: AsyncSession,
    events: Sequence[NewEvent],
    recorded_at: datetime,
    traceparent: str | None,
    rows: RowChanges | None = None,
) -> list[int]:
    """Insert `events`, with `rows` in the same statement, and return their `event_id`s in the same order.

    Raises EventTooLarge.
    """
    values: dict[str, Any] = {"recorded_at": recorded_at} | _columns(events, traceparent)
    if rows is None:
        result = await session.execute(_APPEND, values)
    else:
        result = await session.execute(rows.statement, {**values, **rows.values})
    return [int(event_id) for event_id in result.scalars()]


# The columns of an event in the table `taken` of a batch (`web.hot_write`), with their types.
TAKEN_EVENT = {
    "event_previous_version": "integer",
    "event_data": "text",
    "event_meta": "text",
    "event_traceparent": "text",
    "event_occurred_at": "timestamptz",
    "event_published": "boolean",
}
NO_EVENT = (None,) * len(TAKEN_EVENT)


def append_taken(entity_type: str, change: str) -> str:
    """SQL that appends the events of `taken`, in its order, at `:now`; each has the `entity_id` and `version` there.

    The rows are locked when the first number is drawn, as `publish` asks for: sorting reads all of `taken` before.
    """
    return f"""INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, traceparent,
                                  occurred_at, recorded_at, published)
               SELECT '{entity_type}', entity_id, version, event_previous_version, '{change}', event_data::jsonb,
                      event_meta::jsonb, event_traceparent, event_occurred_at, :now, event_published
               FROM taken WHERE event_data IS NOT NULL ORDER BY place"""  # noqa: S608 (constants)


def taken_event(event: NewEvent, traceparent: str | None) -> tuple[object, ...]:
    """The values of `TAKEN_EVENT`; raises EventTooLarge."""
    data = dump_json(event.data)
    if len(data) > MAX_DATA_BYTES // 4:
        _check_sizes([data])
    meta = dump_json(event.meta)
    return event.previous_version, data, meta, traceparent, event.occurred_at, event.published


def _columns(events: Sequence[NewEvent], traceparent: str | None) -> dict[str, list[Any]]:
    data = [dump_json(event.data) for event in events]
    if max(map(len, data)) > MAX_DATA_BYTES // 4:  # a character is at most four bytes
        _check_sizes(data)
    return {
        "entity_type": [event.entity_type for event in events],
        "entity_id": [event.entity_id for event in events],
        "version": [event.version for event in events],
        "previous_version": [event.previous_version for event in events],
        "change": [event.change for event in events],
        "data": data,
        "meta": _texts_of(event.meta for event in events),
        "traceparent": [traceparent] * len(events),
        "occurred_at": [event.occurred_at for event in events],
        "published": [event.published for event in events],
    }


def _texts_of(values: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each value as JSON; one that stands there again is written once: many events of one request share it."""
    texts: list[str] = []
    before, text_ = None, ""
    for value in values:
        if value is not before:
            before, text_ = value, dump_json(value)
        texts.append(text_)
    return texts


def _check_sizes(data: Sequence[str]) -> None:
    largest = max(len(document.encode()) for document in data)
    if largest > MAX_DATA_BYTES:
        raise EventTooLarge(f"An event carries {largest} bytes of data; at most {MAX_DATA_BYTES} can be sent.")
