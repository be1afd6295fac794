"""Requests to know who a sender is, in the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.identity.models import IdentityRequest


async def list_of_case(session: AsyncSession, submission_id: UUID, limit: int) -> Sequence[IdentityRequest]:
    """The newest requests on a case."""
    statement = select(IdentityRequest).where(IdentityRequest.submission_id == submission_id)
    newest = statement.order_by(IdentityRequest.requested_at.desc(), IdentityRequest.request_id.desc())
    return (await session.scalars(newest.limit(limit))).all()


async def find_request(session: AsyncSession, submission_id: UUID, request_id: UUID) -> IdentityRequest | None:
    """One request on one case; its row locked."""
    named = IdentityRequest.request_id == request_id, IdentityRequest.submission_id == submission_id
    return await session.scalar(select(IdentityRequest).where(*named).with_for_update())


async def list_requests(
    session: AsyncSession, *, waiting: bool | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[IdentityRequest]:
    """Requests of all bodies, oldest first, after the cursor."""
    key = tuple_(IdentityRequest.requested_at, IdentityRequest.request_id)
    statement = select(IdentityRequest)
    if waiting is not None:
        none = IdentityRequest.decision.is_(None)
        statement = statement.where(none if waiting else ~none)
    if after:
        statement = statement.where(key > tuple_(*after))
    ordered = statement.order_by(IdentityRequest.requested_at, IdentityRequest.request_id)
    return (await session.scalars(ordered.limit(limit))).all()
