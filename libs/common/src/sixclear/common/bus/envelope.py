"""Events on the wire: CloudEvents 1.0 in Kafka's binary mode (headers `ce_…`, JSON value, key = entity)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import orjson

from sixclear.common.events.catalogue import topic_of, type_of
from sixclear.common.events.reader import StoredEvent
from sixclear.common.telemetry import well_formed

Headers = list[tuple[str, bytes]]

_TYPE = re.compile(r"vn\.sixclear\.([a-z][a-z0-9-]*)\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\.v1")
_SOURCE = re.compile(r"/sixclear/(?:(?P<installation>[a-z0-9][a-z0-9-]{0,62})/)?(?P<service>[a-z][a-z0-9-]*)")
_CONTENT_TYPE = "application/json"


class InvalidEnvelope(ValueError):
    """A record that is not one of our events; the text says what is wrong, never what is in it."""


@dataclass(frozen=True, slots=True)
class Record:
    """The parts of a Kafka record, of any writer."""

    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as a consumer sees it, with either bus.

    `position` is the event's place in its service's log, `epoch` the log's epoch when it was sent. `data` is the whole
    public state of the entity after the change. `installation` says whose log it is, where the installation has a name.
    """

    service: str
    entity_type: str
    entity_id: UUID
    type: str
    change: str
    version: int
    previous_version: int | None
    position: int
    epoch: int
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]
    traceparent: str | None
    installation: str = ""

    @property
    def topic(self) -> str:
        """The topic on which this event travels."""
        return topic_of(self.service, self.entity_type)


def from_stored(event: StoredEvent, service: str, epoch: int) -> Envelope:
    """The envelope of a row of the event table."""
    return Envelope(
        service=service,
        entity_type=event.entity_type,
        entity_id=event.entity_id,
        type=type_of(service, event.entity_type, event.change),
        change=event.change,
        version=event.version,
        previous_version=event.previous_version,
        position=event.event_id,
        epoch=epoch,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        data=orjson.loads(event.data_json),
        traceparent=well_formed(event.traceparent),
    )


def encode_stored(event: StoredEvent, service: str, epoch: int, installation: str = "") -> Record:
    """The record of a row of the event table; the stored JSON text goes out as it is, without being parsed."""
    type_ = type_of(service, event.entity_type, event.change)
    key = str(event.entity_id).encode()
    headers = _headers(event, key, event.event_id, source_of(service, installation), epoch, type_)
    return Record(key, event.data_json.encode(), headers)


def structured(event: StoredEvent, service: str, epoch: int, installation: str = "") -> dict[str, Any]:
    """The event in the JSON format of CloudEvents, to be written by `orjson`; the same attributes as on the wire.

    `position` is text: an integer of CloudEvents has 32 bits. What is not published is marked `restricted`.
    """
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{epoch}-{event.event_id}",
        "source": source_of(service, installation),
        "type": type_of(service, event.entity_type, event.change),
        "subject": str(event.entity_id),
        "time": _instant(event.occurred_at).decode(),
        "datacontenttype": _CONTENT_TYPE,
        "recordedat": _instant(event.recorded_at).decode(),
        "position": str(event.event_id),
        "epoch": epoch,
        "version": event.version,
    }
    if event.previous_version is not None:
        attributes["previousversion"] = event.previous_version
    if not event.published:
        attributes["restricted"] = True
    return attributes | {"data": orjson.Fragment(event.data_json)}


def encode(envelope: Envelope) -> Record:
    """The record of an envelope; `decode` gives an equal envelope back."""
    source = source_of(envelope.service, envelope.installation)
    key = str(envelope.entity_id).encode()
    headers = _headers(envelope, key, envelope.position, source, envelope.epoch, envelope.type)
    return Record(key, orjson.dumps(envelope.data), headers)


def source_of(service: str, installation: str = "") -> str:
    """`ce_source`: with the name of the installation two of them in one store never share `(source, id)`."""
    return f"/sixclear/{installation}/{service}" if installation else f"/sixclear/{service}"


@lru_cache(maxsize=1024)
def _repeated(source: str, type_: str, epoch: int) -> dict[str, tuple[str, bytes]]:
    """The headers that all events of one kind, change and epoch share: encoded once, a third of an event's cost."""
    texts = {
        "ce_specversion": "1.0",
        "ce_source": source,
        "ce_type": type_,
        "ce_epoch": str(epoch),
        "content-type": _CONTENT_TYPE,
    }
    return {name: (name, text.encode()) for name, text in texts.items()}


