"""Wrapped keys in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database
from sixclear.feedback.sealing.models import IN_CLEAR, DestroyedKey, Erasure, WrappedKey
from sixclear.feedback.tables import Base

# The comment of the table `case_key`: when tables were written again, and a word where rows were sealed since.
_SAID = "Texts are sealed, and tables were written again: "
_SINCE = ", before others"
_ASK_SAID = "SELECT obj_description('case_key'::regclass)"
_REWRITE_EVERY = timedelta(days=1)
_MONTHS = """SELECT relname AS name, pg_table_size(pg_class.oid) AS bytes
       FROM pg_partition_tree('event') JOIN pg_class ON pg_class.oid = relid WHERE isleaf ORDER BY relname"""
# What the reason of an event is where `service.sealed_reason` did not make it.
_CLEAR_REASON = f"entity_type = 'submission' AND meta->>'reason' NOT LIKE 'sealed:{'_' * 36}:%'"
_LOCK_CLEAR_REASONS = text(
    f"""SELECT event_id, entity_id, meta->>'reason' AS reason FROM event
       WHERE event_id > :after AND {_CLEAR_REASON} ORDER BY event_id LIMIT :limit FOR UPDATE SKIP LOCKED"""  # noqa: S608 (constant)
)
_COUNT_CLEAR_REASONS = text(f"SELECT count(*) FROM event WHERE {_CLEAR_REASON}")  # noqa: S608 (constant)
_WRITE_REASON = text(
    "UPDATE event SET meta = meta || jsonb_build_object('reason', CAST(:reason AS text)) WHERE event_id = :event_id"
)
_DELETE_CLEAR_REASONS = text(f"UPDATE event SET meta = meta - 'reason' WHERE entity_id = :case AND {_CLEAR_REASON}")  # noqa: S608 (constant)


async def list_keys(
    session: AsyncSession, case_ids: Collection[UUID], purpose: str, recipients: Collection[str]
) -> Sequence[WrappedKey]:
    """The keys of these cases for one purpose that are wrapped for these recipients."""
    statement = select(WrappedKey).where(
        WrappedKey.submission_id.in_(case_ids), WrappedKey.purpose == purpose, WrappedKey.recipient.in_(recipients)
    )
    return (await session.scalars(statement)).all()


async def is_made(session: AsyncSession, case_id: UUID, purpose: str) -> bool:
    """Whether the case has keys for the purpose, or its text was erased. A sender may give a contact again."""
    kept = select(WrappedKey.recipient).where(WrappedKey.submission_id == case_id, WrappedKey.purpose == purpose)
    gone = select(Erasure.purpose).where(Erasure.submission_id == case_id, Erasure.purpose == "content")
    return bool(await session.scalar(select(exists(kept) | exists(gone))))


async def erased_among(session: AsyncSession, case_ids: Collection[UUID], purpose: str) -> set[UUID]:
    """Those of these cases whose keys for the purpose were erased."""
    gone = select(Erasure.submission_id).where(Erasure.submission_id.in_(case_ids), Erasure.purpose == purpose)
    return set(await session.scalars(gone))


async def leave_bodies(session: AsyncSession, case_id: UUID, body: str) -> None:
    """Delete what is wrapped for bodies other than `body`, which has the case now."""
    others = WrappedKey.recipient.startswith("body-"), WrappedKey.recipient != body
    await session.execute(delete(WrappedKey).where(WrappedKey.submission_id == case_id, *others))


async def delete_wrap(session: AsyncSession, case_id: UUID, purpose: str, recipient: str) -> None:
    """Delete what is wrapped for one recipient."""
    named = WrappedKey.submission_id == case_id, WrappedKey.purpose == purpose, WrappedKey.recipient == recipient
    await session.execute(delete(WrappedKey).where(*named))


async def put(session: AsyncSession, key: WrappedKey) -> None:
    """Keep a wrapped key, in the place of the one that its recipient had."""
    new = {"period": key.period, "wrapped": key.wrapped}
    named = {"submission_id": key.submission_id, "purpose": key.purpose, "recipient": key.recipient}
    await session.flush()
    statement = insert(WrappedKey).values(named | new)
    await session.execute(statement.on_conflict_do_update(index_elements=list(named), set_=new))


async def delete_keys(session: AsyncSession, case_id: UUID, purpose: str) -> bool:
    """Delete every wrap of the key of a case, and what stands in clear beside it; whether there was a wrap."""
    await session.flush()
    named = WrappedKey.submission_id == case_id, WrappedKey.purpose == purpose
    gone = delete(WrappedKey).where(*named).returning(WrappedKey.recipient)
    deleted = (await session.execute(gone.execution_options(synchronize_session=False))).all()
    for one in (one for one in IN_CLEAR if one.purpose == purpose):
        found = _table(one.table)
        clear = update(found).where(found.c.submission_id == case_id, _is_clear(found, one.columns))
        await session.execute(clear.values({name: _nothing(found, name) for name in one.columns}))
    if purpose == "content":
        await session.execute(_DELETE_CLEAR_REASONS, {"case": case_id})
    return bool(deleted)


async def note_erased(
    session: AsyncSession, case_id: UUID, purpose: str, at: datetime, until: datetime, *, again: bool
) -> Erasure:
    """Write down that the keys were deleted, and until when backups hold them.

    What is written already stays, unless keys were made since and deleted `again`.
    """
    named = {"submission_id": case_id, "purpose": purpose}
    said = {"erased_at": at, "backups_until": until}
    new = insert(Erasure).values(named | said)
    kept = new.on_conflict_do_update(index_elements=list(named), set_=said) if again else new.on_conflict_do_nothing()
    await session.execute(kept)
    return await session.get_one(Erasure, (case_id, purpose), populate_existing=True)


async def list_erasures(session: AsyncSession, case_id: UUID) -> Sequence[Erasure]:
    """What was erased of a case."""
    statement = select(Erasure).where(Erasure.submission_id == case_id)
    return (await session.scalars(statement.order_by(Erasure.erased_at, Erasure.purpose))).all()


async def erased_until(session: AsyncSession, case_id: UUID, purpose: str) -> datetime | None:
    """Until when backups hold keys of a case that were erased; None where none were."""
    until = select(Erasure.backups_until).where(Erasure.submission_id == case_id, Erasure.purpose == purpose)
    return await session.scalar(until)


async def list_recipients(session: AsyncSession, case_id: UUID, purpose: str) -> Sequence[str]:
    """For whom the key of a case is wrapped."""
    kept = select(WrappedKey.recipient).where(WrappedKey.submission_id == case_id, WrappedKey.purpose == purpose)
    return (await session.scalars(kept)).all()


async def list_recent_erasures(session: AsyncSession, now: datetime) -> Sequence[Erasure]:
    """What was erased and may still be in backups."""
    return (await session.scalars(select(Erasure).where(Erasure.backups_until > now))).all()


async def shredded_since(session: AsyncSession, since: datetime) -> Sequence[UUID]:
    """The cases whose text was erased since then."""
    recent = Erasure.purpose == "content", Erasure.erased_at >= since
    return (await session.scalars(select(Erasure.submission_id).where(*recent))).all()


async def lock_old(
    session: AsyncSession, period: str, after: tuple[UUID, str] | None, most: int
) -> Sequence[WrappedKey]:
    """All wraps of the next keys that an earlier month wrapped for anyone, locked; by case and purpose."""
    which = tuple_(WrappedKey.submission_id, WrappedKey.purpose)
    old = select(WrappedKey.submission_id, WrappedKey.purpose).where(WrappedKey.period < period)
    if after is not None:
        old = old.where(which > tuple_(*after))
    some = old.distinct().order_by(WrappedKey.submission_id, WrappedKey.purpose).limit(most)
    statement = select(WrappedKey).where(which.in_(some)).order_by(WrappedKey.submission_id, WrappedKey.purpose)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


async def is_used(session: AsyncSession, recipient: str, period: str) -> bool:
    """Whether anything is wrapped for this recipient's key of this month."""
    used = select(WrappedKey.submission_id).where(WrappedKey.period == period, WrappedKey.recipient == recipient)
    return bool(await session.scalar(select(exists(used))))


