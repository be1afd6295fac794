"""What every bus offers: subscriptions that start where their reader says, and never keep a position of their own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from sixclear.common.bus.envelope import Envelope, InvalidEnvelope, Record, place_of
from sixclear.common.bus.marks import Mark, mark_of
from sixclear.common.bus.watermark import Watermark
from sixclear.common.clock import seconds_since


class SubscriptionLost(Exception):
    """The subscription is of no use any more; close it and open a new one from the stored positions."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a consumer group has come in one stream.

    `offset` is the next to read. `last_position` and `epoch` are those of the event before it: they tell whether the
    stream is still the one that was read (None and 0 where that record named none). So does `mark`, by its hash; a
    position from before marks has none, and is trusted by its number until it moves.
    """

    offset: int
    last_position: int | None
    epoch: int
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One record of one stream; `envelope` is an error where it cannot be decoded."""

    stream: str
    offset: int
    topic: str
    envelope: Envelope | InvalidEnvelope
    raw: Record | None = None

    @property
    def position_after(self) -> Position:
        """Where the consumer stands once this message is done."""
        if isinstance(self.envelope, InvalidEnvelope):
            place = (None, 0) if self.raw is None else place_of(self.raw)
            return Position(self.offset + 1, *place)
        return Position(self.offset + 1, self.envelope.position, self.envelope.epoch, mark_of(self.envelope))


@dataclass(frozen=True, slots=True)
class Lag:
    """What waits to be handled: how many, and for how long the oldest has been waiting (None: not known).

    `epoch` is that of the log, where the bus reads the log itself: the only word of a restore to an empty one.
    """

    messages: int
    seconds: float | None
    by_stream: Mapping[str, int] = field(default_factory=dict)
    epoch: int | None = None

    def plus(self, messages: Sequence[Message], now: datetime) -> "Lag":
        """This lag and messages that were fetched and are not handled yet."""
        if not messages:
            return self
        ages = [seconds_since(m.envelope.recorded_at, now) for m in messages if isinstance(m.envelope, Envelope)]
        ages += [self.seconds] if self.messages else []
        known = [age for age in ages if age is not None]
        by_stream = Counter(self.by_stream)
        by_stream.update(message.stream for message in messages)
        seconds = max([0.0, *known]) if len(known) == len(ages) else None
        return Lag(self.messages + len(messages), seconds, dict(by_stream), self.epoch)


class Subscription(Protocol):
    """One reader of some topics. Used by one task; `lag` alone may be asked from another."""

    async def open(self, positions: Mapping[str, Position]) -> None:
        """Begin at `positions`; a stream without one, or which is no longer the same, begins at its first event.

        So any consumer may see every event of a stream again at any time.
        """

    async def fetch(self, limit: int, timeout_seconds: float) -> Sequence[Message]:
        """The next messages, at most `limit`, in order per stream; empty when none came in time.

        Raises SubscriptionLost when the streams cannot be trusted any more.
        """

    async def lag(self) -> Lag:
        """What has not been fetched yet; raises SubscriptionLost as `fetch` does."""

    async def close(self) -> None:
        """Let go of everything within seconds, whatever the broker does."""


class Bus(Protocol):
    """Joins services: in one process through their logs, between processes through Kafka."""

    kind: Literal["memory", "kafka"]

    def carries(self, service: str) -> bool:
        """Whether events of `service` can come by it: once every target of the process is made."""

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """A subscription, not yet open. Groups know nothing of each other."""

    def watermark(self, service: str) -> Watermark:
        """How far the topics of `service` hold what it recorded, not yet started."""

    async def send_dead_letter(self, group: str, message: Message, reason: str) -> None:
        """Put a copy of a message that could not be handled where operators look; the table keeps it anyway."""

    async def close(self) -> None:
        """Release what subscriptions share."""
