"""Time into the view: what passes a deadline moves to another bucket, by the same deltas as an event.

And back, when the clock ran ahead and was set back: no event says so, only the time does.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring import kinds, metrics
from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.view import counters, dimensions, entities
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.fold import begin
from sixclear.monitoring.view.states import State, counted_at, delta, rolled_up


async def cross_boundaries(session: AsyncSession, *, token: int, now: datetime, limit: int) -> int:
    """Count entities again whose boundary has passed, or lies ahead again; how many there were.

    At most `limit` of each kind and direction: most deadlines of a day pass at 17:00, and all of them in one
    transaction would run out of its 5 s, each time again (`test_the_timer_moves_what_it_can_and_the_rest_after_that`).
    Both directions, because a clock that ran ahead and was set back leaves deadlines counted as passed, which no event
    corrects: once the comparison refused all figures for that until a repair by hand (decision 0016;
    `test_wherever_the_clock_goes_the_counters_are_those_of_its_time`). No entity comes by both directions and is
    counted twice: all its axes were counted at one instant, which is either later than `now` or not.

    Raises LeadershipLost when another leader has taken over.
    """
    sequence = (await begin(session, token)).sequence + 1
    known = await views.sources(session)
    crossed = visible = 0
    for kind in (kind for kind in kinds.KINDS if kind.timed):
        by_epoch: dict[int, list[State[Any]]] = defaultdict(list)
        moved = await entities.states_past_boundary(session, kind, now, limit)
        moved += await entities.states_ahead(session, kind, now, limit)
        for epoch, state in moved:
            by_epoch[epoch].append(state)
        for epoch, states in by_epoch.items():
            organisations_epoch = epoch if kind.source == dimensions.SOURCE else known[dimensions.SOURCE].active_epoch
            await _recount(session, kind, epoch, organisations_epoch, states, now)
            crossed += len(states)
            visible += len(states) if epoch == known[kind.source].active_epoch else 0
            metrics.CROSSINGS.labels(kind.name).inc(len(states))
    if visible:
        await views.advance_view(session, sequence)
    return crossed


async def _recount(
    session: AsyncSession,
    kind: AnyKind,
    epoch: int,
    organisations_epoch: int,
    states: list[State[Any]],
    now: datetime,
) -> None:
    after = [counted_at(kind, state, now) for state in states]
    await entities.replace_states(session, kind, epoch, after)
    deltas = delta(kind, list(zip(states, after, strict=True)))
    ids: set[UUID] = {item.organisation_id for item in deltas if item.organisation_id is not None}
    above = await dimensions.ancestors_by_id(session, organisations_epoch, ids)
    await counters.add_to_counters(session, kind.source, epoch, rolled_up(deltas, above))
