"""Every statement about statements and the log."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Select, case, cast, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.transparency.tiles import Tile
from sixclear.feedback.transparency.models import (
    LogCheckpoint,
    LogEntry,
    LogIdentity,
    LogPolicy,
    LogTile,
    LogWitness,
    Statement,
)

# A statement that says only its hour waits from a minute after it.
_HOUR_ENDS = timedelta(minutes=61)
_SEQUENCER_LOCK = 0x5349_584C_4F47  # any number that nothing else locks


async def try_sequence(session: AsyncSession) -> bool:
    """Become the one that adds to the log until the transaction ends; False when another one does."""
    statement = text("SELECT pg_try_advisory_xact_lock(:number)")
    return bool(await session.scalar(statement, {"number": _SEQUENCER_LOCK}))


async def identity(session: AsyncSession, origin: str, verifier_key: str) -> tuple[str, str]:
    """Name and key of the log; those given when it has none yet."""
    if (known := await find_identity(session)) is not None:
        return known
    await session.execute(
        insert(LogIdentity).values(one_row=True, origin=origin, verifier_key=verifier_key).on_conflict_do_nothing()
    )
    row = (await session.execute(select(LogIdentity.origin, LogIdentity.verifier_key))).one()
    return row.origin, row.verifier_key


async def find_identity(session: AsyncSession) -> tuple[str, str] | None:
    """Name and key of the log, once it has signed anything."""
    row = (await session.execute(select(LogIdentity.origin, LogIdentity.verifier_key))).one_or_none()
    return None if row is None else (row.origin, row.verifier_key)


def _newest() -> Select[LogCheckpoint]:
    return select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)


async def newest_signed(session: AsyncSession) -> LogCheckpoint | None:
    """The newest checkpoint, shown or not."""
    return await session.scalar(_newest())


async def newest_published(session: AsyncSession) -> LogCheckpoint | None:
    """The newest checkpoint that is shown."""
    return await session.scalar(_newest().where(LogCheckpoint.published_at.is_not(None)))


async def first_with(session: AsyncSession, indexes: Collection[int], *, accepted: bool) -> Mapping[int, LogCheckpoint]:
    """For each entry the first checkpoint that is shown, or accepted, and has it."""
    since = LogCheckpoint.accepted_at if accepted else LogCheckpoint.published_at
    return await _found(
        session,
        func.unnest(cast(list(indexes), ARRAY(BigInteger))).column_valued("wanted"),
        lambda wanted: select(func.min(LogCheckpoint.size)).where(LogCheckpoint.size > wanted, since.is_not(None)),
    )


async def newest_accepted_by(
    session: AsyncSession, policy_id: int, instants: Collection[datetime]
) -> Mapping[datetime, LogCheckpoint]:
    """For each instant the newest checkpoint that this policy had accepted by then, where there is one."""
    return await _found(
        session,
        func.unnest(cast(list(instants), ARRAY(DateTime(timezone=True)))).column_valued("wanted"),
        lambda wanted: (
            select(LogCheckpoint.size)
            .where(LogCheckpoint.accepted_at <= wanted, LogCheckpoint.policy_id == policy_id)
            .order_by(LogCheckpoint.size.desc())
            .limit(1)
        ),
    )


async def _found(session: AsyncSession, wanted: Any, size_of: Callable[[Any], Select[Any]]) -> dict[Any, LogCheckpoint]:
    sizes = select(wanted.label("wanted"), size_of(wanted).scalar_subquery().label("size")).subquery()
    rows = await session.execute(
        select(sizes.c.wanted, LogCheckpoint).join(LogCheckpoint, LogCheckpoint.size == sizes.c.size)
    )
    return {row[0]: row[1] for row in rows}


async def named(session: AsyncSession, sizes: Collection[int]) -> Mapping[int, LogCheckpoint]:
    """The checkpoints of these sizes."""
    rows = await session.scalars(select(LogCheckpoint).where(LogCheckpoint.size.in_(sizes)))
    return {row.size: row for row in rows}


async def claim(session: AsyncSession, size: int, now: datetime, free_since: datetime) -> bool:
    """Become the one that asks witnesses about a checkpoint; False while another one does."""
    free = or_(LogCheckpoint.asked_at.is_(None), LogCheckpoint.asked_at <= free_since)
    statement = update(LogCheckpoint).where(LogCheckpoint.size == size, free).values(asked_at=now)
    return bool(await session.scalar(statement.returning(LogCheckpoint.size)) is not None)


async def lock_checkpoint(session: AsyncSession, size: int) -> LogCheckpoint | None:
    """A checkpoint that no other process changes until the transaction ends."""
    return await session.get(LogCheckpoint, size, with_for_update=True, populate_existing=True)


async def policy_in_force(session: AsyncSession) -> LogPolicy | None:
    """The policy of today."""
    return await session.scalar(select(LogPolicy).order_by(LogPolicy.since.desc(), LogPolicy.policy_id.desc()).limit(1))


async def put_in_force(session: AsyncSession, policy: str, now: datetime) -> int:
    """Make a policy that of today; answers its number."""
    newest = await policy_in_force(session)
    if newest is not None and newest.text == policy:
        return newest.policy_id
    written = insert(LogPolicy).values(text=policy, since=now)
    written = written.on_conflict_do_update(index_elements=["text"], set_={"since": now})
    return int((await session.scalars(written.returning(LogPolicy.policy_id))).one())


async def policies(session: AsyncSession, numbers: Collection[int]) -> Mapping[int, str]:
    """Policies by their numbers."""
    rows = await session.execute(select(LogPolicy.policy_id, LogPolicy.text).where(LogPolicy.policy_id.in_(numbers)))
    return {row.policy_id: row.text for row in rows}


async def witnesses(session: AsyncSession, keys: Collection[str]) -> Mapping[str, LogWitness]:
    """What is known of witnesses, by their keys."""
    rows = await session.scalars(select(LogWitness).where(LogWitness.verifier_key.in_(keys)))
    return {row.verifier_key: row for row in rows}


async def keep_answer(session: AsyncSession, key: str, at: datetime, size: int | None, problem: str) -> None:
    """Keep what a witness said: the size that it saw, if it told one, and whether it cosigned or why not."""
    said = {"failed_at": at, "problem": problem} if problem else {"cosigned_at": at, "problem": None}
    changes = said if size is None else said | {"size": size}
    written = insert(LogWitness).values(verifier_key=key, **({"size": 0} | changes))
    await session.execute(written.on_conflict_do_update(index_elements=["verifier_key"], set_=changes))


async def publish(session: AsyncSession, size: int, now: datetime) -> None:
    """Show every checkpoint up to this size."""
    where = (LogCheckpoint.size <= size, LogCheckpoint.published_at.is_(None))
    await session.execute(update(LogCheckpoint).where(*where).values(published_at=now))


async def tiles(session: AsyncSession, wanted: Collection[Tile]) -> dict[Tile, bytes]:
    """Tiles of hashes as they are now; those of an earlier, smaller tree are their beginnings."""
    if not wanted:
        return {}
    rows = await session.execute(
        select(LogTile.level, LogTile.place, LogTile.hashes).where(
            tuple_(LogTile.level, LogTile.place).in_([tuple(tile) for tile in wanted])
        )
    )
    return {Tile(row.level, row.place): row.hashes for row in rows}


async def tiles_after(session: AsyncSession, size: int) -> dict[Tile, bytes]:
    """The tiles that a log of this size does not have, or has with fewer hashes."""
    rows = await session.execute(
        select(LogTile.level, LogTile.place, LogTile.hashes).where(
            # The last partial tile of each level, and all behind it.
            LogTile.place >= text("(:size >> (8 * (level + 1)))")
        ),
        {"size": size},
    )
    return {Tile(row.level, row.place): row.hashes for row in rows}


async def entries(session: AsyncSession, first: int, end: int) -> list[bytes]:
    """Entries from `first` up to `end`."""
    where = (LogEntry.log_index >= first, LogEntry.log_index < end)
    return list(await session.scalars(select(LogEntry.entry).where(*where).order_by(LogEntry.log_index)))


async def append(
    session: AsyncSession, first: int, added: Sequence[bytes], grown: Mapping[Tile, bytes], checkpoint: LogCheckpoint
) -> None:
    """Add entries behind `first` with the tiles that change. Fails when another one added there: an index is unique."""
    rows = [{"log_index": first + place, "entry": entry} for place, entry in enumerate(added)]
    if rows:
        await session.execute(insert(LogEntry), rows)
        written = insert(LogTile)
        written = written.on_conflict_do_update(
            index_elements=["level", "place"], set_={"hashes": written.excluded.hashes}
        )
        values = [{"level": tile.level, "place": tile.place, "hashes": hashes} for tile, hashes in grown.items()]
        await session.execute(written, values)
    session.add(checkpoint)
    await session.flush()


async def waiting(session: AsyncSession, limit: int) -> Sequence[Statement]:
    """Statements of an instant that are not in the log yet, oldest first."""
    waits = (Statement.log_index.is_(None), Statement.by_hour.is_(False))
    ordered = select(Statement).where(*waits).order_by(Statement.stated_at, Statement.statement_id)
    return (await session.scalars(ordered.limit(limit))).all()


async def waiting_by_hour(session: AsyncSession, hour: datetime, limit: int) -> Sequence[Statement]:
    """Statements of hours before this one that are not in the log yet, in an order by chance."""
    waits = (Statement.log_index.is_(None), Statement.by_hour, Statement.stated_at < hour)
    return (await session.scalars(select(Statement).where(*waits).order_by(func.random()).limit(limit))).all()


async def oldest_waiting(session: AsyncSession, *, accepted: bool = False) -> datetime | None:
    """Since when the oldest statement waits that is in no checkpoint that is shown, or accepted."""
    since = LogCheckpoint.accepted_at if accepted else LogCheckpoint.published_at
    shown = select(func.coalesce(func.max(LogCheckpoint.size), 0)).where(since.is_not(None))
    waits = Statement.log_index.is_(None) | (Statement.log_index >= shown.scalar_subquery())
    since_hour = Statement.stated_at + _HOUR_ENDS
    waits_since = case((Statement.by_hour, since_hour), else_=Statement.stated_at)
    found: datetime | None = await session.scalar(select(func.min(waits_since)).where(waits))
    return found


async def case_references(session: AsyncSession, cases: Collection[UUID]) -> dict[UUID, bytes]:
    """What statements call the cases that have one already."""
    rows = await session.execute(
        select(Statement.submission_id, Statement.case_reference)
        .where(Statement.submission_id.in_(cases), Statement.case_reference.is_not(None))
        .distinct()
    )
    return {row.submission_id: row.case_reference for row in rows}


async def find_first(session: AsyncSession, submission_id: UUID) -> Statement | None:
    """The first statement of a case, signed or not."""
    statements = select(Statement).where(Statement.submission_id == submission_id, Statement.kind == "received")
    return await session.scalar(statements)


async def count_silence(session: AsyncSession, organisation_id: UUID) -> int:
    """The statements in the log that this body gave no answer."""
    said = (Statement.silent_organisation_id == organisation_id, Statement.log_index.is_not(None))
    return await session.scalar(select(func.count()).select_from(Statement).where(*said)) or 0


async def list_signed(session: AsyncSession, submission_id: UUID, limit: int) -> Sequence[Statement]:
    """The newest signed statements of a case, oldest first."""
    signed = select(Statement).where(Statement.submission_id == submission_id, Statement.log_index.is_not(None))
    return (await session.scalars(signed.order_by(Statement.log_index.desc()).limit(limit))).all()[::-1]


async def forget(session: AsyncSession, submission_ids: Collection[UUID]) -> None:
    """Take salt, hash and words out of the statements on these cases that the log has."""
    logged = Statement.submission_id.in_(submission_ids), Statement.log_index.is_not(None)
    await session.execute(update(Statement).where(*logged).values(salt=b"", content=b"", note=None))
