"""Accepted ideas in the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.feedback_proposal.models import FeedbackProposal
from sixclear.tasks.programme.models import Programme

_OF_EVENT = tuple_(FeedbackProposal.epoch, FeedbackProposal.version)


async def keep(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the newest state of ideas, one row each; an older event than the one that a row is of changes nothing."""
    new = insert(FeedbackProposal).values(list(rows))
    names = [column.name for column in FeedbackProposal.__table__.c if column.name not in ("proposal_id", "task_id")]
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["proposal_id"],
            set_={name: new.excluded[name] for name in names},
            where=tuple_(new.excluded.epoch, new.excluded.version) > _OF_EVENT,
        )
    )


async def lock_waiting(session: AsyncSession, limit: int) -> Sequence[tuple[FeedbackProposal, Programme]]:
    """Ideas without a task whose programme is known, with it; their rows locked. One that is locked is left out."""
    statement = (
        select(FeedbackProposal, Programme)
        .join(Programme, Programme.slug == FeedbackProposal.programme)
        .where(FeedbackProposal.task_id.is_(None), FeedbackProposal.status == "accepted")
        .order_by(FeedbackProposal.proposal_id)
        .limit(limit)
        .with_for_update(of=FeedbackProposal, skip_locked=True)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