def _headers(
    event: StoredEvent | Envelope, subject: bytes, position: int, source: str, epoch: int, type_: str
) -> Headers:
    repeated = _repeated(source, type_, epoch)
    headers = [
        repeated["ce_specversion"],
        ("ce_id", b"%d-%d" % (epoch, position)),
        repeated["ce_source"],
        repeated["ce_type"],
        ("ce_subject", subject),
        ("ce_time", _instant(event.occurred_at)),
        ("ce_recordedat", _instant(event.recorded_at)),
        ("ce_position", b"%d" % position),
        repeated["ce_epoch"],
        ("ce_version", b"%d" % event.version),
        repeated["content-type"],
    ]
    if event.previous_version is not None:
        headers.append(("ce_previousversion", b"%d" % event.previous_version))
    if (traceparent := well_formed(event.traceparent)) is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers


def _instant(moment: datetime) -> bytes:
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat().removesuffix("+00:00").encode() + b"Z"


def decode(record: Record) -> Envelope:
    """The event in a record. Raises InvalidEnvelope for anything else; unknown headers are passed over."""
    headers = dict(record.headers)
    service, entity_type, change, type_, installation = _kind(*map(headers.get, _OF_KIND))
    previous = "ce_previousversion"
    return Envelope(
        service=service,
        entity_type=entity_type,
        entity_id=_entity_id(headers.get("ce_subject")),
        type=type_,
        change=change,
        version=_number("ce_version", headers.get("ce_version")),
        previous_version=_number(previous, headers[previous]) if previous in headers else None,
        position=_number("ce_position", headers.get("ce_position"), 63),
        epoch=_number("ce_epoch", headers.get("ce_epoch")),
        occurred_at=_time("ce_time", headers.get("ce_time")),
        recorded_at=_time("ce_recordedat", headers.get("ce_recordedat")),
        data=_data(record.value),
        traceparent=_trace(headers.get("traceparent")),
        installation=installation,
    )


_OF_KIND = ("ce_specversion", "content-type", "ce_type", "ce_source")


@lru_cache(maxsize=1024)
def _kind(
    version: bytes | None, content_type: bytes | None, type_: bytes | None, source: bytes | None
) -> tuple[str, str, str, str, str]:
    """What the headers say that all events of one kind and change share: read once, a third of an event's cost.

    Service, kind of entity, change, type, and the installation.
    """
    if _text("ce_specversion", version) != "1.0":
        raise InvalidEnvelope("ce_specversion is not 1.0")
    if _text("content-type", content_type).partition(";")[0].strip().lower() != _CONTENT_TYPE:
        raise InvalidEnvelope("content-type is not application/json")
    kind = _TYPE.fullmatch(_text("ce_type", type_))
    if kind is None:
        raise InvalidEnvelope("ce_type is not one of this version's event types")
    service, entity_type, change = kind.groups()
    said = _SOURCE.fullmatch(_text("ce_source", source))
    if said is None or said["service"] != service:
        raise InvalidEnvelope("ce_source does not match ce_type")
    return service, entity_type, change, kind.group(0), said["installation"] or ""


def place_of(record: Record) -> tuple[int | None, int]:
    """Position and epoch of a record, `(None, 0)` where it carries none: how a reader recognises it again."""
    headers = dict(record.headers)
    try:
        position = _number("ce_position", headers.get("ce_position"), 63)
        return position, _number("ce_epoch", headers.get("ce_epoch"))
    except InvalidEnvelope:
        return None, 0


def _text(name: str, value: bytes | None) -> str:
    if value is None:
        raise InvalidEnvelope(f"{name} is missing")
    try:
        return value.decode()
    except (UnicodeDecodeError, AttributeError):
        raise InvalidEnvelope(f"{name} is not UTF-8 text") from None


def _number(name: str, value: bytes | None, bits: int = 31) -> int:
    if value is None:
        raise InvalidEnvelope(f"{name} is missing")
    if value.isdigit() and len(value) < 20 and 0 < (number := int(value)) < 1 << bits:
        return number
    raise InvalidEnvelope(f"{name} is not a positive whole number of {bits} bits")


def _time(name: str, value: bytes | None) -> datetime:
    said = _text(name, value)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise InvalidEnvelope(f"{name} is not an RFC 3339 time") from None
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise InvalidEnvelope(f"{name} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidEnvelope(f"{name} is outside the calendar") from None


def _entity_id(value: bytes | None) -> UUID:
    said = _text("ce_subject", value)
    try:
        return msgspec.convert(said, UUID)  # a fifth of what the class itself takes; that one knows more spellings
    except msgspec.ValidationError:
        pass
    try:
        return UUID(said)
    except ValueError:
        raise InvalidEnvelope("ce_subject is not a UUID") from None


def _data(value: bytes | None) -> dict[str, Any]:
    try:
        data = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        raise InvalidEnvelope("the value is not JSON") from None
    if not isinstance(data, dict):
        raise InvalidEnvelope("the value is not a JSON object")
    return data


def _trace(value: bytes | None) -> str | None:
    try:
        return None if value is None else well_formed(_text("traceparent", value))
    except InvalidEnvelope:
        return None
