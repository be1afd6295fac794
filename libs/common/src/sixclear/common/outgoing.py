"""Calls of one service to another: a client span for each, and the decision of the caller whether to trace."""

import secrets

import httpx2
from opentelemetry import trace
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from sixclear.common.telemetry import OWN_TRACESTATE, traceparent_of, tracer

_HEADER = "traceparent"
_STATE = "tracestate"


class TracedTransport(httpx2.AsyncBaseTransport):
    """Sends what `inner` sends, with the `traceparent` of the call and the mark that it is ours.

    While the current span of `caller` records, the call to `callee` is a client span of its own, ended when the head of
    the answer is there. Else the call says that it is not traced, so that the services behind it do not begin traces
    that nothing joins.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, caller: str, callee: str) -> None:
        self._inner = inner
        self._caller = caller
        self._callee = callee

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer of `inner`; what it raises is raised."""
        request.headers[_STATE] = OWN_TRACESTATE
        if not trace.get_current_span().is_recording():
            request.headers[_HEADER] = _not_traced()
            return await self._inner.handle_async_request(request)
        span = tracer(self._caller).start_span(request.method, None, SpanKind.CLIENT, self._attributes(request))
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            request.headers[_HEADER] = traceparent_of(span.get_span_context()) or _not_traced()
            try:
                response = await self._inner.handle_async_request(request)
            except Exception as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(Status(StatusCode.ERROR))
                raise
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 400:  # semantic conventions for HTTP: a client counts both kinds
                span.set_attribute("error.type", str(response.status_code))
                span.set_status(Status(StatusCode.ERROR))
            return response

    def _attributes(self, request: httpx2.Request) -> dict[str, str | int]:
        """Never the address itself: its query holds what people look for."""
        found: dict[str, str | int] = {
            "http.request.method": request.method,
            "peer.service": self._callee,
            "server.address": request.url.host,
            "url.scheme": request.url.scheme,
        }
        if request.url.port is not None:
            found["server.port"] = request.url.port
        return found

    async def aclose(self) -> None:
        """Close `inner`."""
        await self._inner.aclose()


def _not_traced() -> str:
    context = SpanContext(
        secrets.randbits(128) | 1, secrets.randbits(64) | 1, is_remote=False, trace_flags=TraceFlags.get_default()
    )
    return traceparent_of(context) or ""
