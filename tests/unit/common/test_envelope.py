"""Events on the wire, with the CloudEvents project's own library as the other side."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sixclear.common.bus.envelope import (
    Envelope,
    InvalidEnvelope,
    Record,
    decode,
    encode,
    encode_stored,
    from_stored,
    place_of,
)
from sixclear.common.bus.tracing import context_of
from sixclear.common.events.reader import StoredEvent

ENTITY = UUID("0190a0b0-0000-7000-8000-000000000001")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MOMENT = datetime(2025, 12, 4, 10, 0, 0, 123456, tzinfo=UTC)

STORED = StoredEvent(
    event_id=42,
    entity_type="thing",
    entity_id=ENTITY,
    version=3,
    previous_version=2,
    change="changed",
    data_json='{"name": "Nghị quyết"}',
    meta_json='{"actor": "secret"}',
    traceparent=TRACE,
    occurred_at=MOMENT,
    recorded_at=MOMENT + timedelta(seconds=1),
    published=True,
)
ENVELOPE = from_stored(STORED, "demo-log", 2)


def _header(record: Record, name: str, value: bytes | None) -> Record:
    headers = [(key, old) for key, old in record.headers if key != name]
    return replace(record, headers=headers if value is None else [*headers, (name, value)])


def test_what_is_encoded_is_decoded() -> None:
    assert decode(encode(ENVELOPE)) == ENVELOPE
    assert decode(encode_stored(STORED, "demo-log", 2)) == ENVELOPE
    assert ENVELOPE.topic == "sixclear.demo-log.thing.v1"
    assert place_of(encode(ENVELOPE)) == (42, 2)


def test_an_installation_with_a_name_has_it_in_the_source() -> None:
    record = encode_stored(STORED, "demo-log", 2, "hue")
    assert dict(record.headers)["ce_source"] == b"/sixclear/hue/demo-log"
    assert decode(record) == replace(ENVELOPE, installation="hue")
    assert encode(decode(record)).headers == record.headers


@pytest.mark.parametrize(
    "source", [b"/sixclear/hue/other", b"/sixclear//demo-log", b"/sixclear/a/b/demo-log", b"/x/demo-log"]
)
def test_a_source_of_another_shape_is_not_ours(source: bytes) -> None:
    with pytest.raises(InvalidEnvelope, match="ce_source"):
        decode(_header(encode(ENVELOPE), "ce_source", source))


def test_private_meta_never_leaves() -> None:
    record = encode_stored(STORED, "demo-log", 2)
    assert b"secret" not in (record.value or b"") + b"".join(value for _, value in record.headers)


def test_the_first_version_has_no_previous_one() -> None:
    first = replace(ENVELOPE, version=1, previous_version=None, traceparent=None)
    record = encode(first)
    assert not {"ce_previousversion", "traceparent"} & {name for name, _ in record.headers}
    assert decode(record) == first


@given(
    st.integers(1, 2**31 - 1),
    st.integers(1, 2**63 - 1),
    st.dictionaries(st.text(), st.none() | st.text() | st.integers(-(2**53), 2**53) | st.lists(st.booleans())),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone(timedelta(hours=7)))),  # noqa: DTZ001
)
def test_any_event_survives_the_way(version: int, position: int, data: dict[str, object], moment: datetime) -> None:
    envelope = replace(ENVELOPE, version=version, position=position, data=data, occurred_at=moment.astimezone(UTC))
    assert decode(encode(envelope)) == envelope


def test_the_cloudevents_library_reads_what_we_write() -> None:
    record = encode(ENVELOPE)
    event = from_binary_event(KafkaMessage(dict(record.headers), record.key, record.value or b""))
    assert event.get_id() == "2-42"
    assert event.get_source() == "/sixclear/demo-log"
    assert event.get_type() == "vn.sixclear.demo-log.thing.changed.v1"
    assert event.get_subject() == str(ENTITY)
    assert event.get_time() == MOMENT
    assert event.get_data() == {"name": "Nghị quyết"}
    assert event.get_datacontenttype() == "application/json"
    extensions = {name: event.get_extension(name) for name in ("position", "epoch", "version", "previousversion")}
    assert extensions == {"position": "42", "epoch": "2", "version": "3", "previousversion": "2"}


def test_we_read_what_the_cloudevents_library_writes() -> None:
    attributes = {
        "id": "2-42",
        "source": "/sixclear/demo-log",
        "type": "vn.sixclear.demo-log.thing.changed.v1",
        "subject": str(ENTITY),
        "time": MOMENT,
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "recordedat": "2025-12-04T10:00:01.123456Z",
        "position": "42",
        "epoch": "2",
        "version": "3",
        "previousversion": "2",
    }
    message = to_binary_event(CloudEvent(attributes=attributes, data={"name": "Nghị quyết"}))
    record = Record(None, message.value, list(message.headers.items()))
    assert decode(record) == replace(ENVELOPE, traceparent=None)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", None),
        ("ce_specversion", b"0.3"),
        ("content-type", b"text/plain"),
        ("ce_type", b"vn.sixclear.demo-log.thing.changed.v2"),
        ("ce_type", b"vn.sixclear.demo-log.thing.changed.v1\n"),
        ("ce_type", b"\xff\xfe"),
        ("ce_source", b"/sixclear/other"),
        ("ce_subject", b"not-a-uuid"),
        ("ce_version", b"-1"),
        ("ce_version", b"0"),
        ("ce_version", "³".encode()),
        ("ce_position", b"9" * 40),
        ("ce_version", b"2147483648"),
        ("ce_epoch", None),
        ("ce_previousversion", b"two"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2025-12-04T10:00:00"),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("ce_recordedat", b"9999-12-31T23:59:59-14:00"),
        ("ce_recordedat", None),
    ],
)
def test_a_wrong_header_is_an_invalid_envelope(header: str, value: bytes | None) -> None:
    with pytest.raises(InvalidEnvelope, match=header):
        decode(_header(encode(ENVELOPE), header, value))


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{", b"\xff", b'"x"', b"null"])
def test_a_wrong_value_is_an_invalid_envelope(value: bytes | None) -> None:
    with pytest.raises(InvalidEnvelope):
        decode(replace(encode(ENVELOPE), value=value))


BROKEN_TRACES = [
    "garbage",
    "",
    " ",
    "\n",
    TRACE.upper(),
    TRACE + "\n",
    TRACE + "-more",
    TRACE[:-1],
    "ff" + TRACE[2:],
    "00-" + "0" * 32 + TRACE[35:],
    TRACE[:36] + "0" * 16 + "-01",
    TRACE[:-2] + "zz",
    TRACE[:-2] + "\u0661\u0661",
    "\u00e9" * 55,
    "9" * 10_000,
]


@pytest.mark.parametrize("broken", BROKEN_TRACES)
def test_a_broken_trace_context_costs_only_the_trace(broken: str) -> None:
    """It may come from the table, from Kafka, or from a producer that is not ours."""
    stored = structs.replace(STORED, traceparent=broken)
    untraced = replace(ENVELOPE, traceparent=None)
    assert from_stored(stored, "demo-log", 2) == untraced
    assert decode(_header(encode(ENVELOPE), "traceparent", broken.encode())) == untraced
    assert "traceparent" not in dict(encode_stored(stored, "demo-log", 2).headers)
    assert "traceparent" not in dict(encode(replace(ENVELOPE, traceparent=broken)).headers)
    assert context_of(broken) is None


@pytest.mark.parametrize("value", [b"\xff\xfe", b"", None])
def test_trace_headers_that_are_no_text_cost_nothing_else(value: bytes | None) -> None:
    headers: list[Any] = [(name, old) for name, old in encode(ENVELOPE).headers if name != "traceparent"]
    headers += [(name, value) for name in ("traceparent", "tracestate", "baggage")]
    assert decode(replace(encode(ENVELOPE), headers=headers)) == replace(ENVELOPE, traceparent=None)


def test_a_trace_of_a_later_version_is_followed() -> None:
    assert context_of("01" + TRACE[2:] + "-more") == context_of(TRACE)
    assert context_of(TRACE[:-2] + "00") is None


def test_unknown_headers_and_fields_are_passed_over() -> None:
    record = replace(encode(ENVELOPE), value=orjson.dumps({"name": "x", "new": 1}))
    assert decode(_header(record, "ce_later", b"1")).data == {"name": "x", "new": 1}


def test_a_record_of_somebody_else_has_no_place() -> None:
    assert place_of(Record(None, b"x", [])) == (None, 0)
    assert isinstance(ENVELOPE, Envelope)
