"""What a sheet reads, and which tasks a body called the same work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, BigInteger, Text, and_, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.filing.models import Filing
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.period.models import Period
from sixclear.tasks.sheet.models import SameWork
from sixclear.tasks.task.filters import among
from sixclear.tasks.task.lifecycle import WORKED_ON
from sixclear.tasks.task.models import Evidence, Task
from sixclear.tasks.urge.models import Urge


@dataclass(frozen=True, slots=True)
class Said:
    """A report as a sheet shows it."""

    percent: int
    text: str
    difficulty: str | None
    cause: str | None
    remedy: str | None
    expected_on: date | None
    occurred_at: datetime


# A task with the key of a period of it, or None, and the version up to which its reports are looked at, or None.
Asked = tuple[UUID, str | None, int | None]


async def list_tasks(session: AsyncSession, own: UUID, programme_id: UUID | None, most: int) -> Sequence[Task]:
    """The tasks that a body leads and works on, those of one programme together, the soonest due first."""
    wanted = select(Task).where(Task.lead_organisation_id == own, Task.status.in_(sorted(WORKED_ON)))
    if programme_id is not None:
        wanted = wanted.where(Task.programme_id == programme_id)
    order = Task.programme_id, Task.current_deadline.asc().nulls_last(), Task.task_id
    return (await session.scalars(wanted.order_by(*order).limit(most))).all()


async def list_led(session: AsyncSession, own: UUID, task_ids: Collection[UUID]) -> set[UUID]:
    """Those of these tasks that a body leads."""
    found = select(Task.task_id).where(Task.task_id == among(task_ids), Task.lead_organisation_id == own)
    return set(await session.scalars(found))


async def list_worked_on(session: AsyncSession, own: UUID) -> set[UUID]:
    """All tasks that a body leads and works on."""
    wanted = select(Task.task_id).where(Task.lead_organisation_id == own, Task.status.in_(sorted(WORKED_ON)))
    return set(await session.scalars(wanted))


async def list_unmoved(session: AsyncSession, own: UUID, period: str) -> set[UUID]:
    """The tasks of which a body filed for a period that nothing has changed."""
    filed = select(Filing.no_change_ids).where(Filing.organisation_id == own, Filing.period == period)
    return {task_id for ids in await session.scalars(filed) for task_id in ids}


async def list_periods(
    session: AsyncSession, task_ids: Collection[UUID], begin: datetime, end: datetime, now: datetime, most: int
) -> Sequence[Period]:
    """The periods of these tasks that are due in a span, or may still be reported and began before its end."""
    due = and_(Period.due_at >= begin, Period.due_at < end, Period.status.in_(("reported", "confirmed")))
    waiting = Period.status.in_(("open", "missed", "returned"))
    owed = and_(waiting, Period.opens_at < end, or_(Period.status == "open", Period.locks_at > now))
    wanted = select(Period).where(Period.task_id == among(task_ids), or_(due, owed))
    return (await session.scalars(wanted.order_by(Period.due_at, Period.task_id, Period.day).limit(most))).all()


# Of several reports of a task the one that became true last is what was said of it; `before` asks for the one of
# earlier time, or of another period.
_LAST = text(
    """SELECT a.place, r.percent, r.text, r.difficulty, r.cause, r.remedy, r.expected_on, r.occurred_at
       FROM unnest(:task_ids, :periods, :versions) WITH ORDINALITY AS a (task_id, period, version, place)
       CROSS JOIN LATERAL (
           SELECT * FROM progress_report r
           WHERE r.task_id = a.task_id AND (a.version IS NULL OR r.task_version <= a.version)
             AND CASE WHEN a.period IS NULL THEN (r.occurred_at < :begin) = :before
                      ELSE coalesce(r.period <> a.period, true) = :before END
           ORDER BY r.occurred_at DESC, r.task_version DESC LIMIT 1
       ) r"""
).bindparams(
    bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))),
    bindparam("periods", type_=ARRAY(Text)),
    bindparam("versions", type_=ARRAY(BigInteger)),
    bindparam("begin", type_=TIMESTAMP(timezone=True)),
)


async def last_said(
    session: AsyncSession, asked: Sequence[Asked], begin: datetime, *, before: bool = False
) -> dict[Asked, Said]:
    """What was reported last of each since a span began, or of its period; with `before` what was said before that."""
    if not asked:
        return {}
    task_ids, periods, versions = (list(values) for values in zip(*asked, strict=True))
    values = {"task_ids": task_ids, "periods": periods, "versions": versions, "begin": begin, "before": before}
    return {asked[row[0] - 1]: Said(*row[1:]) for row in await session.execute(_LAST, values)}


async def list_milestones(
    session: AsyncSession, task_ids: Collection[UUID], end: datetime, most: int
) -> Sequence[Milestone]:
    """The milestones of these tasks that are due before an instant and not reached, the soonest due first."""
    is_open = Milestone.reached_at.is_(None), Milestone.lapsed_at.is_(None)
    wanted = select(Milestone).where(Milestone.task_id == among(task_ids), Milestone.current_deadline < end, *is_open)
    return (
        await session.scalars(wanted.order_by(Milestone.current_deadline, Milestone.milestone_id).limit(most))
    ).all()


async def list_urges(session: AsyncSession, task_ids: Collection[UUID], most: int) -> Sequence[Urge]:
    """What waits for an answer on these tasks, the longest first."""
    wanted = select(Urge).where(Urge.task_id == among(task_ids), Urge.state == "open")
    return (await session.scalars(wanted.order_by(Urge.urged_at, Urge.urge_id).limit(most))).all()


async def list_refused(session: AsyncSession, task_ids: Collection[UUID], most: int) -> Sequence[EvidenceReview]:
    """The evidence of these tasks that was refused, with none attached after it for the same."""
    later = aliased(Evidence)
    followed = (
        select(later.task_id)
        .where(
            later.task_id == Evidence.task_id,
            later.task_version > Evidence.task_version,
            later.period.is_not_distinct_from(Evidence.period),
        )
        .exists()
    )
    wanted = (
        select(EvidenceReview)
        .join(Evidence, Evidence.evidence_id == EvidenceReview.evidence_id)
        .where(EvidenceReview.task_id == among(task_ids), EvidenceReview.state == "refused", ~followed)
    )
    return (await session.scalars(wanted.order_by(EvidenceReview.evidence_id).limit(most))).all()


async def newest_evidence(session: AsyncSession, task_id: UUID, period: str | None) -> Evidence | None:
    """What was attached last to a task, for a period of it or for the whole."""
    wanted = select(Evidence).where(Evidence.task_id == task_id, Evidence.period.is_not_distinct_from(period))
    newest: Evidence | None = await session.scalar(wanted.order_by(Evidence.task_version.desc()).limit(1))
    return newest


async def find_evidence(session: AsyncSession, evidence_id: UUID) -> Evidence | None:
    """A piece of evidence."""
    found: Evidence | None = await session.scalar(select(Evidence).where(Evidence.evidence_id == evidence_id))
    return found


async def same_work(session: AsyncSession, own: UUID, task_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The groups of these tasks, as their body said."""
    columns = SameWork.task_id, SameWork.group_id
    wanted = select(*columns).where(SameWork.task_id == among(task_ids), SameWork.organisation_id == own)
    return {row[0]: row[1] for row in await session.execute(wanted)}


async def members(session: AsyncSession, own: UUID, group_ids: Collection[UUID]) -> set[UUID]:
    """All tasks of these groups of a body."""
    wanted = select(SameWork.task_id).where(SameWork.group_id == among(group_ids), SameWork.organisation_id == own)
    return set(await session.scalars(wanted))


async def put_same_work(
    session: AsyncSession, own: UUID, client_id: str, groups: Mapping[UUID, UUID], now: datetime
) -> None:
    """Write the groups of these tasks."""
    rows = [
        {"task_id": task_id, "organisation_id": own, "group_id": group, "client_id": client_id, "recorded_at": now}
        for task_id, group in sorted(groups.items())
    ]
    statement = insert(SameWork).values(rows)
    names = ("organisation_id", "group_id", "client_id", "recorded_at")
    replaced = {name: statement.excluded[name] for name in names}
    await session.execute(statement.on_conflict_do_update(index_elements=["task_id"], set_=replaced))


async def titles(session: AsyncSession, task_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What these tasks are called."""
    found = await session.execute(select(Task.task_id, Task.title).where(Task.task_id == among(task_ids)))
    return {row[0]: row[1] for row in found}
