"""Whether the broker holds this very log: all that it acknowledged, and at each end an event of the table."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sixclear.common.bus.envelope import Envelope, InvalidEnvelope, decode, from_stored
from sixclear.common.bus.kafka import BrokerView
from sixclear.common.bus.marks import mark_of
from sixclear.common.events.log import EventLog


class LogEmptied(Exception):
    """The broker no longer holds what it had acknowledged."""


async def require_acknowledged(view: BrokerView, acknowledged: Mapping[tuple[str, int], int]) -> None:
    """Raises LogEmptied when a topic is gone or shorter than the offsets that were acknowledged."""
    existing = await view.partitions()
    for topic, partition in acknowledged:
        if existing.get(topic, 0) <= partition:
            raise LogEmptied(f"{topic}/{partition} is gone")
    for stream, end in (await view.ends(acknowledged)).items():
        if end <= acknowledged[stream]:
            raise LogEmptied(f"{stream[0]}/{stream[1]} ends at {end}, before {acknowledged[stream]}")


@dataclass(frozen=True, slots=True)
class Foreign:
    """A record that this log, as it is now, cannot have sent, and the epoch in which it was sent."""

    why: str
    epoch: int


async def find_foreign(event_log: EventLog, view: BrokerView) -> Foreign | None:
    """A last record that tells that the log was restored, or None; of several the one of the greatest epoch.

    The broker is read first: what it holds was committed before it was sent. Were the table read first, an event that
    is committed and sent between the two looks would seem foreign, and a healthy log would get a new epoch: all
    consumers would begin again from the first event. A partition without records, or whose last one is of an earlier
    epoch or of a stranger, tells nothing; so does a record whose month was archived. Costs one record for each
    partition, and a statement or two for it, at each connection. Limit: a broker and a database that are lost together
    leave nothing to compare (decision 0010; `test_neither_a_restart_nor_an_archived_month_nor_a_move_is_a_restore`).
    """
    last = await _last_events(event_log.service, view)
    epoch = await event_log.reader().epoch()
    found = [why for event in last if (why := await _doubt(event_log, event, epoch)) is not None]
    return max(found, key=lambda one: one.epoch, default=None)


async def _last_events(service: str, view: BrokerView) -> Collection[Envelope]:
    streams = [
        (topic, partition)
        for topic, partitions in (await view.partitions()).items()
        if topic.startswith(f"sixclear.{service}.") and topic.endswith(".v1")
        for partition in range(partitions)
    ]
    events = []
    for record in await view.last_records(streams):
        try:
            envelope = decode(record)
        except InvalidEnvelope:
            continue
        if envelope.service == service:
            events.append(envelope)
    return events


async def _doubt(event_log: EventLog, sent: Envelope, epoch: int) -> Foreign | None:
    if sent.epoch < epoch:
        return None
    place = f"{sent.topic} ends with position {sent.position} of epoch {sent.epoch}"
    if sent.epoch > epoch:
        return Foreign(f"{place}, and the log's epoch is {epoch}", sent.epoch)
    reader = event_log.reader()
    row = await reader.find(sent.position)
    if row is None:
        lost = await reader.lost(sent.position, sent.recorded_at)
        return Foreign(f"{place}, which is gone from the log", sent.epoch) if lost else None
    same = mark_of(sent).same_event(mark_of(from_stored(row, event_log.service, epoch)))
    return None if same else Foreign(f"{place}, and the log holds another event there", sent.epoch)