async def destroyed_periods(session: AsyncSession, recipient: str) -> set[str]:
    """The months of which a recipient's private key is destroyed."""
    return set(await session.scalars(select(DestroyedKey.period).where(DestroyedKey.recipient == recipient)))


async def note_destroyed(session: AsyncSession, recipient: str, period: str, at: datetime) -> None:
    """Write down that a private key is destroyed now."""
    new = insert(DestroyedKey).values(recipient=recipient, period=period, destroyed_at=at)
    await session.execute(new.on_conflict_do_nothing())


async def bodies_of(session: AsyncSession, case_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The bodies that these cases are assigned to."""
    cases = _table("submission")
    named = select(cases.c.submission_id, cases.c.organisation_id).where(
        cases.c.submission_id.in_(case_ids), cases.c.organisation_id.is_not(None)
    )
    return {row.submission_id: row.organisation_id for row in await session.execute(named)}


async def lock_clear(
    session: AsyncSession,
    table: str,
    columns: Collection[str],
    row: str,
    after: tuple[UUID, Any] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """The next rows with text in clear, locked, by case and `row`; those that a request holds are left for later."""
    found = _table(table)
    which = tuple_(found.c.submission_id, found.c[row])
    shown = [found.c[name] for name in dict.fromkeys(("submission_id", row, *columns))]
    clear = select(*shown).where(_is_clear(found, columns))
    if after is not None:
        clear = clear.where(which > tuple_(*after))
    statement = clear.order_by(found.c.submission_id, found.c[row]).limit(limit).with_for_update(skip_locked=True)
    return (await session.execute(statement)).mappings().all()


async def write_sealed(
    session: AsyncSession, table: str, columns: Sequence[str], row: str, changes: Sequence[Mapping[str, Any]]
) -> None:
    """Put sealed columns in the place of those in clear; `changes` name `case`, `row`, and
    `new_<column>`."""
    if not changes:
        return
    found = _table(table)
    values: dict[str, Any] = {f"{name}_sealed": bindparam(f"new_{name}") for name in columns}
    values |= {name: _nothing(found, name) for name in columns}
    named = found.c.submission_id == bindparam("case"), found.c[row] == bindparam("row")
    await session.execute(update(found).where(*named).values(values), [dict(change) for change in changes])


async def count_clear(session: AsyncSession, table: str, columns: Collection[str]) -> int:
    """How many rows of a table have text in clear."""
    found = _table(table)
    return await session.scalar(select(func.count()).select_from(found).where(_is_clear(found, columns))) or 0


async def lock_clear_reasons(session: AsyncSession, after: int, limit: int) -> Sequence[RowMapping]:
    """The next events of cases whose reason stands in clear, locked; by their number."""
    return (await session.execute(_LOCK_CLEAR_REASONS, {"after": after, "limit": limit})).mappings().all()


async def write_reasons(session: AsyncSession, reasons: Mapping[int, str | None]) -> None:
    """Put sealed reasons, by the number of their event, in the place of those in clear."""
    for event_id, reason in reasons.items():
        await session.execute(_WRITE_REASON, {"event_id": event_id, "reason": reason})


async def count_clear_reasons(session: AsyncSession) -> int:
    """How many events of cases have a reason in clear."""
    return await session.scalar(_COUNT_CLEAR_REASONS) or 0


async def rewrite_when_due(
    database: Database, tables: Collection[str], now: datetime, *, sealed: bool, most_bytes: int
) -> Sequence[str]:
    """Write the files of these tables, and of each month of events, again, so that no page keeps what stood in clear.

    Each is locked meanwhile. Due it is once, and again a day later at the earliest where rows were `sealed` since. One
    process does it. Answers the months of events that it left, being larger than `most_bytes`: those who read
    or publish events ask for a lock on every month, and would wait until the file is written.
    """
    async with database.session() as session:
        if not sealed and not _is_due(await session.scalar(text(_ASK_SAID)), now, sealed):
            return []
    connection = await database.connect_alone(
        "sixclear-feedback-rewrite", statement_timeout="0", transaction_timeout="0"
    )
    try:
        await connection.execute("SET lock_timeout = 0")  # another process writes tables again meanwhile
        await connection.execute("SELECT pg_advisory_lock(hashtext('sixclear feedback rewrite'))", timeout=None)
        await connection.execute("RESET lock_timeout")
        said = await connection.fetchval(_ASK_SAID)
        at = _said_at(said)
        if sealed and at is not None:
            await connection.execute(f"COMMENT ON TABLE case_key IS '{_SAID}{at.isoformat()}{_SINCE}'")
        if not _is_due(said, now, sealed):
            return []
        months = await connection.fetch(_MONTHS)
        small = [month["name"] for month in months if month["bytes"] <= most_bytes]
        for table in [*tables, *small]:
            await connection.execute(f'VACUUM FULL "{table}"', timeout=None)
        await connection.execute(f"COMMENT ON TABLE case_key IS '{_SAID}{now.isoformat()}'")
        return [month["name"] for month in months if month["bytes"] > most_bytes]
    finally:
        await connection.close()


def _is_due(said: str | None, now: datetime, sealed: bool) -> bool:
    at = _said_at(said)
    return at is None or ((sealed or str(said).endswith(_SINCE)) and now - at >= _REWRITE_EVERY)


def _said_at(said: str | None) -> datetime | None:
    """When tables were written again; None where they were not, or where an earlier form of the comment stands."""
    if said is None or not said.startswith(_SAID):
        return None
    return datetime.fromisoformat(said.removeprefix(_SAID).removesuffix(_SINCE))


def _is_clear(table: Table, columns: Collection[str]) -> ColumnElement[bool]:
    return or_(*(table.c[name] != "" for name in columns))


def _nothing(table: Table, column: str) -> str | None:
    return None if table.c[column].nullable else ""


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
