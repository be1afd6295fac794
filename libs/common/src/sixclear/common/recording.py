"""Recording a change: the entity's row first, then its event, in the transaction of the use case."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.entity import Versioned, next_version
from sixclear.common.events.catalogue import EventData
from sixclear.common.events.log import NewEvent
from sixclear.common.use_case import Context

E = TypeVar("E", bound=Versioned)


@dataclass(frozen=True)
class EntityKind(Generic[E]):
    """What the event of an entity says, and whether it goes out.

    `entity_type` is a part of the topic's name. `data` gives the public state after the change that it names;
    `published` says whether others may see that change at all.
    """

    entity_type: str
    entity_id: Callable[[E], UUID]
    data: Callable[[Context, E, str], Awaitable[EventData]]
    published: Callable[[E, str], bool] = lambda _entity, _change: True


async def record(
    ctx: Context, entity: E, change: Change, occurred_at: datetime, kind: EntityKind[E], *, reason: str | None = None
) -> None:
    """Apply a change to an entity, which is locked or new, and append its event.

    The row is written before the event, so that the event's number follows the lock of the row: the order of the log is
    then the order of the entity. Nothing is committed. Raises UndeclaredEvent before anything is written.
    """
    ctx.log.catalogue.require_declared(kind.entity_type, change.name)
    previous = apply(entity, change, occurred_at, ctx.now, kind)
    data = await kind.data(ctx, entity, change.name)
    event = event_of(ctx, entity, change.name, data, occurred_at, previous, kind, reason=reason)
    await ctx.session.flush()
    await ctx.log.publish(ctx.session, event, recorded_at=ctx.now)


async def record_many(
    ctx: Context,
    changes: Sequence[tuple[E, Change, datetime]],
    kind: EntityKind[E],
    *,
    reason: str | None = None,
) -> None:
    """As `record`, for changes of entities of one kind, each with the instant at which it became true.

    All rows are written by one flush and all events by one statement, however many there are. An entity may have
    several changes, in their order; its row is written as the last one leaves it.
    """
    for name in {change.name for _, change, _ in changes}:
        ctx.log.catalogue.require_declared(kind.entity_type, name)
    events = []
    for entity, change, occurred_at in changes:
        previous = apply(entity, change, occurred_at, ctx.now, kind)
        data = await kind.data(ctx, entity, change.name)
        events.append(event_of(ctx, entity, change.name, data, occurred_at, previous, kind, reason=reason))
    if events:
        await ctx.session.flush()
        await ctx.log.publish_many(ctx.session, events, recorded_at=ctx.now)


def apply(entity: E, change: Change, occurred_at: datetime, now: datetime, kind: EntityKind[E]) -> int | None:
    """Set what the change sets and move the entity to its next version; returns the previous published version."""
    for name, value in change.fields.items():
        setattr(entity, name, value)
    return next_version(entity, occurred_at, now, published=kind.published(entity, change.name))


def event_of(
    ctx: Context,
    entity: E,
    change: str,
    data: EventData,
    occurred_at: datetime,
    previous: int | None,
    kind: EntityKind[E],
    *,
    reason: str | None = None,
) -> NewEvent:
    """The event of an entity that has its new version already."""
    meta: dict[str, Any] = ctx.meta(reason)
    return NewEvent(
        entity_type=kind.entity_type,
        entity_id=kind.entity_id(entity),
        version=entity.version,
        previous_version=previous,
        change=change,
        data=data.model_dump(mode="json"),
        occurred_at=occurred_at,
        meta=meta,
        published=kind.published(entity, change),
    )
