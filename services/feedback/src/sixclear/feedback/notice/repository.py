"""Notices in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.notice.models import Notice

_LOCK_BEHIND = text(
    """SELECT n.submission_id FROM notice n
       WHERE EXISTS (SELECT FROM event e WHERE e.entity_id = n.submission_id AND e.version > n.version
                       AND e.entity_type = 'submission')
       ORDER BY n.submission_id LIMIT :limit FOR UPDATE OF n SKIP LOCKED"""
)
_STEPS = text(
    """SELECT n.submission_id, max(e.version) AS version,
              bool_or(e.change = ANY (:news) AND e.meta->>'client_id' <> :sender) AS news
       FROM notice n JOIN event e ON e.entity_id = n.submission_id AND e.version > n.version
       WHERE n.submission_id = ANY (:cases) AND e.entity_type = 'submission' GROUP BY n.submission_id"""
)


@dataclass(frozen=True, slots=True)
class Steps:
    """What became of a case since its sender was told: up to which version, and whether any of it is news."""

    version: int
    news: bool


async def find_notice(session: AsyncSession, submission_id: UUID, *, lock: bool = False) -> Notice | None:
    """That the sender of a case is told of news."""
    return await session.get(Notice, submission_id, with_for_update=lock or None, populate_existing=lock)


async def lock_free(session: AsyncSession, cases: Collection[UUID]) -> Sequence[Notice]:
    """The notices on these cases for which no mail waits, locked."""
    free = select(Notice).where(Notice.submission_id.in_(cases), Notice.send_at.is_(None))
    return (await session.scalars(free.order_by(Notice.submission_id).with_for_update())).all()


async def put(session: AsyncSession, submission_id: UUID, language: str, version: int) -> None:
    """Keep that the sender is told; a mail that waits, and the day of the last one, stay."""
    await session.flush()
    new = insert(Notice).values(submission_id=submission_id, language=language, version=version)
    await session.execute(new.on_conflict_do_update(index_elements=["submission_id"], set_={"language": language}))


async def remove(session: AsyncSession, submission_id: UUID) -> bool:
    """Forget it; whether it was there."""
    gone = delete(Notice).where(Notice.submission_id == submission_id).returning(Notice.submission_id)
    return (await session.scalar(gone)) is not None


async def lock_behind(session: AsyncSession, limit: int) -> Mapping[UUID, Notice]:
    """Notices on cases of which steps are in the log that were not looked at, locked."""
    found = (await session.scalars(_LOCK_BEHIND, {"limit": limit})).all()
    rows = await session.scalars(select(Notice).where(Notice.submission_id.in_(found)))
    return {row.submission_id: row for row in rows}


async def steps_since(
    session: AsyncSession, cases: Collection[UUID], news: Collection[str], sender: str
) -> Mapping[UUID, Steps]:
    """The steps of these cases that were not looked at; news are those of `news` that another than `sender` took."""
    asked: dict[str, Any] = {"cases": list(cases), "news": list(news), "sender": sender}
    rows = await session.execute(_STEPS, asked)
    return {row.submission_id: Steps(row.version, row.news) for row in rows}


async def lock_due(session: AsyncSession, now: datetime, passed: Collection[UUID]) -> Notice | None:
    """The notice whose mail is due longest, locked; none of `passed`."""
    due = select(Notice).where(Notice.send_at <= now)
    if passed:
        due = due.where(Notice.submission_id.not_in(passed))
    return await session.scalar(due.order_by(Notice.send_at).limit(1).with_for_update(skip_locked=True))


async def oldest_due(session: AsyncSession) -> datetime | None:
    """When the next mail is tried."""
    return await session.scalar(select(func.min(Notice.send_at)))
