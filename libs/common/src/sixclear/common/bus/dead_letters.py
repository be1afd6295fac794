"""Messages that could not be handled: kept aside one by one, until there are so many that the fault is ours."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.envelope import InvalidEnvelope, Record, encode
from sixclear.common.bus.protocol import Message

DDL_V1: list[str] = [
    """CREATE TABLE dead_letter (
         dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         consumer_group text NOT NULL,
         stream text NOT NULL,
         stream_offset bigint NOT NULL,
         topic text NOT NULL,
         record_key bytea,
         record_value bytea,
         headers jsonb NOT NULL,
         reason text NOT NULL,
         failed_at timestamptz NOT NULL,
         UNIQUE (consumer_group, stream, stream_offset, failed_at)
       )""",
]

_STORE = text(
    """INSERT INTO dead_letter (consumer_group, stream, stream_offset, topic, record_key, record_value, headers, reason,
                                failed_at)
       VALUES (:consumer_group, :stream, :stream_offset, :topic, :record_key, :record_value, CAST(:headers AS jsonb),
               :reason, :failed_at)"""
).bindparams(
    bindparam("stream_offset", type_=BigInteger),
    bindparam("record_key", type_=LargeBinary),
    bindparam("record_value", type_=LargeBinary),
)

# A key is an entity's identifier, but not in every message that could not be read.
_FORGET = text(
    "UPDATE dead_letter SET record_value = NULL WHERE record_key = ANY (:keys) AND record_value IS NOT NULL"
).bindparams(bindparam("keys", type_=ARRAY(LargeBinary)))

_COUNT = text("SELECT count(*) FROM dead_letter WHERE consumer_group = :consumer_group")


@dataclass(frozen=True, slots=True)
class DeadLetterPolicy:
    """How many messages may be set aside before the consumer halts: a bad release must not empty a topic.

    At most `max_consecutive` in a row, and at most `max_ratio` of the last `window` messages.
    """

    max_consecutive: int = 5
    max_ratio: float = 0.05
    window: int = 200


class DeadLetterLedger:
    """Counts what was handled and what was set aside since the consumer began or was resumed."""

    def __init__(self, policy: DeadLetterPolicy) -> None:
        self._policy = policy
        self._consecutive = 0
        self._recent: deque[bool] = deque(maxlen=policy.window)

    def handled(self, count: int) -> None:
        """Note messages that were handled."""
        if count:
            self._consecutive = 0
            self._recent.extend([False] * min(count, self._policy.window))

    def buried(self) -> None:
        """Note one message that was set aside."""
        self._consecutive += 1
        self._recent.append(True)

    def refusal(self) -> str | None:
        """Why one more message may not be set aside; None when it may."""
        if self._consecutive + 1 > self._policy.max_consecutive:
            return f"{self._consecutive + 1} messages in a row could not be handled"
        if sum(self._recent) + 1 > self._policy.max_ratio * self._policy.window:
            return f"{sum(self._recent) + 1} of the last {self._policy.window} messages could not be handled"
        return None

    def clear(self) -> None:
        """Begin to count from zero, after an operator has looked."""
        self._consecutive = 0
        self._recent.clear()


def reason_of(error: BaseException) -> str:
    """What went wrong in one line: the kind of error and the first line of its text, without statement parameters."""
    first_line = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first_line}"[:500]


def record_of(message: Message) -> Record:
    """The record of a message: as it came, or as it would have been written."""
    if message.raw is not None:
        return message.raw
    if isinstance(message.envelope, InvalidEnvelope):
        return Record(None, None, [])
    return encode(message.envelope)


async def store(session: AsyncSession, group: str, message: Message, reason: str, now: datetime) -> None:
    """Keep a message aside, in the transaction that moves the group's position past it."""
    record = record_of(message)
    headers = [[name, (value or b"").decode("utf-8", "backslashreplace")] for name, value in record.headers]
    await session.execute(
        _STORE,
        {
            "consumer_group": group,
            "stream": message.stream,
            "stream_offset": message.offset,
            "topic": message.topic,
            "record_key": record.key,
            "record_value": record.value,
            "headers": orjson.dumps(headers).decode().replace("\\u0000", "\\ufffd"),
            "reason": reason.replace("\x00", "\ufffd"),
            "failed_at": now,
        },
    )


async def forget(session: AsyncSession, entity_ids: Collection[UUID]) -> None:
    """Empty what is kept aside of entities that were withdrawn; that something was set aside, and why, stays known."""
    await session.execute(_FORGET, {"keys": [str(entity_id).encode() for entity_id in entity_ids]})


async def count(session: AsyncSession, group: str) -> int:
    """How many messages of the group are kept aside."""
    return int((await session.execute(_COUNT, {"consumer_group": group})).scalar_one())
