"""The one place that adds to the public log: signs what waits, keeps it in files, then shows it.

Any number of processes may run it, killed at any point: an advisory lock and unique indexes keep one tree, and each
step does what a killed one left. It never signs a tree that does not continue what was signed before. Before each pass
the newest checkpoint in the folder is compared with the database: a database that was put back is filled up from the
files, and where the two say different things nothing is signed any more.
"""

import asyncio
import os
from collections.abc import Sequence
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
from sixclear.common.transparency.tiles import TileMissing, grow, last_tiles, reader, tiles_for
from sixclear.feedback.transparency import repository
from sixclear.feedback.transparency.metrics import LOG_CLOSED, LOG_FILLED, LOG_SIZE, LOG_WAITING
from sixclear.feedback.transparency.models import LogCheckpoint, Statement

_log = structlog.get_logger(__name__)
# A pass signs some thousands; a transaction that writes ends within seconds.
_AT_ONCE, _ROUNDS = 500, 10
_ENTRIES_AT_ONCE = 256 * 64
# A statement that waited longer says when it was signed: no witness could confirm the time of the fact.
_TOO_LATE = timedelta(hours=1)
_CASE_BYTES = 32


class LogClosed(Exception):
    """What was signed before and what the database holds do not belong together; the text says how."""


@dataclass(slots=True)
class Sequencer:
    """Adds to the log of one database, with one key, and a folder of its own."""

    database: Database
    folder: LogFolder
    key: SigningKey
    clock: Clock
    _closed: str = field(default="", init=False)

    async def run(self) -> None:
        """One pass: compare, sign what waits, keep, show. A log that is closed signs nothing, and says so once.

        What waits is measured also when a step fails: a full disk must not look like a log with nothing to do.
        """
        try:
            await self._pass()
        finally:
            await self._measure()

    async def _pass(self) -> None:
        try:
            await self._compare()
        except (LogClosed, NoteInvalid, TileMissing, OSError, ValueError) as error:
            self._close(str(error))
            return
        self._open()
        for _ in range(_ROUNDS):
            if await self._sign() < _AT_ONCE:
                break
        await self._keep()

    async def _compare(self) -> None:
        async with self.database.transaction() as session:
            known = await repository.identity(session, self.key.name, str(self.key.verifier))
            if known != (self.key.name, str(self.key.verifier)):
                raise LogClosed("the log has another name or key than this process")
            text = await asyncio.to_thread(self.folder.checkpoint)
            newest = await repository.newest_signed(session)
            size, root = (0, EMPTY_ROOT) if newest is None else (newest.size, newest.root)
            if text is None:
                return
            kept = self._verified(text)
            if kept.size < size:
                root = await _root_in(session, kept.size)
            if kept.size <= size:
                if kept.root != root:
                    raise LogClosed(f"database and files have different histories of {kept.size} entries")
                return
            await self._fill_up(session, size, root, kept, text)

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
        checkpoint = LogCheckpoint(size=kept.size, root=kept.root, note=text, signed_at=now, published_at=now)
        await repository.append(session, size, missing, grown, checkpoint)
        LOG_FILLED.inc(len(missing))
        _log.warning("public log filled up from files", entries=len(missing), size=kept.size)

    async def _sign(self) -> int:
        """Sign what waits, some hundreds at most; answers how many statements."""
        async with self.database.transaction() as session:
            if not await repository.try_sequence(session):
                return 0
            newest = await repository.newest_signed(session)
            found = await repository.waiting(session, _AT_ONCE)
            if newest is not None and not found:
                return 0
            now = self.clock()
            size = 0 if newest is None else newest.size
            added = await self._signed(session, found, size, now)
            grown = grow(await repository.tiles(session, last_tiles(size)), size, added)
            head = empty(self.key.name)
            if added:
                plan = plan_root(size + len(added))
                read = reader(await repository.tiles(session, tiles_for([plan])) | grown)
                head = Checkpoint(self.key.name, size + len(added), fold(plan, read))
            note = self.key.signed(head.text, now)
            checkpoint = LogCheckpoint(size=head.size, root=head.root, note=note, signed_at=now, published_at=None)
            await repository.append(session, size, added, grown, checkpoint)
        return len(added)

    async def _signed(self, session: AsyncSession, found: Sequence[Statement], size: int, now: datetime) -> list[bytes]:
        """Sign each statement, behind the newest checkpoint that is shown; answers their entries, in their order."""
        shown = await repository.newest_published(session)
        after = empty(self.key.name) if shown is None else Checkpoint(self.key.name, shown.size, shown.root)
        references = await repository.case_references(session, {statement.submission_id for statement in found})
        added = []
        for place, statement in enumerate(found, start=size):
            reference = references.setdefault(statement.submission_id, os.urandom(_CASE_BYTES))
            text = text_of(statement, reference, after, now)
            statement.case_reference, statement.log_index = reference, place
            statement.note = self.key.signed(text, now)
            added.append(entry_of(statement.salt, text))
        return added

    async def _keep(self) -> None:
        """Write to the folder what is signed; then everybody may see it."""
        async with self.database.session() as session:
            newest = await repository.newest_signed(session)
            if newest is None:
                return
            text = await asyncio.to_thread(self.folder.checkpoint)
            first = 0 if text is None else self._verified(text).size
            if text is None or first < newest.size:
                await self._write(session, first, newest)
        async with self.database.transaction() as session:
            await repository.publish(session, newest.size, self.clock())

    async def _write(self, session: AsyncSession, first: int, newest: LogCheckpoint) -> None:
        for start in range(first, newest.size, _ENTRIES_AT_ONCE):
            end = min(newest.size, start + _ENTRIES_AT_ONCE)
            content = await repository.entries(session, start, end)
            await asyncio.to_thread(self.folder.write_entries, start, content)
        tiles = await repository.tiles_after(session, first)
        await asyncio.to_thread(self.folder.write_tiles, newest.size, tiles)
        await asyncio.to_thread(self.folder.write_checkpoint, newest.note)

    async def _measure(self) -> None:
        async with self.database.session() as session:
            since = await repository.oldest_waiting(session)
            newest = await repository.newest_signed(session)
        LOG_SIZE.set(0 if newest is None else newest.size)
        LOG_WAITING.set(0 if since is None else max(0.0, (self.clock() - since).total_seconds()))

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


def text_of(statement: Statement, reference: bytes, after: Checkpoint, now: datetime) -> str:
    """The text of a statement that is signed now.

    `received` keeps its instant however late it is signed. Another one that waited too long says when it was signed.
    """
    late = statement.kind != "received" and now - statement.stated_at > _TOO_LATE
    return Text(
        case=reference,
        kind=cast(Kind, statement.kind),
        at=now if late else statement.stated_at,
        due_at=statement.due_at,
        rule=statement.rule,
        content=statement.content,
        after=after,
    ).text


async def _root_in(session: AsyncSession, size: int) -> bytes:
    plan = plan_root(size)
    return fold(plan, reader(await repository.tiles(session, tiles_for([plan]))))
