"""Traces and request metrics, thin: whether a request is traced is decided before any span object is made.

Each service of a process has its own tracer provider, and there is no global one, so that spans carry the name of
the service that made them. Code below a request never decides again: it makes a span when the current one records.
"""

import asyncio
import contextlib
import random
import re
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from time import perf_counter
from typing import Any, Protocol, runtime_checkable

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, Tracer
from prometheus_client import Histogram
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.metric_labels import SERVICE
from sixclear.common.route_taken import address_of, route_of
from sixclear.common.settings import CommonSettings
from sixclear.common.trace_variables import Sampling, collector, sampling

REQUEST_DURATION = Histogram(
    "sixclear_http_server_request_duration_seconds",
    "Time from a request's arrival to the end of its answer.",
    (SERVICE, "http_request_method", "http_route", "http_response_status_code"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)
# In a request's scope: its direct peer is one whose `traceparent` counts, if it has our mark.
TRUSTED_TRACER = "sixclear.trusted_tracer"
# Our mark on calls between services (W3C Trace Context §3.3). A gateway takes it off what strangers send, and leaves
# `traceparent` to those who have a token.
OWN_TRACESTATE = "sixclear=1"
_PROBES = ("/livez", "/readyz", "/metrics")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"})
_QUERY_TEXT_LIMIT = 2_000
# A version after 00 may add parts at the end (W3C Trace Context §4.3); ff is no version.
# No id is all zeros (§3.2.2.3).
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class SpanSink(Protocol):
    """Takes finished spans, e.g. to keep them for the operators' trace pages."""

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        """Take `spans` or drop them; never waits, never raises, bounded in memory."""


@runtime_checkable
class KeepsSpans(Protocol):
    """A target that takes the spans of every service in its process: the launcher connects it after making it."""

    span_sink: SpanSink


class SpanSwitch:
    """A sink that exists before the one behind it does; what is offered earlier is dropped."""

    def __init__(self) -> None:
        self._behind: SpanSink | None = None

    def connect(self, sink: SpanSink | None) -> None:
        """Hand everything from now on to `sink`; None drops it."""
        self._behind = sink

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        """Hand on, or drop."""
        if self._behind is not None:
            self._behind.offer(spans)


class _SinkProcessor(SpanProcessor):
    """Offers every recorded span to a sink when it ends, in the caller's thread."""

    def __init__(self, sink: SpanSink) -> None:
        self._sink = sink

    def on_end(self, span: ReadableSpan) -> None:
        self._sink.offer((span,))


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The tracer provider of one service in this process."""

    service: str
    tracer_provider: TracerProvider
    tracer: Tracer
    sampling: Sampling
    random_share: Callable[[], float] = field(default=random.random)

    async def shutdown(self, deadline_seconds: float = 2.0) -> bool:
        """Send what is queued and stop; False when the exporter was not done in time, then it is left behind."""
        _configured.pop(self.service, None)
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self.tracer_provider.shutdown()
            with suppress(RuntimeError):  # the loop is closed when the deadline was missed
                loop.call_soon_threadsafe(done.set)

        # A daemon thread: an exporter that waits for a dead collector must not hold the process.
        threading.Thread(target=close, name=f"telemetry-{self.service}-stop", daemon=True).start()
        try:
            await asyncio.wait_for(done.wait(), deadline_seconds)
        except TimeoutError:
            return False
        return True


_configured: dict[str, Telemetry] = {}
_NO_TRACER: Tracer = trace.NoOpTracer()


def configure_telemetry(
    service: str,
    settings: CommonSettings,
    sink: SpanSink | None = None,
    *,
    token: OwnToken | None = None,
    random_share: Callable[[], float] = random.random,
) -> Telemetry:
    """Make the provider of `service`; later calls of `tracer(service)` use it.

    Spans go to `sink`, and over OTLP/HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` (or its traces form) is set, unless
    `OTEL_TRACES_EXPORTER` is `none`; `OTEL_TRACES_SAMPLER` counts before `trace_ratio`, and the exporter honours the
    other standard variables. `token` is sent along where that is monitoring's store. Raises UnusableVariable.
    """
    resource = Resource.create(
        {"service.namespace": "sixclear", "service.name": service, "service.version": version("sixclear")}
    )
    provider = TracerProvider(sampler=ParentBased(ALWAYS_ON), resource=resource, shutdown_on_exit=False)
    if sink is not None:
        provider.add_span_processor(_SinkProcessor(sink))
    if collector() is not None:
        # What it imports (requests, protobuf) a process without a collector does not need.
        from sixclear.common.span_export import span_exporter

        if (exporter := span_exporter(settings, token)) is not None:
            provider.add_span_processor(BatchSpanProcessor(exporter))
    telemetry = Telemetry(
        service, provider, provider.get_tracer(f"sixclear.{service}"), sampling(settings.trace_ratio), random_share
    )
    _configured[service] = telemetry
    return telemetry


def tracer(service: str) -> Tracer:
    """The tracer of `service`; one that records nothing while the service is not configured.

    Ask for it when a span is made, not once at import: providers are made when a process starts.
    """
    telemetry = _configured.get(service)
    return telemetry.tracer if telemetry is not None else _NO_TRACER


@contextlib.contextmanager
def batch_span(service: str, name: str, requests: Sequence[Span]) -> Iterator[None]:
    """A span around what is done for many requests together, where one of them is traced; else it costs a look at each.

    It stands in the trace of the first traced request and links to the others, so that it begins no trace of its own.
    """
    traced = [span for span in requests if span.is_recording()]
    if not traced:
        yield
        return
    links = [Link(span.get_span_context()) for span in traced[1:]]
    parent = trace.set_span_in_context(traced[0], Context())
    attributes = {"sixclear.batch.size": len(requests)}
    with tracer(service).start_as_current_span(name, parent, SpanKind.INTERNAL, attributes, links):
        yield


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the current span, or None outside a trace that is recorded."""
    context = trace.get_current_span().get_span_context()
    return traceparent_of(context) if context.trace_flags.sampled else None


def traceparent_of(context: SpanContext) -> str | None:
    """The W3C `traceparent` that names a span, sampled or not; None when there is none."""
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 0xFF:02x}"


def remote_context(traceparent: str | None) -> SpanContext | None:
    """The span that a `traceparent` names, or None when there is none or it is not well formed."""
    match = _parts(traceparent)
    if match is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in match.group(1, 2, 3))
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags & TraceFlags.SAMPLED))


def well_formed(traceparent: str | None) -> str | None:
    """`traceparent` if it names a span, else None: a broken trace context costs the trace, never what carries it."""
    return traceparent if _parts(traceparent) is not None else None


def _parts(traceparent: str | None) -> re.Match[str] | None:
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return None if match is None or (match[4] is not None and match[0].startswith("00")) else match


class TelemetryMiddleware:
    """Pure ASGI: a server span for sampled requests, a duration for all; probes, metrics and `streams` are left out.

    Whether a caller wants to be traced counts only when its address is in `SIXCLEAR_TRUSTED_TRACERS` and our mark is in
    `tracestate`, or when `recognises` knows its access token: strangers could force sampling. Of a token that is not
    known yet the trace is continued, but the own share decides; without a token a new trace begins. A call inside the
    process joins its caller's span. Paths in `untraced`, and those below one that ends with a slash, are asked for so
    often that their traces would push out those that tell something.
    """

    def __init__(
        self,
        app: ASGIApp,
        service: str,
        recognises: Callable[[str], bool] = lambda token: False,
        streams: Collection[str] = (),
        untraced: Collection[str] = (),
    ) -> None:
        self.app = app
        self.service = service
        self._recognises = recognises
        self._streams = frozenset(streams)
        self._untraced = frozenset(untraced)
        self._untraced_below = tuple(path for path in untraced if path.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, traced or not."""
        if scope["type"] != "http" or scope["path"].endswith(_PROBES) or scope["path"] in self._streams:
            await self.app(scope, receive, send)
            return
        telemetry = _configured.get(self.service)
        parent = self._sampled_parent(telemetry, scope) if telemetry is not None else None
        if telemetry is None or parent is None:
            await self._measured(scope, receive, send, None)
            return
        method = _method(scope)
        attributes = {"http.request.method": method, "url.scheme": scope.get("scheme", "")}
        span = telemetry.tracer.start_span(method, parent, SpanKind.SERVER, attributes)
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            await self._measured(scope, receive, send, span)

    def _sampled_parent(self, telemetry: Telemetry, scope: Scope) -> Context | None:
        """The context under which the request's span starts, or None when it is not to be recorded."""
        if scope["path"] in self._untraced or scope["path"].startswith(self._untraced_below):
            return None
        if trace.get_current_span().is_recording():
            return trace.set_span_in_context(trace.get_current_span(), Context())
        headers = dict(scope["headers"])
        stated = headers.get(b"traceparent")
        caller = None if stated is None else remote_context(stated.decode("latin-1"))
        if caller is None:  # most requests: they must cost nothing more
            return Context() if telemetry.random_share() < telemetry.sampling.share else None
        token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2]
        ours = bool(scope.get(TRUSTED_TRACER)) and _has_mark(headers.get(b"tracestate", b""))
        decides = (ours or self._recognises(token)) and telemetry.sampling.follows_callers
        wanted = caller.trace_flags.sampled if decides else telemetry.random_share() < telemetry.sampling.share
        if not wanted:
            return None
        return _continued(caller) if token or ours else Context()

    async def _measured(self, scope: Scope, receive: Receive, send: Send, span: Span | None) -> None:
        status = 500
        failure: str | None = None
        started = perf_counter()

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_see)
        except BaseException as error:
            failure = type(error).__qualname__
            raise
        finally:
            route = route_of(scope)
            _duration(self.service, _method(scope), route, status).observe(perf_counter() - started)
            if span is not None:
                _describe(span, scope, route, status, failure)


def _has_mark(tracestate: bytes) -> bool:
    return OWN_TRACESTATE.encode() in [entry.strip() for entry in tracestate.split(b",")]


def _continued(caller: SpanContext) -> Context:
    """The caller's trace, to be recorded whatever its flag says."""
    sampled = SpanContext(caller.trace_id, caller.span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(trace.NonRecordingSpan(sampled), Context())


def _describe(span: Span, scope: Scope, route: str, status: int, failure: str | None) -> None:
    span.set_attribute("http.response.status_code", status)
    if route:
        span.update_name(f"{_method(scope)} {route}")
        span.set_attribute("url.path", address_of(scope["path"], route))
        span.set_attribute("http.route", route)
    if failure is not None or status >= 500:
        span.set_attribute("error.type", failure or str(status))
        span.set_status(Status(StatusCode.ERROR))


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "_OTHER"


@lru_cache(maxsize=4_096)
def _duration(service: str, method: str, route: str, status: int) -> Histogram:
    return REQUEST_DURATION.labels(service, method, route, str(status))


def instrument_engine(engine: AsyncEngine, service: str) -> None:
    """A client span per statement of `engine` while the current span records; nothing is made otherwise.

    Spans carry the statement's text with placeholders, cut at a limit; never its parameters.
    """
    namespace = engine.url.database or ""

    def before(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if trace.get_current_span().is_recording():
            connection.info["sixclear.span"] = _statement_span(service, namespace, statement)

    def after(connection: Connection, *_: Any) -> None:
        span: Span | None = connection.info.pop("sixclear.span", None)
        if span is not None:
            span.end()

    def failed(failure: ExceptionContext) -> None:
        span: Span | None = failure.connection.info.pop("sixclear.span", None) if failure.connection else None
        if span is not None:
            span.set_attribute("error.type", _error_type(failure.original_exception))
            span.set_status(Status(StatusCode.ERROR))
            span.end()

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
    event.listen(engine.sync_engine, "handle_error", failed)


def _statement_span(service: str, namespace: str, statement: str) -> Span:
    operation, table = _summary(statement)
    attributes = {
        "db.system.name": "postgresql",
        "db.namespace": namespace,
        "db.operation.name": operation,
        "db.query.text": statement[:_QUERY_TEXT_LIMIT],
    }
    if table:
        attributes["db.collection.name"] = table
    name = f"{operation} {table}".rstrip()
    return tracer(service).start_span(name, kind=SpanKind.CLIENT, attributes=attributes)


_TARGET = re.compile(r'\b(?:FROM|INTO|UPDATE|TABLE|JOIN)\s+(?:ONLY\s+)?([a-z_][\w.]*|"[^"]+")', re.IGNORECASE)


@lru_cache(maxsize=1_024)
def _summary(statement: str) -> tuple[str, str]:
    words = statement.split(maxsplit=1)
    operation = words[0].upper().strip("();") if words else ""
    target = _TARGET.search(statement)
    return operation, target.group(1).strip('"') if target else ""


def _error_type(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or type(error).__qualname__
