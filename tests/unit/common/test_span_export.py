"""Spans are sent with the token of the moment, and to monitoring only."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.settings import CommonSettings
from sixclear.common.span_export import span_exporter


class GivenToken(OwnToken):
    """Has a token, and keeps what it is told about it."""

    def __init__(self, value: str | None) -> None:
        super().__init__(CommonSettings.model_validate({"client_id": "processes", "client_secret": "secret"}))
        self.given = value
        self.told: list[str] = []

    @property
    def value(self) -> str | None:
        """What was given."""
        return self.given

    def refused(self, token: str) -> None:
        """Keep it."""
        self.told.append(token)


class Collector:
    """Answers every POST with `status`; keeps the Authorization of each."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.status = 200
        self.heard: list[str | None] = []


@contextmanager
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            known.heard.append(self.headers["Authorization"])
            self.send_response(known.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as known:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{known.address}/api/monitoring/v1/otlp")
        yield known


def a_span() -> ReadableSpan:
    span = TracerProvider().get_tracer("test").start_span("a span")
    span.end()
    assert isinstance(span, ReadableSpan)
    return span


def settings(place: Collector) -> CommonSettings:
    return CommonSettings(streams_url=f"{place.address}/api/monitoring/v1/streams")


def test_monitoring_is_given_the_token_of_the_moment(place: Collector) -> None:
    token = GivenToken(None)
    exporter = span_exporter(settings(place), token)
    assert exporter is not None
    assert exporter.export([a_span()]) is SpanExportResult.FAILURE
    assert place.heard == [], "without a token nothing is sent, nothing is logged"
    for value in ("first", "second"):
        token.given = value
        assert exporter.export([a_span()]) is SpanExportResult.SUCCESS
    assert place.heard == ["Bearer first", "Bearer second"]
    place.status = 401
    assert exporter.export([a_span()]) is SpanExportResult.FAILURE
    assert token.told == ["second"]
    exporter.shutdown()


def test_a_collector_elsewhere_never_sees_it(place: Collector) -> None:
    for elsewhere in (None, "http://monitoring:8000/api/monitoring/v1/streams"):
        exporter = span_exporter(CommonSettings(streams_url=elsewhere), GivenToken("secret"))
        assert exporter is not None
        exporter.export([a_span()])
        exporter.shutdown()
    assert place.heard == [None] * 2


def test_headers_that_somebody_set_are_kept(place: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20theirs")
    exporter = span_exporter(settings(place), GivenToken("ours"))
    assert exporter is not None
    exporter.export([a_span()])
    exporter.shutdown()
    assert place.heard == ["Bearer theirs"]


def test_nothing_is_exported_where_nobody_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert span_exporter(CommonSettings(), GivenToken("secret")) is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    assert span_exporter(CommonSettings(), None) is not None
