"""Asks witnesses for their cosignatures (C2SP tlog-witness), all of them together and within seconds.

A witness is believed in one thing only: a signature line that holds by its key and says the time of now. What else it
says is told to the caller, who knows whether it can be.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sixclear.common.clock import Clock
from sixclear.common.sender.errors import NotSent
from sixclear.common.sender.sender import Bounds, Outgoing, Reply
from sixclear.common.transparency.checkpoints import Checkpoint, parse_number
from sixclear.common.transparency.notes import Note, NoteInvalid, VerifierKey
from sixclear.common.transparency.witnessing import SIZE_TYPE, AddCheckpoint, cosignatures

SECONDS = 5.0
BOUNDS = Bounds(seconds=SECONDS, sent_bytes=64 * 1024, received_bytes=16 * 1024)
"""For the sender: a request has 63 hashes and a checkpoint at most, a reply some signature lines."""

# Receipts are false when clocks differ by a minute: a time that is further off than half of it is worth nothing.
_CLOCKS_DIFFER = timedelta(seconds=30)
# What the statuses of the protocol mean, in a word for those who look after the log.
_MEANINGS = {400: "not-understood", 403: "key-unknown", 404: "log-unknown", 422: "other-history"}
CONTRADICTIONS = frozenset({"knows-more", "other-history"})
"""Answers that cannot be when this log only ever grew: the witness saw another tree, or it lies."""

Send = Callable[[Outgoing], Awaitable[Reply]]
Prove = Callable[[int], Awaitable[Sequence[bytes]]]


@dataclass(frozen=True, slots=True)
class Witness:
    """Whom to ask, where, and from which size on it knows the log."""

    name: str
    key: VerifierKey
    address: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said: a signature line, or a problem. `size` is how much of the log it says to have seen."""

    name: str
    at: datetime
    line: str = ""
    size: int | None = None
    problem: str = ""


class _Unusable(Exception):
    """An answer from which nothing can be taken; its text is the problem's word."""


async def ask_all(
    witnesses: Sequence[Witness], send: Send, head: Checkpoint, note: str, prove: Prove, clock: Clock
) -> AsyncGenerator[Answer, None]:
    """The answers as they come. After five seconds those who said nothing are `too-slow`: none is waited for longer."""
    asked = {asyncio.create_task(ask(one, send, head, note, prove, clock)): one for one in witnesses}
    end, waiting = asyncio.get_running_loop().time() + SECONDS, set(asked)
    try:
        while waiting:
            left = max(0.0, end - asyncio.get_running_loop().time())
            done, waiting = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
            if not done:
                break
        for task in waiting:
            yield Answer(asked[task].name, clock(), problem="too-slow")
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def ask(one: Witness, send: Send, head: Checkpoint, note: str, prove: Prove, clock: Clock) -> Answer:
    """What one witness says of a checkpoint; a witness that saw another size is asked once more with its proof."""
    old = min(one.size, head.size)
    try:
        status, told = 0, old
        for _ in range(2):
            asked_at = clock()
            reply = await _sent(one, send, AddCheckpoint(old, await prove(old), note))
            status = reply.status
            if status != 409:
                break
            told = _size_of(reply)
            if told > head.size:
                return Answer(one.name, clock(), size=told, problem="knows-more")
            if told == old == head.size:
                return Answer(one.name, clock(), size=told, problem="other-history")
            old = told
        if status == 200:
            line = _line_of(reply, head, one.key, asked_at, clock())
            return Answer(one.name, clock(), line, head.size)
        problem = "changes-its-mind" if status == 409 else _MEANINGS.get(status, f"status-{status}")
        return Answer(one.name, clock(), size=told if told else None, problem=problem)
    except NotSent as failure:
        return Answer(one.name, clock(), problem=failure.code)
    except _Unusable as failure:
        return Answer(one.name, clock(), problem=str(failure))


async def _sent(one: Witness, send: Send, request: AddCheckpoint) -> Reply:
    address = one.address.rstrip("/") + "/add-checkpoint"
    return await send(Outgoing("POST", address, {"Content-Type": "text/plain"}, str(request).encode()))


def _size_of(reply: Reply) -> int:
    try:
        if reply.headers.get("content-type", "").partition(";")[0].strip() != SIZE_TYPE:
            raise _Unusable("says-no-size")
        return parse_number(reply.content.decode("ascii").removesuffix("\n"))
    except (NoteInvalid, UnicodeDecodeError, IndexError):
        raise _Unusable("says-no-size") from None


def _line_of(reply: Reply, head: Checkpoint, key: VerifierKey, asked_at: datetime, now: datetime) -> str:
    try:
        lines = cosignatures(head.text, reply.content.decode(), [key])
    except (NoteInvalid, UnicodeDecodeError):
        raise _Unusable("signature-false") from None
    if not lines:
        raise _Unusable("signature-missing")
    if not _is_of_now(f"{head.text}\n{lines[0]}", key, asked_at, now):
        raise _Unusable("clock-differs")
    return lines[0]


def _is_of_now(note: str, key: VerifierKey, asked_at: datetime, now: datetime) -> bool:
    made_at = Note.parse(note).verified([key])[key]
    # A cosignature has whole seconds.
    return made_at is not None and asked_at - _CLOCKS_DIFFER - timedelta(seconds=1) <= made_at <= now + _CLOCKS_DIFFER
