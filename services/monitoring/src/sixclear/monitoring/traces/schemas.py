"""Traces, as they are answered."""

from datetime import datetime
from typing import Any

from sixclear.common.web.schemas import Schema


class TraceSummary(Schema):
    """A trace in the list."""

    trace_id: str
    name: str
    started_at: datetime
    duration_milliseconds: float
    services: list[str]
    routes: list[str]
    spans: int
    error: bool


class Traces(Schema):
    """The newest traces that are kept."""

    items: list[TraceSummary]


class SpanView(Schema):
    """A span with its place in the waterfall; of another trace when its `trace_id` says so: then it is linked."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    depth: int
    service: str
    name: str
    kind: str
    started_at: datetime
    offset_milliseconds: float
    duration_milliseconds: float
    error: bool
    attributes: dict[str, Any]
    links: list[dict[str, Any]]


class TraceView(TraceSummary):
    """A trace with its spans, parents before children."""

    items: list[SpanView]
