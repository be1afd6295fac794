"""Spans of this process and of OTLP requests, in one form that is safe to store, pure."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status as ProtoStatus
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from sixclear.common.errors import UnsupportedMediaType
from sixclear.monitoring.errors import SpansInvalid


class SpanRow(TypedDict):
    """A span as it is stored; what it names of its links is the identifiers."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    service: str
    name: str
    kind: str
    started_at: datetime
    duration_microseconds: int
    error: bool
    attributes: dict[str, Any]
    links: list[dict[str, str]]


# Sending spans makes a span of its own; to keep it would make the next one, for ever.
OWN_ROUTE = "/api/monitoring/v1/otlp/v1/traces"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT_LIMIT = 2_000
_ATTRIBUTES_LIMIT = 64
_LINKS_LIMIT = 32
_LONGEST = 2**62
_KINDS = {
    ProtoSpan.SPAN_KIND_SERVER: "server",
    ProtoSpan.SPAN_KIND_CLIENT: "client",
    ProtoSpan.SPAN_KIND_PRODUCER: "producer",
    ProtoSpan.SPAN_KIND_CONSUMER: "consumer",
}


def of_process(spans: Iterable[ReadableSpan]) -> list[SpanRow]:
    """Finished spans of this process."""
    return [row for row in map(_of_process, spans) if _wanted(row)]


def _of_process(span: ReadableSpan) -> SpanRow:
    context = span.get_span_context()
    assert context is not None
    return {
        "trace_id": format(context.trace_id, "032x"),
        "span_id": format(context.span_id, "016x"),
        "parent_span_id": format(span.parent.span_id, "016x") if span.parent is not None else None,
        "service": _text(span.resource.attributes.get("service.name", "unknown")),
        "name": _text(span.name),
        "kind": "internal" if span.kind is SpanKind.INTERNAL else span.kind.name.lower(),
        "started_at": _instant(span.start_time or 0),
        "duration_microseconds": _microseconds(span.start_time or 0, span.end_time or 0),
        "error": span.status.status_code is StatusCode.ERROR,
        "attributes": _attributes((span.attributes or {}).items()),
        "links": [
            {"trace_id": format(link.context.trace_id, "032x"), "span_id": format(link.context.span_id, "016x")}
            for link in span.links[:_LINKS_LIMIT]
        ],
    }


def of_request(body: bytes, encoding: str, limit: int) -> list[SpanRow]:
    """The spans of an OTLP/HTTP request in protobuf; raises SpansInvalid or UnsupportedMediaType."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(_decompressed(body, encoding, limit))
    except DecodeError:
        raise SpansInvalid("The body is not an ExportTraceServiceRequest.") from None
    rows = [
        _of_request(span, _service(resource.resource.attributes))
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if len(span.trace_id) == 16 and len(span.span_id) == 8
    ]
    return [row for row in rows if _wanted(row)]


def _decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise UnsupportedMediaType("Content-Encoding is gzip or absent.", headers={"Accept-Encoding": "gzip, identity"})
    unzip = zlib.decompressobj(wbits=31)
    try:
        content = unzip.decompress(body, limit)
    except zlib.error:
        raise SpansInvalid("The body is not gzip.") from None
    if unzip.unconsumed_tail or not unzip.eof:
        raise SpansInvalid("The body is cut, or too large when unpacked.")
    return content


def _service(attributes: Iterable[KeyValue]) -> str:
    return next((_text(item.value.string_value) for item in attributes if item.key == "service.name"), "unknown")


def _of_request(span: ProtoSpan, service: str) -> SpanRow:
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_span_id": span.parent_span_id.hex() if span.parent_span_id else None,
        "service": service,
        "name": _text(span.name),
        "kind": _KINDS.get(span.kind, "internal"),
        "started_at": _instant(span.start_time_unix_nano),
        "duration_microseconds": _microseconds(span.start_time_unix_nano, span.end_time_unix_nano),
        "error": span.status.code == ProtoStatus.STATUS_CODE_ERROR,
        "attributes": _attributes((item.key, _value(item.value)) for item in span.attributes),
        "links": [
            {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex()} for link in span.links[:_LINKS_LIMIT]
        ],
    }


def _instant(nanoseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=min(nanoseconds, _LONGEST) // 1_000)


def _microseconds(start_nanoseconds: int, end_nanoseconds: int) -> int:
    return max(0, min(end_nanoseconds, _LONGEST) - min(start_nanoseconds, _LONGEST)) // 1_000


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind in {"string_value", "bool_value", "int_value", "double_value"}:
        return getattr(value, kind)
    return str(value) if kind is not None else None


def _attributes(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in items:
        if len(kept) == _ATTRIBUTES_LIMIT:
            break
        kept[_text(key)] = value if isinstance(value, bool | int | float) or value is None else _text(_plain(value))
    return kept


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)


def _text(value: object) -> str:
    """Text that PostgreSQL can store, cut at a limit."""
    return str(value)[:_TEXT_LIMIT].replace("\x00", "\ufffd").encode(errors="replace").decode()


def _wanted(row: SpanRow) -> bool:
    return bool(row["attributes"].get("http.route") != OWN_ROUTE)
