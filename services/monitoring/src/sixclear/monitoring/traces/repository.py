"""Spans for the operators' pages: bounded, errors and slow traces kept longest."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import dump_json
from sixclear.monitoring.statements import Columns, sql

_SPAN = Columns(
    trace_id="text",
    span_id="text",
    parent_span_id="text",
    service="text",
    name="text",
    kind="text",
    started_at="timestamptz",
    duration_microseconds="bigint",
    error="boolean",
    attributes="jsonb",
    links="jsonb",
)
# What was sent again and again would else fill the page of its trace.
_LINKED_SPANS = 20
_TRACE = Columns(
    trace_id="text",
    started_at="timestamptz",
    ended_at="timestamptz",
    name="text",
    services="text[]",
    routes="text[]",
    spans="integer",
    error="boolean",
)


async def spans_per_trace(session: AsyncSession, trace_ids: Collection[str]) -> dict[str, int]:
    """How many spans are stored of these traces."""
    rows = await session.execute(
        sql("SELECT trace_id, spans FROM trace WHERE trace_id = ANY(CAST(:ids AS text[]))"), {"ids": list(trace_ids)}
    )
    return {row[0]: row[1] for row in rows}


async def insert_spans(session: AsyncSession, spans: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Store spans that are not stored yet; the keys of those."""
    rows = ({**span, "attributes": dump_json(span["attributes"]), "links": dump_json(span["links"])} for span in spans)
    result = await session.execute(
        sql(
            "INSERT INTO span ({names}) SELECT {selected} FROM {unnested} ON CONFLICT DO NOTHING"
            " RETURNING trace_id, span_id",
            names=_SPAN.names,
            selected=_SPAN.selected,
            unnested=_SPAN.unnested,
        ),
        _SPAN.values(rows),
    )
    return {(row[0], row[1]) for row in result}


async def extend_traces(session: AsyncSession, traces: Sequence[Mapping[str, Any]]) -> None:
    """Add spans to their traces' summaries; an empty name keeps the one that is there."""
    await session.execute(
        sql(
            """
            INSERT INTO trace AS t ({names}) SELECT {selected} FROM {unnested} ORDER BY r.trace_id
            ON CONFLICT (trace_id) DO UPDATE SET
                started_at = least(t.started_at, excluded.started_at),
                ended_at = greatest(t.ended_at, excluded.ended_at),
                name = CASE WHEN excluded.name = '' THEN t.name ELSE excluded.name END,
                services = ARRAY(SELECT DISTINCT unnest(t.services || excluded.services) ORDER BY 1),
                routes = ARRAY(SELECT DISTINCT unnest(t.routes || excluded.routes) ORDER BY 1),
                spans = t.spans + excluded.spans,
                error = t.error OR excluded.error
            """,
            names=_TRACE.names,
            selected=_TRACE.selected,
            unnested=_TRACE.unnested,
        ),
        _TRACE.values(traces),
    )


async def evict_traces(session: AsyncSession, *, kept: int, slow_seconds: float) -> int:
    """Delete what exceeds `kept` traces: ordinary ones first, but of errors and slow ones at most half are spared."""
    total: int = await session.scalar(sql("SELECT count(*) FROM trace"))
    if total <= kept:
        return 0
    result = await session.execute(
        sql(
            """
            WITH ranked AS (
                SELECT trace_id, started_at, special,
                    row_number() OVER (PARTITION BY special ORDER BY started_at DESC) AS n
                FROM (SELECT trace_id, started_at,
                          error OR ended_at - started_at >= make_interval(secs => :slow) AS special FROM trace) AS t
            ), gone AS (
                SELECT trace_id FROM ranked ORDER BY special AND n <= :spared DESC, started_at DESC OFFSET :left
            ), spans AS (
                DELETE FROM span s USING gone WHERE s.trace_id = gone.trace_id
            )
            DELETE FROM trace t USING gone WHERE t.trace_id = gone.trace_id RETURNING t.trace_id
            """
        ),
        {"slow": slow_seconds, "spared": kept // 2, "left": kept - kept // 10},
    )
    return len(result.all())


async def list_traces(
    session: AsyncSession,
    *,
    service: str | None,
    route: str | None,
    error: bool | None,
    min_seconds: float,
    limit: int,
) -> Sequence[Row[Any]]:
    """The newest traces that match."""
    rows = await session.execute(
        sql(
            """
            SELECT t.trace_id, coalesce(nullif(t.name, ''), t.routes[1], 'incomplete') AS name,
                t.started_at, t.ended_at, t.services, t.routes, t.spans, t.error
            FROM trace t
            WHERE (CAST(:service AS text) IS NULL OR :service = ANY(t.services))
                AND (CAST(:route AS text) IS NULL OR :route = ANY(t.routes))
                AND (CAST(:error AS boolean) IS NULL OR t.error = :error)
                AND t.ended_at - t.started_at >= make_interval(secs => :min_seconds)
            ORDER BY t.started_at DESC, t.trace_id LIMIT :limit
            """
        ),
        {"service": service, "route": route, "error": error, "min_seconds": min_seconds, "limit": limit},
    )
    return rows.all()


async def find_trace(session: AsyncSession, trace_id: str) -> tuple[Row[Any], Sequence[Row[Any]]] | None:
    """A trace's summary and its spans by time, with those of other traces that link to it: a relay's batches."""
    trace = (
        await session.execute(
            sql(
                """
                SELECT trace_id, coalesce(nullif(name, ''), routes[1], 'incomplete') AS name, started_at, ended_at,
                    services, routes, spans, error
                FROM trace WHERE trace_id = :id
                """
            ),
            {"id": trace_id},
        )
    ).first()
    if trace is None:
        return None
    spans = await session.execute(
        sql(
            """
            SELECT {names} FROM span WHERE trace_id = :id
            UNION ALL
            (SELECT {names} FROM span
             WHERE links @> jsonb_build_array(jsonb_build_object('trace_id', CAST(:id AS text))) AND trace_id <> :id
             ORDER BY started_at, span_id LIMIT :linked)
            ORDER BY started_at, span_id
            """,
            names=_SPAN.names,
        ),
        {"id": trace_id, "linked": _LINKED_SPANS},
    )
    return trace, spans.all()


async def list_services(session: AsyncSession) -> Sequence[str]:
    """Every service that has a kept trace."""
    rows = await session.scalars(sql("SELECT DISTINCT unnest(services) FROM trace ORDER BY 1"))
    return rows.all()
