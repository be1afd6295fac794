"""Proposals, and the tasks that came of them, in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.proposal.models import Proposal, ProposalTask
from sixclear.feedback.submission.models import Submission

_OF_EVENT = tuple_(ProposalTask.epoch, ProposalTask.version)


async def find_of_case(session: AsyncSession, submission_id: UUID, *, lock: bool = False) -> Proposal | None:
    """The proposal of a case that stands; where all were withdrawn, the last one."""
    statement = select(Proposal).where(Proposal.submission_id == submission_id)
    newest = statement.order_by(Proposal.status == "withdrawn", Proposal.recorded_at.desc()).limit(1)
    return await session.scalar(newest.with_for_update() if lock else newest)


async def find_public(session: AsyncSession, proposal_id: UUID) -> Proposal | None:
    """The proposal with this identifier, once it was published."""
    return await session.scalar(select(Proposal).where(Proposal.proposal_id == proposal_id, Proposal.version > 0))


async def list_public(
    session: AsyncSession, programme: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Proposal]:
    """What is accepted and public, newest first, after the cursor."""
    statement = select(Proposal).where(Proposal.version > 0, Proposal.status == "accepted")
    if programme is not None:
        statement = statement.where(Proposal.programme == programme)
    if after is not None:
        statement = statement.where(tuple_(Proposal.accepted_at, Proposal.proposal_id) < tuple_(*after))
    ordered = statement.order_by(Proposal.accepted_at.desc(), Proposal.proposal_id.desc()).limit(limit)
    return (await session.scalars(ordered)).all()


async def lock_waiting(session: AsyncSession, before: datetime, limit: int) -> Sequence[Proposal]:
    """What was accepted before an instant and waits to be published, in an order by chance; rows locked.

    The row of the case is locked too, and asked again: its sender still agrees, and its answer still accepts it.
    """
    waiting = Proposal.status == "accepted", Proposal.version == 0, Proposal.accepted_at < before
    still = Submission.consent, Submission.status == "answered", Submission.outcome == "accepted"
    joined = select(Proposal).join(Submission, Submission.submission_id == Proposal.submission_id)
    chosen = joined.where(*waiting, *still).order_by(func.random()).limit(limit)
    return (await session.scalars(chosen.with_for_update(skip_locked=True, of=[Proposal, Submission]))).all()


async def list_tasks(session: AsyncSession, proposal_ids: Collection[UUID]) -> Sequence[ProposalTask]:
    """The tasks that came of these proposals."""
    if not proposal_ids:
        return []
    narrowed = select(ProposalTask).where(ProposalTask.proposal_id.in_(proposal_ids))
    return (await session.scalars(narrowed.order_by(ProposalTask.task_id))).all()


async def known_tasks(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The proposal of each of these tasks that is known."""
    columns = select(ProposalTask.task_id, ProposalTask.proposal_id)
    return {row[0]: row[1] for row in await session.execute(columns.where(ProposalTask.task_id.in_(task_ids)))}


async def keep_tasks(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the newest state of tasks, one row each; an older event than the one that a row is of changes nothing."""
    new = insert(ProposalTask).values(list(rows))
    names = [column.name for column in ProposalTask.__table__.c if column.name not in ("task_id", "proposal_id")]
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["task_id"],
            set_={name: new.excluded[name] for name in names},
            where=tuple_(new.excluded.epoch, new.excluded.version) > _OF_EVENT,
        )
    )
