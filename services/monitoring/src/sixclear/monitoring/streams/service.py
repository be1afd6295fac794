"""How the streams that feed the view are, and the view with them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.streams.schemas import Stream, Streams
from sixclear.monitoring.view import sources as views

# As much as another process may report.
_LONGEST_DETAIL = 2_000


async def streams_health(
    session: AsyncSession, streams: Sequence[StreamState], *, leading: bool, now: datetime
) -> Streams:
    """What the operators' page of streams shows."""
    fresh = await freshness(session, now)
    return Streams(
        as_of=now,
        staleness_seconds=fresh.staleness_seconds,
        view_sequence=await views.view_sequence(session),
        reconciled=await views.reconciled(session),
        leading=leading,
        sources=fresh.sources,
        items=[Stream(**asdict(stream) | {"detail": stream.detail[:_LONGEST_DETAIL]}) for stream in streams],
    )
