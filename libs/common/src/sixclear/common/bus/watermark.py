"""Up to which instant a topic holds everything that its service recorded: what the active relay says of itself.

A reader that has come to the end of a topic knows what the broker holds, and not what a relay keeps back. Statements
travel on a topic of their own, so that no reader of events sees them; the last one of a service counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import orjson

from sixclear.common.bus.envelope import Record
from sixclear.common.clock import seconds_since

TOPIC = "sixclear.relay.watermarks"
# The broker may drop a statement after an hour: after ten seconds none says anything that a reader would act upon.
TOPIC_SETTINGS = {"cleanup.policy": "delete", "retention.ms": "3600000", "segment.ms": "3600000"}


class Watermark(Protocol):
    """What is known of one service's topics."""

    async def start(self) -> None:
        """Begin to listen, in the background."""

    async def stop(self) -> None:
        """Let go of everything within seconds."""

    def behind_seconds(self) -> float | None:
        """Events older than this are on the bus; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The relay of `service` has sent the events up to `position`: all that were committed up to `complete_at`.

    `complete_at` is None before the relay, in this life, was once up to date.
    """

    service: str
    epoch: int
    position: int
    complete_at: datetime | None

    def behind_seconds(self, now: datetime) -> float | None:
        """For how long events may have been kept back; None: not known, or by a clock that ran ahead."""
        return None if self.complete_at is None else seconds_since(self.complete_at, now)


def encode(statement: Statement) -> Record:
    """The record of a statement; its key is the service."""
    complete_at = statement.complete_at
    value = {
        "service": statement.service,
        "epoch": statement.epoch,
        "position": statement.position,
        "complete_at": None if complete_at is None else complete_at.astimezone(UTC).isoformat(),
    }
    return Record(statement.service.encode(), orjson.dumps(value), [("content-type", b"application/json")])


def decode(record: Record) -> Statement | None:
    """The statement in a record; None for anything else, which then says nothing."""
    try:
        value = orjson.loads(record.value or b"")
        complete_at = value["complete_at"]
        instant = None if complete_at is None else datetime.fromisoformat(complete_at)
        if instant is not None and instant.tzinfo is None:
            return None
        return Statement(
            service=str(value["service"]),
            epoch=int(value["epoch"]),
            position=int(value["position"]),
            complete_at=instant,
        )
    except (ValueError, KeyError, TypeError):
        return None
