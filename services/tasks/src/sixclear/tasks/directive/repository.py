"""Directives in the database."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.tasks.directive.models import Directive


async def find_directive(session: AsyncSession, directive_id: UUID, *, lock: bool = False) -> Directive | None:
    """The directive with this identifier, also a withdrawn one; its row locked when it is about to change."""
    return await session.get(Directive, directive_id, with_for_update=lock)


async def hold_directive(session: AsyncSession, directive_id: UUID) -> Directive | None:
    """As `find_directive`; until the transaction ends it cannot be withdrawn."""
    return await session.get(Directive, directive_id, with_for_update={"read": True, "key_share": True})


async def count_waiting(session: AsyncSession, programme_id: UUID, entered_by: UUID) -> int:
    """How many directives that a body has entered in a programme were named by no task yet that was assigned."""
    found = select(func.count()).where(
        Directive.programme_id == programme_id,
        Directive.entered_by_organisation_id == entered_by,
        Directive.withdrawn_at.is_(None),
        Directive.taken_up.is_(False),
    )
    return await session.scalar(found) or 0


async def find_numbered(session: AsyncSession, programme_id: UUID, number: str) -> Sequence[Directive]:
    """The directives of a programme that have this number, each of another body, and perhaps some without a form.

    Their rows are locked. Where there is none, others wait to enter one until the transaction ends.
    """
    await wait_to_create(session, stable_id("number of a directive", str(programme_id), folded_key(number)))
    # A process of the release before may still run; it writes no form.
    statement = select(Directive).where(
        Directive.programme_id == programme_id,
        or_(Directive.folded_key == folded_key(number), Directive.folded_key.is_(None)),
    )
    return (await session.scalars(statement.order_by(Directive.directive_id).with_for_update())).all()


async def list_directives(
    session: AsyncSession, programme_id: UUID | None, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Directive]:
    """Directives, newest first, of one programme or of all, after the cursor."""
    statement = select(Directive).options(selectinload(Directive.programme)).limit(limit)
    statement = statement.where(Directive.withdrawn_at.is_(None)).order_by(
        Directive.issued_on.desc(), Directive.directive_id.desc()
    )
    if programme_id:
        statement = statement.where(Directive.programme_id == programme_id)
    if after is not None:
        statement = statement.where(tuple_(Directive.issued_on, Directive.directive_id) < tuple_(*after))
    return (await session.scalars(statement)).all()
