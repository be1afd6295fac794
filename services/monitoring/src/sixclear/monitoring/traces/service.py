"""A trace as it is shown: parents before children, each with its depth and its place in time, pure but for reading."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.errors import TraceNotFound
from sixclear.monitoring.traces import repository
from sixclear.monitoring.traces.schemas import SpanView, TraceSummary, TraceView

_DEEPEST = 32


async def list_traces(session: AsyncSession, **filters: Any) -> list[TraceSummary]:
    """The newest kept traces that match."""
    return [_summary(row) for row in await repository.list_traces(session, **filters)]


async def list_services(session: AsyncSession) -> Sequence[str]:
    """Every service that has a kept trace."""
    return await repository.list_services(session)


async def get_trace(session: AsyncSession, trace_id: str) -> TraceView:
    """A trace with its spans as a waterfall; raises TraceNotFound."""
    found = await repository.find_trace(session, trace_id)
    if found is None:
        raise TraceNotFound("It was never sampled, or newer traces took its place.")
    trace, spans = found
    return TraceView(**_summary(trace).model_dump(), items=list(waterfall(spans, trace_id)))


def _summary(row: Row[Any]) -> TraceSummary:
    return TraceSummary(
        trace_id=row.trace_id,
        name=row.name,
        started_at=row.started_at,
        duration_milliseconds=round((row.ended_at - row.started_at).total_seconds() * 1_000, 3),
        services=row.services,
        routes=row.routes,
        spans=row.spans,
        error=row.error,
    )


def waterfall(spans: Sequence[Any], trace_id: str) -> Iterator[SpanView]:
    """Spans in the order of a walk through the tree; those whose parent is not there begin one of their own.

    A span of another trace, such as a relay's batch, stands below the span of this trace that it links to.
    """
    known = {span.span_id for span in spans}
    children: dict[str | None, list[Any]] = defaultdict(list)
    for span in spans:
        above = span.parent_span_id if span.trace_id == trace_id else _linked(span, trace_id, known)
        children[above if above in known else None].append(span)
    begin = min((span.started_at for span in spans), default=None)
    waiting = [(span, 0) for span in reversed(children.pop(None, []))]
    shown: set[str] = set()
    while waiting:
        span, depth = waiting.pop()
        shown.add(span.span_id)
        yield _view(span, depth, begin)
        waiting += [(child, min(depth + 1, _DEEPEST)) for child in reversed(children.pop(span.span_id, []))]
    for span in spans:
        if span.span_id not in shown:  # a circle of parents: nothing that we make, but nothing is hidden
            yield _view(span, 0, begin)


def _linked(span: Any, trace_id: str, known: Collection[str]) -> str | None:
    """The first span of the trace that `span` links to."""
    ids = (link["span_id"] for link in span.links if link["trace_id"] == trace_id)
    return next((span_id for span_id in ids if span_id in known), None)


def _view(span: Any, depth: int, begin: Any) -> SpanView:
    return SpanView(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        depth=depth,
        service=span.service,
        name=span.name,
        kind=span.kind,
        started_at=span.started_at,
        offset_milliseconds=round((span.started_at - begin).total_seconds() * 1_000, 3),
        duration_milliseconds=span.duration_microseconds / 1_000,
        error=span.error,
        attributes=span.attributes,
        links=span.links,
    )
