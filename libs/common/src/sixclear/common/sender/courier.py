"""Sends what is due: takes it, sends it, keeps what became of it. Each process does; none sends what another took."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import Row

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.sender import queue
from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.metrics import ATTEMPTS, OLDEST
from sixclear.common.sender.queue import Outcome
from sixclear.common.sender.sender import Outgoing, Reply

_log = structlog.get_logger(__name__)

_AT_A_TIME = 16
_TOLD = 500
# What a receiver says of a moment, not of what was sent.
_PASSES = frozenset({408, 425, 429})
_IS_DOWN = frozenset({429, 502, 503, 504})

Send = Callable[[Outgoing], Awaitable[Reply]]


class Refused(Exception):
    """A message is not to be sent any more; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Mission(Protocol):
    """What the owner of messages knows of them."""

    kind: str

    async def prepare(self, taken: Row[Any]) -> Outgoing:
        """The request of a message, with address and secrets; raises Refused, or NotSent where it may be later."""

    def judge(self, taken: Row[Any], reply: Reply) -> Outcome:
        """What a reply means, as `outcome_of` says it unless the receiver's answers say more."""


def outcome_of(reply: Reply) -> Outcome:
    """What the status of a reply means; one that may be tried again is `waiting`."""
    if 200 <= reply.status < 300:
        return Outcome("delivered", reply.status, receipt=_receipt(reply))
    told = reply.content[: 4 * _TOLD].decode(errors="replace")[:_TOLD] or None
    if reply.status in _PASSES or reply.status >= 500:
        return Outcome("waiting", reply.status, "receiver-busy", told, down=reply.status in _IS_DOWN)
    code = "redirect-not-followed" if 300 <= reply.status < 400 else "receiver-refused"
    return Outcome("refused", reply.status, code, None if code == "redirect-not-followed" else told)


def _receipt(reply: Reply) -> str | None:
    """What the receiver calls the thing: its entity tag, else its own number for the request."""
    for name in ("etag", "x-request-id"):
        if reply.headers.get(name):
            return reply.headers[name][:200]
    return None


def asked_pause(reply: Reply, now: datetime) -> timedelta | None:
    """How long the receiver asks to wait (`Retry-After`, in seconds or as a date); None where it does not say."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), 10**6))
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta())


async def deliver(database: Database, clock: Clock, send: Send, mission: Mission) -> int:
    """Send all that is due, some at a time; how many requests were sent."""
    sent = 0
    while taken := await _take(database, clock(), mission):
        by_owner: dict[UUID, list[Row[Any]]] = {}
        for one in taken:
            by_owner.setdefault(one.owner_id, []).append(one)
        done = await asyncio.gather(*(_to_one(database, clock, send, mission, some) for some in by_owner.values()))
        sent += sum(done)
    return sent


async def measure(database: Database, now: datetime, kind: str) -> None:
    """Tell the metrics how long the oldest message that waits has waited."""
    async with database.session() as session:
        since = await queue.waiting_since(session, kind)
    OLDEST.labels(kind).set(0.0 if since is None else (now - since).total_seconds())


async def _take(database: Database, now: datetime, mission: Mission) -> Sequence[Row[Any]]:
    async with database.transaction() as session:
        return await queue.take(session, mission.kind, now, _AT_A_TIME)


async def _to_one(database: Database, clock: Clock, send: Send, mission: Mission, taken: Sequence[Row[Any]]) -> int:
    """To one receiver one after the other: it is not pressed, and one that is down is asked once."""
    down: Outcome | None = None
    began = asyncio.get_running_loop().time()
    sent = 0
    for one in taken:
        late = asyncio.get_running_loop().time() - began > queue.LEASE.total_seconds() / 2
        if down is not None or late:
            # Not tried: it goes back as it was.
            async with database.transaction() as session:
                now = clock()
                until = now if down is None else down.again_at or now
                await queue.give_back(session, one, until)
            continue
        outcome = await _attempt(clock, send, mission, one)
        sent += 1
        async with database.transaction() as session:
            await queue.keep(session, one, outcome, clock())
            ATTEMPTS.labels(mission.kind, outcome.state).inc()
            if outcome.down and outcome.again_at is not None:
                down = outcome
                ids = [other.outgoing_id for other in taken]
                await queue.put_off(session, mission.kind, one.owner_id, outcome.again_at, ids)
    return sent


async def _attempt(clock: Clock, send: Send, mission: Mission, taken: Row[Any]) -> Outcome:
    pause: timedelta | None = None
    try:
        reply = await send(await mission.prepare(taken))
        outcome = mission.judge(taken, reply)
        if outcome.state == "waiting":
            pause = asked_pause(reply, clock())
    except Refused as refused:
        return Outcome("refused", problem=refused.code)
    except NotSent as failure:
        if not failure.again:
            return Outcome("refused", problem=failure.code)
        outcome = Outcome("waiting", problem=failure.code, down=failure.down)
    except Exception as error:
        # The message stands in the way of those behind it on its subject, and of no other.
        _log.warning("message not sent", kind=mission.kind, error=type(error).__name__)
        outcome = Outcome("waiting", problem="internal")
    if outcome.state != "waiting":
        return outcome
    again = queue.again_at(taken, clock(), pause)
    return replace(outcome, again_at=again, state="waiting" if again else "given_up")
