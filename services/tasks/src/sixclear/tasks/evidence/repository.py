"""Evidence in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    case,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.filters import has_part, may_confirm, programmes_of, works_on
from sixclear.tasks.task.lifecycle import OPEN_STATUSES
from sixclear.tasks.task.models import Evidence, Task

_EVENT = table("event", column("entity_type"), column("entity_id"), column("version"), column("published"))


def _went_out() -> ColumnElement[bool]:
    """Whether evidence was attached in public."""
    of_task = _EVENT.c.entity_id == Evidence.task_id, _EVENT.c.entity_type == "task"
    said = select(_EVENT.c.version).where(*of_task, _EVENT.c.version == Evidence.task_version, _EVENT.c.published)
    return said.exists()


async def find_evidence(session: AsyncSession, evidence_id: UUID) -> tuple[Evidence, bool] | None:
    """A piece of evidence, and whether it was attached in public; None when there is none."""
    found = (await session.execute(select(Evidence, _went_out()).where(Evidence.evidence_id == evidence_id))).first()
    return None if found is None else (found[0], found[1])


async def lock_naming(session: AsyncSession, file_ids: Collection[UUID], limit: int) -> Sequence[EvidenceReview]:
    """What became of evidence that names one of these files and is not blacked out: at most so many, rows locked.

    What another transaction holds is left out: it may wait for what this one holds.
    """
    naming = select(EvidenceReview).join(EvidenceReview.said)
    left = naming.where(Evidence.file_id.in_(file_ids), EvidenceReview.redacted_at.is_(None))
    locked = left.order_by(EvidenceReview.evidence_id).limit(limit).with_for_update(of=EvidenceReview, skip_locked=True)
    return (await session.scalars(locked.execution_options(populate_existing=True))).unique().all()


async def is_left(session: AsyncSession, file_id: UUID) -> bool:
    """Whether evidence names the file that is not blacked out."""
    gone = EvidenceReview.evidence_id == Evidence.evidence_id, EvidenceReview.redacted_at.is_not(None)
    left = Evidence.file_id == file_id, ~select(EvidenceReview.evidence_id).where(*gone).exists()
    return bool((await session.scalars(select(select(Evidence.evidence_id).where(*left).exists()))).one())


async def list_past_naming(session: AsyncSession, file_id: UUID, limit: int) -> Sequence[UUID]:
    """The tasks of at most `limit` pieces that name the file and of which no event was published yet."""
    told = select(EvidenceReview.evidence_id).where(EvidenceReview.evidence_id == Evidence.evidence_id).exists()
    untold = select(Evidence.task_id).where(Evidence.file_id == file_id, ~told).limit(limit).subquery()
    return (await session.scalars(select(untold.c.task_id).distinct())).all()


async def find_review(session: AsyncSession, evidence_id: UUID, *, lock: bool = False) -> EvidenceReview | None:
    """What became of a piece of evidence; its row locked when it is about to change, its task's was before it."""
    return await session.get(EvidenceReview, evidence_id, with_for_update=lock, populate_existing=lock)


async def find_reviews(session: AsyncSession, evidence_ids: Collection[UUID]) -> dict[UUID, EvidenceReview]:
    """What became of these pieces of evidence, by identifier; those of which nothing is known are left out."""
    if not evidence_ids:
        return {}
    found = await session.scalars(select(EvidenceReview).where(EvidenceReview.evidence_id.in_(evidence_ids)))
    return {review.evidence_id: review for review in found}


async def list_reviews(session: AsyncSession, task_id: UUID, period: str | None = None) -> Sequence[EvidenceReview]:
    """What became of all evidence of a locked task, or of that of a period, in the order in which it was attached."""
    of_task = select(EvidenceReview).join(EvidenceReview.said).where(EvidenceReview.task_id == task_id)
    if period is not None:
        of_task = of_task.where(Evidence.period == period)
    return (await session.scalars(of_task.order_by(Evidence.task_version))).unique().all()


