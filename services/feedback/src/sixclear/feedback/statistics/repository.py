"""Cases of a time, counted by group in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, cast, func, not_, or_, select
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import CIVIL_ZONE
from sixclear.feedback.submission.models import Submission

_GROUPS: dict[str, ColumnElement[Any]] = {
    "kind": cast(Submission.kind, TEXT),
    "field": cast(Submission.field, TEXT),
    "place": cast(Submission.place_id, TEXT),
    "organisation": cast(Submission.organisation_id, TEXT),
    "month": func.to_char(func.timezone(CIVIL_ZONE.key, Submission.received_at), "YYYY-MM"),
}


async def count_groups(
    session: AsyncSession, by: str, begin: datetime, end: datetime, at: datetime
) -> Sequence[Row[Any]]:
    """Cases that were received from `begin` to `end`, sealed ones apart, by group: its key, then states at `at`."""
    group = _GROUPS[by].label("key")
    statement = select(group, *_counted(at)).where(*_received(begin, end), Submission.visibility != "sealed")
    return (await session.execute(statement.group_by(group))).all()


async def count_all(session: AsyncSession, begin: datetime, end: datetime, at: datetime) -> Row[Any]:
    """All cases that were received from `begin` to `end`, sealed ones too, by states at `at`."""
    demonstration = func.count().filter(Submission.demonstration).label("demonstration")
    return (await session.execute(select(demonstration, *_counted(at)).where(*_received(begin, end)))).one()


def _received(begin: datetime, end: datetime) -> list[ColumnElement[bool]]:
    return [Submission.received_at >= begin, Submission.received_at < end]


def _counted(at: datetime) -> list[Any]:
    """Each case is in one state, and each answered one in one rating."""
    withdrawn = Submission.status == "withdrawn"
    answered = and_(Submission.status == "answered", Submission.answered_at < at)
    unanswered = and_(not_(withdrawn), or_(Submission.status != "answered", Submission.answered_at >= at))
    states = {
        "answered_in_time": and_(answered, Submission.answered_at <= Submission.due_at),
        "answered_late": and_(answered, Submission.answered_at > Submission.due_at),
        "waiting": and_(unanswered, Submission.due_at >= at),
        "overdue": and_(unanswered, Submission.due_at < at),
        "closed_without_answer": withdrawn,
        **{score: and_(answered, Submission.rating == score) for score in ("solved", "partly", "not_solved")},
        "silent": and_(answered, Submission.rating.is_(None)),
    }
    return [func.count().filter(condition).label(name) for name, condition in states.items()]
