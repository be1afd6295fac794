"""A page is one trace through all services, or it is no trace at all; strangers have no say in either."""

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from sixclear.common.outgoing import TracedTransport
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import TelemetryMiddleware, configure_telemetry
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.visitor import VisitorEdge

STRANGER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


class KeptSpans:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        self.spans.extend(spans)

    @property
    def traces(self) -> set[int]:
        return {span.context.trace_id for span in self.spans if span.context}


@pytest_asyncio.fixture
async def kept() -> AsyncIterator[KeptSpans]:
    """Two services in processes of their own; the share of the portal is what each test says, tasks traces all."""
    found = KeptSpans()
    tasks = configure_telemetry("t-behind", CommonSettings(trace_ratio=1.0), found)
    yield found
    await tasks.shutdown()


class _AnotherProcess(httpx2.ASGITransport):
    """Serves without what the caller's task knows: its span, too, is known by header only."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        work = super().handle_async_request(request)
        return await asyncio.create_task(work, context=contextvars.Context())


def _behind(tracers: str) -> httpx2.ASGITransport:
    app = FastAPI()

    @app.get("/tasks")
    async def tasks() -> str:
        return "tasks"

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    edge = VisitorEdge(TelemetryMiddleware(app, "t-behind"), trusted_networks(""), trusted_networks(tracers))
    return _AnotherProcess(edge, raise_app_exceptions=False, client=("10.1.2.3", 4000))


async def _page(tracers: str, share: float, kept: KeptSpans, path: str = "/tasks") -> None:
    """A stranger opens a page that calls the service behind it twice."""
    portal = configure_telemetry("t-page", CommonSettings(trace_ratio=share), kept)
    transport = TracedTransport(_behind(tracers), "t-page", "t-behind")
    app = FastAPI()

    @app.get("/page")
    async def page() -> None:
        async with httpx2.AsyncClient(transport=transport, base_url="http://tasks:8001") as client:
            await client.get(path, params={"q": "what a citizen looks for"})
            await client.get(path)

    outside = httpx2.ASGITransport(TelemetryMiddleware(app, "t-page"))
    async with httpx2.AsyncClient(transport=outside, base_url="http://portal") as browser:
        assert (await browser.get("/page", headers=STRANGER)).status_code == 200
    await portal.shutdown()


@pytest.mark.asyncio
async def test_a_page_is_one_trace(kept: KeptSpans) -> None:
    await _page("10.0.0.0/8", 1.0, kept)
    assert len(kept.traces) == 1
    assert Counter(span.kind for span in kept.spans) == {SpanKind.SERVER: 3, SpanKind.CLIENT: 2}
    calls = {span.context.span_id for span in kept.spans if span.kind is SpanKind.CLIENT and span.context}
    served = [span for span in kept.spans if span.kind is SpanKind.SERVER and span.parent]
    assert {span.parent.span_id for span in served if span.parent} == calls
    assert f"{next(iter(kept.traces)):032x}" not in STRANGER["traceparent"]


@pytest.mark.asyncio
async def test_a_page_that_is_not_traced_leaves_no_piece(kept: KeptSpans) -> None:
    await _page("10.0.0.0/8", 0.0, kept)
    assert kept.spans == []


@pytest.mark.asyncio
async def test_who_is_not_trusted_begins_nothing_and_ends_nothing(kept: KeptSpans) -> None:
    await _page("", 1.0, kept)
    assert len(kept.traces) == 3


@pytest.mark.asyncio
async def test_a_gateway_in_the_same_network_that_took_the_mark_off_brings_a_stranger(kept: KeptSpans) -> None:
    async with httpx2.AsyncClient(transport=_behind("10.0.0.0/8"), base_url="http://tasks") as gateway:
        await gateway.get("/tasks", headers=STRANGER)
        await gateway.get("/tasks", headers=STRANGER | {"tracestate": "other=sixclear=1"})
        assert len(kept.traces) == 2
        assert not any(span.parent for span in kept.spans)
        await gateway.get("/tasks", headers=STRANGER | {"tracestate": "other=1, sixclear=1"})
        assert kept.spans[-1].parent is not None


@pytest.mark.asyncio
async def test_a_call_says_where_it_went_and_how_it_ended_without_the_address(kept: KeptSpans) -> None:
    await _page("10.0.0.0/8", 1.0, kept, "/broken")
    call = next(span for span in kept.spans if span.kind is SpanKind.CLIENT)
    assert dict(call.attributes or {}) == {
        "http.request.method": "GET",
        "peer.service": "t-behind",
        "server.address": "tasks",
        "server.port": 8001,
        "url.scheme": "http",
        "http.response.status_code": 500,
        "error.type": "500",
    }
    assert "citizen" not in "".join(span.to_json() for span in kept.spans)


class _Away(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nothing listens")


@pytest.mark.asyncio
async def test_a_service_that_is_away_is_seen_in_the_trace(kept: KeptSpans) -> None:
    portal = configure_telemetry("t-page", CommonSettings(), kept)
    with portal.tracer.start_as_current_span("page"):
        async with httpx2.AsyncClient(transport=TracedTransport(_Away(), "t-page", "tasks")) as client:
            with pytest.raises(httpx2.ConnectError):
                await client.get("http://tasks/")
    await portal.shutdown()
    call = next(span for span in kept.spans if span.kind is SpanKind.CLIENT)
    assert (call.attributes or {})["error.type"] == "ConnectError"
