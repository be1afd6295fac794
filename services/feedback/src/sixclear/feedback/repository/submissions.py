"""Submissions, their messages, answers and contacts in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.models import Access, Answer, Contact, Message, Submission


@dataclass(frozen=True, slots=True)
class SubmissionFilter:
    """What a list of submissions is narrowed to; None does not narrow."""

    status: str | None = None
    kind: str | None = None
    overdue: bool | None = None
    organisation_id: UUID | None = None
    visible_to: UUID | None = None


async def find_submission(session: AsyncSession, submission_id: UUID, *, lock: bool = False) -> Submission | None:
    """The submission with this identifier; its row locked when it is about to change."""
    return await session.get(Submission, submission_id, with_for_update=lock)


async def find_by_receipt(session: AsyncSession, receipt_hash: bytes, *, lock: bool = False) -> Submission | None:
    """The submission whose receipt code has this keyed hash."""
    statement = select(Submission).where(Submission.receipt_hash == receipt_hash)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_submissions(
    session: AsyncSession,
    narrow: SubmissionFilter,
    *,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Submission]:
    """Submissions by due time, soonest first, after the cursor."""
    key = tuple_(Submission.due_at, Submission.submission_id)
    statement = select(Submission).where(*_conditions(narrow, now))
    if after:
        statement = statement.where(key > tuple_(*after))
    ordered = statement.order_by(Submission.due_at, Submission.submission_id).limit(limit)
    return (await session.scalars(ordered)).all()


def _conditions(narrow: SubmissionFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrow.status:
        conditions.append(Submission.status == narrow.status)
    if narrow.kind:
        conditions.append(Submission.kind == narrow.kind)
    if narrow.organisation_id:
        conditions.append(Submission.organisation_id == narrow.organisation_id)
    if narrow.visible_to:
        conditions.append(Submission.organisation_id == narrow.visible_to)
    if narrow.overdue is not None:
        late = and_(Submission.status.not_in(("answered", "withdrawn")), Submission.due_at < now)
        conditions.append(late if narrow.overdue else not_(late))
    return conditions


async def list_messages(session: AsyncSession, submission_id: UUID) -> Sequence[Message]:
    """A submission's messages, oldest first; a setting limits how many there can be."""
    statement = select(Message).where(Message.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Message.submission_version))).all()


async def list_answers(session: AsyncSession, submission_id: UUID) -> Sequence[Answer]:
    """A submission's drafts and its published answer, oldest first."""
    statement = select(Answer).where(Answer.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Answer.drafted_at, Answer.answer_id))).all()


async def find_answer(session: AsyncSession, submission_id: UUID, answer_id: UUID) -> Answer | None:
    """One answer of one submission."""
    statement = select(Answer).where(Answer.answer_id == answer_id, Answer.submission_id == submission_id)
    return await session.scalar(statement)


async def withdraw_drafts(session: AsyncSession, submission_id: UUID, withdrawn_at: datetime) -> None:
    """Withdraw the answers of a submission that were drafted and not published; its row is locked already."""
    drafts = update(Answer).where(Answer.submission_id == submission_id, Answer.published_at.is_(None))
    await session.execute(drafts.where(Answer.withdrawn_at.is_(None)).values(withdrawn_at=withdrawn_at))


async def find_contact(session: AsyncSession, submission_id: UUID) -> Contact | None:
    """How the sender can be reached, if anything was given."""
    return await session.get(Contact, submission_id)


async def list_accesses(session: AsyncSession, submission_id: UUID, limit: int) -> Sequence[Access]:
    """The newest reads of a case's protected data."""
    statement = select(Access).where(Access.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Access.read_at.desc()).limit(limit))).all()
