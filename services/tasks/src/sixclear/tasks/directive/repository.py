"""Directives in the database."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.common.db import wait_to_create
from sixclear.tasks.directive.models import Directive


async def find_directive(session: AsyncSession, directive_id: UUID, *, lock: bool = False) -> Directive | None:
    """The directive with this identifier; its row locked when it is about to change."""
    return await session.get(Directive, directive_id, with_for_update=lock)


async def find_or_create(session: AsyncSession, directive_id: UUID) -> Directive | None:
    """The directive with this identifier, its row locked; None when it is the caller's to create."""
    found = await find_directive(session, directive_id, lock=True)
    if found is None:
        await wait_to_create(session, directive_id)
        found = await find_directive(session, directive_id, lock=True)
    return found


async def list_directives(
    session: AsyncSession, programme_id: UUID | None, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Directive]:
    """Directives, newest first, of one programme or of all, after the cursor."""
    statement = select(Directive).options(selectinload(Directive.programme)).limit(limit)
    statement = statement.order_by(Directive.issued_on.desc(), Directive.directive_id.desc())
    if programme_id:
        statement = statement.where(Directive.programme_id == programme_id)
    if after is not None:
        statement = statement.where(tuple_(Directive.issued_on, Directive.directive_id) < tuple_(*after))
    return (await session.scalars(statement)).all()
