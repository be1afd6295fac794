"""Transfers in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.transfer.models import TakenCase, Transfer


@dataclass(frozen=True, slots=True)
class TransferFilter:
    """What a list of transfers is narrowed to; None does not narrow."""

    state: str | None


async def find_transfer(session: AsyncSession, submission_id: UUID, transfer_id: UUID) -> Transfer | None:
    """One transfer of one case."""
    statement = select(Transfer).where(Transfer.transfer_id == transfer_id, Transfer.submission_id == submission_id)
    return await session.scalar(statement)


def next_number(submission_id: UUID) -> Any:
    """The number of the next transfer of a case, whose row is locked, counted while it is added."""
    of_case = Transfer.submission_id == submission_id
    return select(func.count() + 1).select_from(Transfer).where(of_case).scalar_subquery()


async def find_open(session: AsyncSession, submission_id: UUID) -> Transfer | None:
    """The transfer of a case that waits for a decision."""
    narrowed = select(Transfer).where(Transfer.submission_id == submission_id, Transfer.state == "offered")
    return await session.scalar(narrowed)


async def list_of_case(session: AsyncSession, submission_id: UUID, limit: int) -> Sequence[Transfer]:
    """The newest transfers of a case, newest first."""
    statement = select(Transfer).where(Transfer.submission_id == submission_id)
    newest = Transfer.offered_at.desc(), Transfer.number.desc().nulls_last(), Transfer.transfer_id
    ordered = statement.order_by(*newest).limit(limit)
    return (await session.scalars(ordered)).all()


async def accepted_of(session: AsyncSession, submission_id: UUID, since: datetime) -> Sequence[Transfer]:
    """The transfers of a case that were accepted since then, oldest first."""
    taken = (Transfer.submission_id == submission_id, Transfer.state == "accepted", Transfer.decided_at >= since)
    oldest = Transfer.decided_at, Transfer.offered_at, Transfer.number.nulls_first(), Transfer.restarts
    return (await session.scalars(select(Transfer).where(*taken).order_by(*oldest))).all()


async def taken_of(session: AsyncSession, submission_id: UUID, since: datetime) -> Sequence[TakenCase]:
    """From which bodies the hub took a case since then, oldest first."""
    taken = select(TakenCase).where(TakenCase.submission_id == submission_id, TakenCase.taken_at >= since)
    return (await session.scalars(taken.order_by(TakenCase.taken_at))).all()


async def list_transfers(
    session: AsyncSession,
    narrow: TransferFilter,
    *,
    of_body: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Transfer]:
    """Transfers that were offered by or to a body, oldest first, after the cursor; all when `of_body` is None."""
    conditions: list[ColumnElement[bool]] = []
    if of_body is not None:
        conditions.append(or_(Transfer.from_organisation_id == of_body, Transfer.to_organisation_id == of_body))
    if narrow.state is not None:
        conditions.append(Transfer.state == narrow.state)
    if after is not None:
        conditions.append(tuple_(Transfer.offered_at, Transfer.transfer_id) > tuple_(*after))
    ordered = select(Transfer).where(*conditions).order_by(Transfer.offered_at, Transfer.transfer_id)
    return (await session.scalars(ordered.limit(limit))).all()


async def lapse(session: AsyncSession, submission_id: UUID, lapsed_at: datetime) -> None:
    """End the open transfer of a case, whose row is locked already."""
    offered = update(Transfer).where(Transfer.submission_id == submission_id, Transfer.state == "offered")
    await session.execute(offered.values(state="lapsed", decided_at=lapsed_at))
