"""Cases of which only the hour is kept: of anonymous senders, and sealed ones.

What tells who sent something is often when. So a use case of such a case works with a context whose clock shows the
hour and whose identifiers are random, and its events wait in `hour_step`: in the event table their place among others
would be their instant. A minute after the hour they are written together in an order by chance, each case as one
published version.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.entity_cache import note_changed
from sixclear.common.events.append import RowChanges
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.use_case import Context
from sixclear.feedback.submission import repository
from sixclear.feedback.submission.metrics import HOURS_WAITING
from sixclear.feedback.submission.models import HourStep, Submission, by_hour
from sixclear.feedback.transparency.hours import GRACE, HOUR, hour_of, hours_before

_log = structlog.get_logger(__name__)
# A transaction that writes events ends within seconds.
_CHUNK = 500
_CHANCE = random.SystemRandom()


class HourLog(EventLog):
    """An event log that keeps events until their hour is over: in `hour_step`, in the transaction of the fact."""

    def __init__(self, log: EventLog) -> None:
        """What `log` knows is known here: its catalogue, and the epoch as of now."""
        self.catalogue, self.epoch = log.catalogue, log.epoch

    async def publish_many(
        self,
        session: AsyncSession,
        events: Sequence[NewEvent],
        *,
        recorded_at: datetime,
        rows: RowChanges | None = None,
    ) -> list[int]:
        """Keep the events. They have no numbers yet, so each is answered as 0. Raises UndeclaredEvent."""
        if rows is not None:
            assert rows.alone is not None
            if (await session.execute(rows.alone, rows.values)).first() is None:
                return []
        for event in events:
            self.catalogue.require_declared(event.entity_type, event.change)
            step = HourStep(
                step_id=uuid4(),
                submission_id=event.entity_id,
                version=event.version,
                change=event.change,
                data=cast(dict[str, Any], event.data),
                meta={name: value and str(value) for name, value in event.meta.items()},
                hour=hour_of(event.occurred_at),
            )
            session.add(step)
        note_changed(session, ((event.entity_type, event.entity_id) for event in events))
        return [0] * len(events)

    async def publish(self, session: AsyncSession, event: NewEvent, *, recorded_at: datetime) -> int:
        """Keep one event; 0, since it has no number yet."""
        return (await self.publish_many(session, [event], recorded_at=recorded_at))[0]


@dataclass(frozen=True, slots=True)
class HourContext(Context):
    """A context that knows the hour and no instant, and whose identifiers tell no time."""

    def fact_time(self, given: datetime | None, last: datetime | None) -> datetime:
        return Context.fact_time(self, None if given is None else hour_of(given), last)


def keeping(ctx: Context, *, hour_only: bool) -> Context:
    """The context of a use case: for `hour_only` one that keeps no more than the hour. No request is named in it."""
    if not hour_only or isinstance(ctx, HourContext):
        return ctx
    values = {field.name: getattr(ctx, field.name) for field in fields(ctx)}
    values |= {"log": HourLog(ctx.log), "now": hour_of(ctx.now), "request_id": None, "new_id": uuid4}
    return HourContext(**values)


def of_case(ctx: Context, submission: Submission) -> Context:
    """The context in which a use case changes this case, or reads it and writes that down."""
    return keeping(ctx, hour_only=by_hour(submission))


async def publish_hours(database: Database, log: EventLog, clock: Clock) -> int:
    """Publish the steps of hours that are over; answers of how many cases and hours.

    Safe to run again, to interrupt and to run in several processes: rows are taken under one lock and go with the
    transaction that writes their events. What waits is measured also when that fails.
    """
    try:
        return await _publish_hours(database, log, clock)
    finally:
        await _measure(database, clock)


async def _publish_hours(database: Database, log: EventLog, clock: Clock) -> int:
    published = 0
    while True:
        async with database.transaction() as session:
            now = clock()
            if not await repository.try_publish_hours(session):
                break
            steps = await repository.steps_before(session, hours_before(now), _CHUNK)
            if not steps:
                break
            published += await _publish(session, log, steps, now)
        log.wake()
    if published:
        _log.info("hours published", cases=published)
    return published


async def _measure(database: Database, clock: Clock) -> None:
    async with database.session() as session:
        oldest = await repository.oldest_step(session)
    since = None if oldest is None else oldest + HOUR + GRACE
    HOURS_WAITING.set(0 if since is None else max(0.0, (clock() - since).total_seconds()))


async def _publish(session: AsyncSession, log: EventLog, steps: Sequence[HourStep], now: datetime) -> int:
    cases = await repository.lock_all(session, {step.submission_id for step in steps})
    told = [list(same) for _, same in groupby(steps, key=lambda step: (step.submission_id, step.hour))]
    _CHANCE.shuffle(told)
    told.sort(key=lambda same: same[0].hour)  # stable: within an hour by chance, and a case in its order
    events = [event for same in told for event in _events(cases[same[0].submission_id], same)]
    await session.flush()
    await log.publish_many(session, events, recorded_at=now)
    await repository.forget_steps(session, [step.step_id for step in steps])
    return len(told)


def _events(submission: Submission, steps: Sequence[HourStep]) -> list[NewEvent]:
    """The events of one case and hour; only the last one is published, and says how the case stands after it."""
    previous = submission.published_version
    submission.published_version = steps[-1].version
    return [
        NewEvent(
            entity_type="submission",
            entity_id=submission.submission_id,
            version=step.version,
            previous_version=previous,
            change=step.change,
            data=step.data,
            occurred_at=step.hour,
            meta=step.meta,
            published=step is steps[-1],
        )
        for step in steps
    ]