async def list_naming_document(
    session: AsyncSession, document_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[EvidenceReview, Task]]:
    """What everyone reads of evidence that names a document, with its task, by identifier."""
    found = (
        select(EvidenceReview, Task)
        .join(EvidenceReview.said)
        .join(Task, Task.task_id == EvidenceReview.task_id)
        .where(
            Evidence.document_id == document_id,
            EvidenceReview.hidden.is_(False),
            EvidenceReview.classification == "public",
            Task.classification == "public",
        )
        .order_by(EvidenceReview.evidence_id)
        .limit(limit)
        .options(selectinload(Task.programme))
    )
    if after is not None:
        found = found.where(EvidenceReview.evidence_id > after)
    return [(row[0], row[1]) for row in await session.execute(found)]


async def count_naming_document(session: AsyncSession, document_id: UUID) -> int:
    """How many pieces of evidence name a document, restricted ones too."""
    return await session.scalar(select(func.count()).where(Evidence.document_id == document_id)) or 0


async def list_to_check(
    session: AsyncSession,
    organisation_id: UUID,
    owned_programme_ids: Sequence[UUID],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[tuple[EvidenceReview, Task]]:
    """Evidence that waits for the word of a body, with its task, the longest first.

    Each of its programmes is read in this order, up to a page.
    """
    place = tuple_(EvidenceReview.occurred_at, EvidenceReview.evidence_id)
    programmes = programmes_of(organisation_id)
    waiting = [
        EvidenceReview.programme == programmes.c.slug,
        literal_column("evidence_review.state = 'waiting'", Boolean),  # written as in the index
        Task.status.in_(OPEN_STATUSES),
        _is_for(organisation_id, owned_programme_ids),
        *(() if after is None else (place > tuple_(*after),)),
    ]
    its_task = Task.task_id == EvidenceReview.task_id
    first = select(EvidenceReview.evidence_id).join(Task, its_task).join(Task.programme).where(*waiting)
    in_order = EvidenceReview.occurred_at, EvidenceReview.evidence_id
    first_ones = first.order_by(*in_order).limit(limit).lateral("first_of_programme")
    found = (
        select(EvidenceReview, Task)
        .select_from(programmes.join(first_ones, true()))
        .join(EvidenceReview, EvidenceReview.evidence_id == first_ones.c.evidence_id)
        .join(Task, its_task)
        .order_by(*in_order)
        .limit(limit)
        .options(selectinload(Task.programme))
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


def _is_for(organisation_id: UUID, owned_programme_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """The rule of `require_reviewer` in SQL, for evidence that the body sees."""
    named = Programme.evidence_organisation_id
    sees = or_(Task.classification == "public", Task.assigning_organisation_id == named)
    first = and_(named.is_not(None), not_(works_on(named)), sees, EvidenceReview.hidden.is_(False))
    seen = or_(EvidenceReview.hidden.is_(False), has_part(organisation_id))
    return and_(seen, case((first, named == organisation_id), else_=may_confirm(organisation_id, owned_programme_ids)))


async def count_of_periods(
    session: AsyncSession, task_id: UUID, periods: Collection[str], *, hidden: bool
) -> Sequence[tuple[str, str, int]]:
    """How many pieces of evidence of these periods of a task are in which state; those in confidence where asked."""
    of_task = EvidenceReview.task_id == task_id, Evidence.period.in_(periods)
    found = select(Evidence.period, EvidenceReview.state, func.count()).join(EvidenceReview.said).where(*of_task)
    if not hidden:
        found = found.where(EvidenceReview.hidden.is_(False))
    grouped = found.group_by(Evidence.period, EvidenceReview.state)
    return [(str(row[0]), row[1], row[2]) for row in await session.execute(grouped)]


async def list_past(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """The tasks of at most `limit` pieces of evidence of which no event was published yet."""
    told = select(EvidenceReview.evidence_id).where(EvidenceReview.evidence_id == Evidence.evidence_id).exists()
    untold = select(Evidence.task_id).where(~told).limit(limit).subquery()
    return (await session.scalars(select(untold.c.task_id).distinct())).all()


async def list_untold(session: AsyncSession, *task_ids: UUID) -> Sequence[tuple[Evidence, bool]]:
    """The evidence of locked tasks of which no event was published yet, and whether it was attached in public."""
    told = select(EvidenceReview.evidence_id).where(EvidenceReview.evidence_id == Evidence.evidence_id).exists()
    untold = select(Evidence, _went_out()).where(Evidence.task_id.in_(task_ids), ~told)
    in_order = untold.order_by(Evidence.task_id, Evidence.task_version)
    return [(said, in_public) for said, in_public in await session.execute(in_order)]
