"""Public copies under the identifiers that Open311 knows them by."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.open311.models import Open311Request
from sixclear.feedback.publication.models import Publication

_STANDS = Publication.withdrawn_on.is_(None)
# A copy of a case that was posted has the identifier of that post; any other one its own random one.
_ID = func.coalesce(Open311Request.service_request_id, Publication.publication_id)
Found = tuple[UUID, Publication]


async def find_requests(session: AsyncSession, ids: Sequence[UUID]) -> list[Found]:
    """The public copies with these identifiers, newest day first."""
    if not ids:
        return []
    # Two questions, each by the key of its table: no index answers "or" over both sides of an outer join.
    posted = await _found(session, _listed().where(Open311Request.service_request_id.in_(ids)))
    own = Publication.publication_id.in_(ids) & Open311Request.service_request_id.is_(None)
    found = [*posted, *await _found(session, _listed().where(own))]
    return sorted(found, key=lambda one: (one[1].published_on, one[1].publication_id), reverse=True)


async def list_requests(
    session: AsyncSession,
    services: Sequence[str],
    first: date,
    last: date,
    answered: bool | None,
    offset: int,
    limit: int,
) -> list[Found]:
    """The public copies of some days, newest day first; `other` has those of no field too."""
    conditions: list[ColumnElement[bool]] = [Publication.published_on >= first, Publication.published_on <= last]
    if services:
        of_field = Publication.field.in_(services)
        conditions.append(or_(of_field, Publication.field.is_(None)) if "other" in services else of_field)
    if answered is not None:
        conditions.append(Publication.answer.is_not(None) if answered else Publication.answer.is_(None))
    return await _found(session, _listed().where(*conditions).offset(offset).limit(limit))


async def find_posted(session: AsyncSession, submission_id: UUID) -> Open311Request | None:
    """The post that a case came with."""
    return await session.scalar(select(Open311Request).where(Open311Request.submission_id == submission_id))


def _listed() -> Select[UUID, Publication]:
    joined = select(_ID, Publication).outerjoin(
        Open311Request, Open311Request.submission_id == Publication.submission_id
    )
    return joined.where(_STANDS).order_by(Publication.published_on.desc(), Publication.publication_id.desc())


async def _found(session: AsyncSession, statement: Select[UUID, Publication]) -> list[Found]:
    return [(row[0], row[1]) for row in await session.execute(statement)]
