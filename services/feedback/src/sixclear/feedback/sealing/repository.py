"""Wrapped keys in the database."""

from collections.abc import Collection, Mapping, Sequence
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
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database
from sixclear.feedback.sealing.models import Erasure, WrappedKey
from sixclear.feedback.tables import Base

_SAID = "Texts are sealed, and tables were written again."


async def list_keys(
    session: AsyncSession, case_ids: Collection[UUID], purpose: str, recipients: Collection[str]
) -> Sequence[WrappedKey]:
    """The keys of these cases for one purpose that are wrapped for these recipients."""
    statement = select(WrappedKey).where(
        WrappedKey.submission_id.in_(case_ids), WrappedKey.purpose == purpose, WrappedKey.recipient.in_(recipients)
    )
    return (await session.scalars(statement)).all()


async def is_made(session: AsyncSession, case_id: UUID, purpose: str) -> bool:
    """Whether the case ever had keys for the purpose: it has, or they were erased."""
    kept = select(WrappedKey.recipient).where(WrappedKey.submission_id == case_id, WrappedKey.purpose == purpose)
    gone = select(Erasure.purpose).where(Erasure.submission_id == case_id, Erasure.purpose == purpose)
    return bool(await session.scalar(select(exists(kept) | exists(gone))))


async def erased_among(session: AsyncSession, case_ids: Collection[UUID], purpose: str) -> set[UUID]:
    """Those of these cases whose keys for the purpose were erased."""
    gone = select(Erasure.submission_id).where(Erasure.submission_id.in_(case_ids), Erasure.purpose == purpose)
    return set(await session.scalars(gone))


async def leave_bodies(session: AsyncSession, case_id: UUID, body: str) -> None:
    """Delete what is wrapped for bodies other than `body`, which has the case now."""
    others = WrappedKey.recipient.startswith("body-"), WrappedKey.recipient != body
    await session.execute(delete(WrappedKey).where(WrappedKey.submission_id == case_id, *others))


async def put(session: AsyncSession, key: WrappedKey) -> None:
    """Keep a wrapped key, in the place of the one that its recipient had."""
    new = {"period": key.period, "wrapped": key.wrapped}
    named = {"submission_id": key.submission_id, "purpose": key.purpose, "recipient": key.recipient}
    await session.flush()
    statement = insert(WrappedKey).values(named | new)
    await session.execute(statement.on_conflict_do_update(index_elements=list(named), set_=new))


async def bodies_of(session: AsyncSession, case_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The bodies that these cases are assigned to."""
    cases = _table("submission")
    named = select(cases.c.submission_id, cases.c.organisation_id).where(
        cases.c.submission_id.in_(case_ids), cases.c.organisation_id.is_not(None)
    )
    return {row.submission_id: row.organisation_id for row in await session.execute(named)}


async def lock_clear(
    session: AsyncSession, table: str, columns: Collection[str], row: str, limit: int
) -> Sequence[RowMapping]:
    """Rows with text in clear, locked; those that a request holds are left for the next pass."""
    found = _table(table)
    shown = [found.c[name] for name in dict.fromkeys(("submission_id", row, *columns))]
    statement = select(*shown).where(_is_clear(found, columns)).limit(limit).with_for_update(skip_locked=True)
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
    values |= {name: None if found.c[name].nullable else "" for name in columns}
    named = found.c.submission_id == bindparam("case"), found.c[row] == bindparam("row")
    await session.execute(update(found).where(*named).values(values), [dict(change) for change in changes])


async def count_clear(session: AsyncSession, table: str, columns: Collection[str]) -> int:
    """How many rows of a table have text in clear."""
    found = _table(table)
    return await session.scalar(select(func.count()).select_from(found).where(_is_clear(found, columns))) or 0


async def are_rewritten(database: Database) -> bool:
    """Whether the tables were written again after the last row in clear was sealed."""
    async with database.session() as session:
        return bool(await session.scalar(text("SELECT obj_description('case_key'::regclass) = :said"), {"said": _SAID}))


async def rewrite(database: Database, tables: Collection[str]) -> None:
    """Write the files of these tables again, so that no page keeps what stood in clear. Each is locked meanwhile."""
    connection = await database.connect_alone(
        "sixclear-feedback-rewrite", statement_timeout="0", transaction_timeout="0"
    )
    try:
        for table in tables:
            await connection.execute(f'VACUUM FULL "{table}"', timeout=None)
        await connection.execute(f"COMMENT ON TABLE case_key IS '{_SAID}'")
    finally:
        await connection.close()


def _is_clear(table: Table, columns: Collection[str]) -> ColumnElement[bool]:
    return or_(*(table.c[name] != "" for name in columns))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
