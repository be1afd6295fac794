"""How the streams that feed the view are, and the view with them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.streams.schemas import CensusView, Stream, Streams
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.census import Kept, list_kept

# As much as another process may report.
_LONGEST_DETAIL = 2_000


async def streams_health(
    session: AsyncSession, streams: Sequence[StreamState], *, leading: bool, now: datetime
) -> Streams:
    """What the operators' page of streams shows."""
    fresh = await freshness(session, now)
    known = await views.sources(session)
    censuses = await list_kept(session)
    return Streams(
        as_of=now,
        staleness_seconds=fresh.staleness_seconds,
        view_sequence=await views.view_sequence(session),
        reconciled=await views.reconciled(session),
        leading=leading,
        sources=fresh.sources,
        censuses={kept.census.source: _census_view(kept, known[kept.census.source].active_epoch) for kept in censuses},
        items=[Stream(**asdict(stream) | {"detail": stream.detail[:_LONGEST_DETAIL]}) for stream in streams],
    )


def _census_view(kept: Kept, generation: int) -> CensusView:
    compared = kept.agrees(generation) is not None
    return CensusView(
        epoch=kept.census.epoch,
        position=kept.census.position,
        counted_at=kept.census.counted_at,
        compared_position=kept.judged_position if compared else None,
        compared_at=kept.judged_at if compared else None,
        agrees=kept.agrees(generation),
        differences=kept.differences if compared else [],
    )
