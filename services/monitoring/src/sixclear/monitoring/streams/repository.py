"""Streams of other processes, as those processes said last how they are."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import dump_json
from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.statements import sql
from sixclear.monitoring.streams.reported import SILENT_AFTER

MOST = 200
_FORGOTTEN_AFTER = timedelta(days=1)


async def store_reports(session: AsyncSession, streams: Collection[StreamState], now: datetime) -> None:
    """Replace what is known of `streams`; beyond the bound new names are not taken, and old silence is forgotten.

    Several processes speak for one relay. One that does not know what waits says nothing against one that does.
    """
    await session.execute(
        sql("DELETE FROM stream_report WHERE reported_at < :forgotten"), {"forgotten": now - _FORGOTTEN_AFTER}
    )
    await session.execute(
        sql(
            """
            INSERT INTO stream_report AS s (service, name, state, reported_at)
            SELECT r.service, r.name, r.state, :now
            FROM unnest(CAST(:services AS text[]), CAST(:names AS text[]), CAST(:states AS jsonb[]))
                AS r(service, name, state)
            WHERE EXISTS (SELECT FROM stream_report k WHERE k.service = r.service AND k.name = r.name)
                OR (SELECT count(*) FROM stream_report) + :count <= :most
            ON CONFLICT (service, name) DO UPDATE SET state = excluded.state, reported_at = excluded.reported_at
            WHERE excluded.state ->> 'kind' <> 'relay' OR excluded.state ->> 'lag_messages' IS NOT NULL
                OR s.state ->> 'lag_messages' IS NULL OR s.reported_at < :silent
            """
        ),
        {
            "services": [stream.service for stream in streams],
            "names": [stream.name for stream in streams],
            "states": [dump_json(asdict(stream)) for stream in streams],
            "count": len(streams),
            "most": MOST,
            "now": now,
            "silent": now - SILENT_AFTER,
        },
    )


async def list_reports(session: AsyncSession) -> list[tuple[StreamState, datetime]]:
    """Every reported stream, and when it was heard of."""
    rows = await session.execute(sql("SELECT state, reported_at FROM stream_report ORDER BY service, name"))
    return [(_state(row[0]), row[1]) for row in rows]


def _state(stored: dict[str, object]) -> StreamState:
    progress = stored.pop("last_progress_at")
    last_progress_at = datetime.fromisoformat(progress) if isinstance(progress, str) else None
    return StreamState(**stored, last_progress_at=last_progress_at)  # type: ignore[arg-type]
