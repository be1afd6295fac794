"""The span store: what it keeps, what it drops, and that it never waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanKind, StatusCode

from sixclear.monitoring.settings import Settings
from sixclear.monitoring.traces.service import get_trace, list_traces
from sixclear.monitoring.traces.store import SpanStore

pytestmark = pytest.mark.asyncio

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
EVERYTHING: dict[str, Any] = {"service": None, "route": None, "error": None, "min_seconds": 0.0, "limit": 200}


def row(trace: int, span: int, **changes: Any) -> Any:
    return {
        "trace_id": f"{trace:032x}",
        "span_id": f"{span:016x}",
        "parent_span_id": None,
        "service": "tasks",
        "name": f"GET /{trace}",
        "kind": "server",
        "started_at": BEGIN + timedelta(seconds=trace),
        "duration_microseconds": 1_000,
        "error": False,
        "attributes": {},
        "links": [],
        **changes,
    }


def new_store(database: Any, **settings: Any) -> SpanStore:
    return SpanStore(database, Settings(database_url=database.url, **settings))


async def kept(database: Any) -> Any:
    async with database.session() as session:
        return await list_traces(session, **EVERYTHING)


async def test_errors_and_slow_traces_are_kept_longest(database: Any) -> None:
    store = new_store(database, traces_kept=20)
    store.add([row(1, 1, error=True), row(2, 2, duration_microseconds=2_000_000)])
    for number in range(3, 100):
        store.add([row(number, number)])
        await store.flush()
    found = await kept(database)
    assert len(found) <= 20
    assert {f"{1:032x}", f"{2:032x}", f"{99:032x}"} <= {trace.trace_id for trace in found}


async def test_errors_alone_cannot_push_everything_else_out(database: Any) -> None:
    store = new_store(database, traces_kept=20)
    store.add([row(1_000, 1)])
    store.add([row(number, number, error=True) for number in range(2, 200)])
    await store.flush()
    found = await kept(database)
    assert len(found) <= 20
    assert f"{1_000:032x}" in {trace.trace_id for trace in found}


async def test_a_trace_has_a_limit_and_a_span_is_stored_once(database: Any) -> None:
    store = new_store(database, spans_per_trace=3)
    for _ in range(2):
        store.add([row(1, number) for number in range(1, 3)])
        await store.flush()
    (trace,) = await kept(database)
    assert trace.spans == 2
    store.add([row(1, number) for number in range(3, 9)])
    await store.flush()
    (trace,) = await kept(database)
    assert trace.spans == 3


async def test_a_full_queue_drops_and_never_waits(database: Any) -> None:
    store = new_store(database)
    assert store.add([row(1, 1)] * 30_000) == 20_000
    assert store.add([row(1, 1)]) == 0


async def test_a_relays_batch_is_found_by_every_trace_that_it_carried(database: Any) -> None:
    links = [{"trace_id": f"{trace:032x}", "span_id": f"{trace:016x}"} for trace in (1, 2)]
    store = new_store(database)
    store.add([row(1, 1), row(2, 2), row(3, 3), row(9, 9, name="send t", kind="client", links=links)])
    await store.flush()
    async with database.session() as session:
        shown = [(await get_trace(session, f"{trace:032x}")).items for trace in (1, 2, 3)]
    assert [[(item.name, item.depth) for item in items] for items in shown] == [
        [("GET /1", 0), ("send t", 1)],
        [("GET /2", 0), ("send t", 1)],
        [("GET /3", 0)],
    ]


class _ToStore(SpanExporter):
    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def export(self, spans: Any) -> SpanExportResult:
        self._store.offer(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        pass


async def test_spans_of_this_process_keep_parents_links_and_errors(database: Any) -> None:
    store = new_store(database)
    provider = TracerProvider(resource=Resource({"service.name": "feedback"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(_ToStore(store)))
    tracer = provider.get_tracer("test")
    with (
        tracer.start_as_current_span("POST /x", kind=SpanKind.SERVER, attributes={"http.route": "/x"}) as outer,
        tracer.start_as_current_span("process t", links=[Link(outer.get_span_context())]) as inner,
    ):
        inner.set_attribute("text", "a\x00b" + "c" * 5_000)
        inner.set_status(StatusCode.ERROR)
    with tracer.start_as_current_span("POST own", attributes={"http.route": "/api/monitoring/v1/otlp/v1/traces"}):
        pass
    await store.flush()
    (found,) = await kept(database)
    assert (found.name, found.services, found.routes, found.error) == (
        "POST /x",
        ["feedback"],
        ["/x"],
        True,
    )
    async with database.session() as session:
        trace = await get_trace(session, found.trace_id)
    assert [(item.depth, item.kind, item.error) for item in trace.items] == [
        (0, "server", False),
        (1, "internal", True),
    ]
    assert trace.items[1].links[0]["span_id"] == trace.items[0].span_id
    assert trace.items[1].attributes["text"].startswith("a\ufffdbccc")
