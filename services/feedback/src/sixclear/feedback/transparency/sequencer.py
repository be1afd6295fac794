"""The one place that adds to the public log: signs what waits, keeps it in files, then shows it.

Any number of processes may run it, killed at any point: an advisory lock and unique indexes keep one tree, and each
step does what a killed one left. It never signs a tree that does not continue what was signed before. Before each pass
the newest checkpoint in the folder is compared with the database: a database that was put back is filled up from the
files, and where the two say different things nothing is signed any more. Witnesses are compared too
(`cosigning.py`), and what this process itself signed.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.transparency.checkpoints import Checkpoint, empty
from sixclear.common.transparency.folder import LogFolder
from sixclear.common.transparency.merkle import EMPTY_ROOT, fold, plan_root
from sixclear.common.transparency.notes import Note, NoteInvalid, SigningKey
from sixclear.common.transparency.statements import Kind, entry_of
from sixclear.common.transparency.statements import Statement as Text
from sixclear.common.transparency.tiles import HASH_BYTES, TileMissing, grow, last_tiles, reader, tiles_for
from sixclear.feedback.transparency import repository
from sixclear.feedback.transparency.cosigning import Cosigning, LogClosed
from sixclear.feedback.transparency.hours import HOUR, hour_of, hours_before
from sixclear.feedback.transparency.metrics import LOG_CLOSED, LOG_FILLED, LOG_SIZE, LOG_UNCOSIGNED, LOG_WAITING
from sixclear.feedback.transparency.models import LogCheckpoint, Statement

_log = structlog.get_logger(__name__)
# A pass signs some thousands; a transaction that writes ends within seconds.
_AT_ONCE, _ROUNDS = 500, 10
_ENTRIES_AT_ONCE = 256 * 64
# A statement that waited longer says when it was signed: no witness could confirm the time of the fact.
_TOO_LATE = timedelta(hours=1)
_CASE_BYTES = 32


# What adds entries behind a size at an instant.
Entries = Callable[[AsyncSession, int, datetime], Awaitable[list[bytes]]]
# Statements of hours enter together: few enough for one transaction, and hidden among others where they are few.
_HOUR_AT_ONCE, _FEWEST_OF_HOUR = 4_096, 16
_CHANCE = random.SystemRandom()


@dataclass(slots=True)
class Sequencer:
    """Adds to the log of one database, with one key, and a folder of its own."""

    database: Database
    folder: LogFolder
    key: SigningKey
    clock: Clock
    cosigning: Cosigning
    _closed: str = field(default="", init=False)
    _seen: Checkpoint | None = field(default=None, init=False)

    async def run(self) -> None:
        """One pass: compare, sign what waits, keep, show. A log that is closed signs nothing, and says so once.

        What waits is measured also when a step fails: a full disk must not look like a log with nothing to do.
        """
        try:
            await self._pass()
        finally:
            await self._measure()

    async def _pass(self) -> None:
        if not await self._is_one_tree():
            return
        for entries in (self._of_instants, self._of_hours):
            for _ in range(_ROUNDS):
                if await self._sign(entries) < _AT_ONCE:
                    break
        await self._show()

    async def _is_one_tree(self) -> bool:
        """Whether files, this process, witnesses and database agree; else the log is closed."""
        try:
            await self._compare()
        except (LogClosed, NoteInvalid, TileMissing, OSError, ValueError) as error:
            self._close(str(error))
            return False
        await self._begin()
        try:
            if (newest := await self._write()) is not None:
                await self.cosigning.meet(newest)
        except LogClosed as error:
            self._close(str(error))
            return False
        self._open()
        return True

    async def _compare(self) -> None:
        async with self.database.transaction() as session:
            known = await repository.identity(session, self.key.name, str(self.key.verifier))
            if known != (self.key.name, str(self.key.verifier)):
                raise LogClosed("the log has another name or key than this process")
            await self.cosigning.put_in_force(session)
            text = await asyncio.to_thread(self.folder.checkpoint)
            newest = await repository.newest_signed(session)
            size, root = (0, EMPTY_ROOT) if newest is None else (newest.size, newest.root)
            kept = None if text is None else self._verified(text)
            if text is not None and kept is not None and kept.size > size:
                await self._fill_up(session, size, root, kept, text)
                size, root = kept.size, kept.root
            for other, what in ((kept, "files"), (self._seen, "this process")):
                await self._agree(session, Checkpoint(self.key.name, size, root), other, what)
            self._seen = Checkpoint(self.key.name, size, root)

    async def _agree(self, session: AsyncSession, held: Checkpoint, other: Checkpoint | None, what: str) -> None:
        """Raises LogClosed unless the database continues what someone else saw of it."""
        if other is None:
            return
        if other.size > held.size:
            raise LogClosed(f"the database has {held.size} entries, and {what} signed {other.size}")
        root = held.root if other.size == held.size else await _root_in(session, other.size)
        if other.root != root:
            raise LogClosed(f"database and {what} have different histories of {other.size} entries")

    async def _begin(self) -> None:
        """Sign the empty tree, with which every tree begins, where nothing was signed: witnesses can be asked by it."""
        async with self.database.transaction() as session:
            if not await repository.try_sequence(session) or await repository.newest_signed(session) is not None:
                return
            now, head = self.clock(), empty(self.key.name)
            note = self.key.signed(head.text, now)
            await repository.append(session, 0, [], {}, _checkpoint(head, note, now))

    def _verified(self, text: str) -> Checkpoint:
        note = Note.parse(text)
        head = Checkpoint.parse(note.text)
        if not note.verified([self.key.verifier]) or head.origin != self.key.name:
            raise LogClosed("the files are those of another log")
        return head

    async def _fill_up(self, session: AsyncSession, size: int, root: bytes, kept: Checkpoint, text: str) -> None:
        """Bring a database that was put back to what was signed since, out of the files. Nothing new is signed."""
        missing = await asyncio.to_thread(lambda: list(self.folder.entries(size, kept.size)))
        held = await repository.tiles(session, last_tiles(size))
        grown = grow(held, size, missing)
        plan = plan_root(kept.size)
        needed = await repository.tiles(session, tiles_for([plan]))
        # The tiles of the database are those of `root`: what they lead to with the missing entries continues it.
        if fold(plan, reader(needed | grown)) != kept.root:
            raise LogClosed(f"the files do not continue the {size} entries of the database")
        now = self.clock()
        own, others = _parted(text, self.key.name)
        checkpoint = _checkpoint(kept, own, now)
        checkpoint.cosignatures, checkpoint.published_at = others, now
        if self.cosigning.accepts(text):
            checkpoint.accepted_at, checkpoint.policy_id = now, await self.cosigning.put_in_force(session)
        await repository.append(session, size, missing, grown, checkpoint)
        LOG_FILLED.inc(len(missing))
        _log.warning("public log filled up from files", entries=len(missing), size=kept.size)

    async def _sign(self, entries: Entries) -> int:
        """Sign what waits, some hundreds at most; answers how many entries."""
        async with self.database.transaction() as session:
            if not await repository.try_sequence(session):
                return 0
            newest = await repository.newest_signed(session)
            if newest is None:
                return 0
            now, size = self.clock(), newest.size
            added = await entries(session, size, now)
            if not added:
                return 0
            grown = grow(await repository.tiles(session, last_tiles(size)), size, added)
            plan = plan_root(size + len(added))
            read = reader(await repository.tiles(session, tiles_for([plan])) | grown)
            head = Checkpoint(self.key.name, size + len(added), fold(plan, read))
            await repository.append(
                session, size, added, grown, _checkpoint(head, self.key.signed(head.text, now), now)
            )
        return len(added)

    async def _of_instants(self, session: AsyncSession, size: int, now: datetime) -> list[bytes]:
        found = await repository.waiting(session, _AT_ONCE)
        return await self._signed(session, found, range(size, size + len(found)), now)

    async def _of_hours(self, session: AsyncSession, size: int, now: datetime) -> list[bytes]:
        """The entries of hours that are over, at places by chance among random ones: neither order nor number tells."""
        found = await repository.waiting_by_hour(session, hours_before(now), _HOUR_AT_ONCE)
        if not found:
            return []
        width = max(_FEWEST_OF_HOUR, 1 << (len(found) - 1).bit_length())
        places = _CHANCE.sample(range(width), len(found))
        signed = await self._signed(session, found, [size + place for place in places], now)
        added = [os.urandom(HASH_BYTES) for _ in range(width)]
        for place, entry in zip(places, signed, strict=True):
            added[place] = entry
        return added

    async def _signed(
        self, session: AsyncSession, found: Sequence[Statement], places: Sequence[int], now: datetime
    ) -> list[bytes]:
        """Sign each for its place, behind the newest checkpoint accepted by its time; answers their entries."""
        times = {statement.statement_id: claimed_at(statement, now) for statement in found}
        policy = await self.cosigning.put_in_force(session)
        heads = await repository.newest_accepted_by(session, policy, set(times.values()))
        references = await repository.case_references(session, {statement.submission_id for statement in found})
        added = []
        for place, statement in zip(places, found, strict=True):
            reference = references.setdefault(statement.submission_id, os.urandom(_CASE_BYTES))
            at = times[statement.statement_id]
            head = heads.get(at)
            after = empty(self.key.name) if head is None else Checkpoint(self.key.name, head.size, head.root)
            text = text_of(statement, reference, after, at)
            statement.case_reference, statement.log_index = reference, place
            statement.note = self.key.signed(text, now)
            added.append(entry_of(statement.salt, text))
        return added

    async def _show(self) -> None:
        """Write to the folder what is signed; then everybody may see it, witnesses first."""
        if (newest := await self._write()) is not None:
            await self.cosigning.show(newest)
            await self._write()

    async def _write(self) -> LogCheckpoint | None:
        """Keep the newest checkpoint in files, with what it needs and its cosignatures; answers it.

        Only what is in files is shown, to witnesses too. None while another process begins the log.
        """
        async with self.database.session() as session:
            newest = await repository.newest_signed(session)
            if newest is None:
                return None
            text = await asyncio.to_thread(self.folder.checkpoint)
            first = 0 if text is None else self._verified(text).size
            if text is None or first < newest.size:
                await self._write_tiles(session, first, newest)
            if text is None or (first <= newest.size and text != newest.shown):
                await asyncio.to_thread(self.folder.write_checkpoint, newest.shown)
        self._seen = Checkpoint(self.key.name, newest.size, newest.root)
        return newest

    async def _write_tiles(self, session: AsyncSession, first: int, newest: LogCheckpoint) -> None:
        for start in range(first, newest.size, _ENTRIES_AT_ONCE):
            end = min(newest.size, start + _ENTRIES_AT_ONCE)
            content = await repository.entries(session, start, end)
            await asyncio.to_thread(self.folder.write_entries, start, content)
        tiles = await repository.tiles_after(session, first)
        await asyncio.to_thread(self.folder.write_tiles, newest.size, tiles)

    async def _measure(self) -> None:
        async with self.database.session() as session:
            newest = await repository.newest_signed(session)
            since = [await repository.oldest_waiting(session, accepted=accepted) for accepted in (False, True)]
        LOG_SIZE.set(0 if newest is None else newest.size)
        for gauge, at in zip((LOG_WAITING, LOG_UNCOSIGNED), since, strict=True):
            gauge.set(0 if at is None else max(0.0, (self.clock() - at).total_seconds()))

    def _close(self, why: str) -> None:
        LOG_CLOSED.set(1)
        if self._closed != why:
            _log.error("public log closed", reason=why)
        self._closed = why

    def _open(self) -> None:
        LOG_CLOSED.set(0)
        if self._closed:
            _log.info("public log opened again")
        self._closed = ""


def claimed_at(statement: Statement, now: datetime) -> datetime:
    """The time that a statement says which is signed now.

    `received` keeps its instant however late it is signed. Another one that waited too long says when it was signed;
    one that says its hour alone, the last hour that is over.
    """
    since = statement.stated_at + HOUR if statement.by_hour else statement.stated_at
    if statement.kind == "received" or now - since <= _TOO_LATE:
        return statement.stated_at
    return hour_of(now - HOUR) if statement.by_hour else now


def text_of(statement: Statement, reference: bytes, after: Checkpoint, at: datetime) -> str:
    """The text of a statement."""
    return Text(
        case=reference,
        kind=cast(Kind, statement.kind),
        at=at,
        due_at=statement.due_at,
        rule=statement.rule,
        content=statement.content,
        after=after,
        by_hour=statement.by_hour,
    ).text


def _checkpoint(head: Checkpoint, note: str, now: datetime) -> LogCheckpoint:
    return LogCheckpoint(size=head.size, root=head.root, note=note, signed_at=now, cosignatures="")


def _parted(shown: str, name: str) -> tuple[str, str]:
    """A checkpoint with the log's own signatures, and the lines of others."""
    text, _, lines = shown.rpartition("\n\n")
    named = [(line.split(" ")[1] == name, f"{line}\n") for line in lines.split("\n") if line]
    own, others = ("".join(line for mine, line in named if mine is ours) for ours in (True, False))
    return f"{text}\n\n{own}", others


async def _root_in(session: AsyncSession, size: int) -> bytes:
    plan = plan_root(size)
    return fold(plan, reader(await repository.tiles(session, tiles_for([plan]))))
