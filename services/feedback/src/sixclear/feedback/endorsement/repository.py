"""Endorsements in the database. A figure moves by one statement, so that two at the same time lose none."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from sixclear.common.counting import count_up_to
from sixclear.feedback.endorsement.models import Endorsement, EndorsementKey, Support
from sixclear.feedback.publication.models import Publication

_ADD = text(
    """
    INSERT INTO support AS kept (publication_id, verified, unverified, owed_on)
    SELECT new.*, CASE WHEN new.verified >= CAST(:threshold AS int) THEN CAST(:today AS date) END
    FROM (SELECT CAST(:publication_id AS uuid), CAST(:verified AS int) AS verified, CAST(:unverified AS int)) AS new
    ON CONFLICT (publication_id) DO UPDATE SET
      verified = kept.verified + excluded.verified,
      unverified = kept.unverified + excluded.unverified,
      owed_on = coalesce(kept.owed_on,
        CASE WHEN kept.verified + excluded.verified >= CAST(:threshold AS int) THEN CAST(:today AS date) END)
    """
)
_FORMER, _EARNED = aliased(Publication), aliased(Support)
# What is owed belongs to the case: any of its copies may have earned it, unless its sender took that copy back.
_OF_CASE = (
    select(_FORMER.submission_id, func.min(_EARNED.owed_on).label("owed_on"))
    .join(_EARNED, _EARNED.publication_id == _FORMER.publication_id)
    .where(_EARNED.owed_on.is_not(None), _FORMER.withdrawn_why.is_distinct_from("consent"))
    .group_by(_FORMER.submission_id)
)
_WAITS = (Publication.withdrawn_on.is_(None), Publication.head_answered_on.is_(None))


async def add_endorser(session: AsyncSession, publication_id: UUID, endorser_hash: bytes) -> bool:
    """Keep that somebody endorses a public copy; False when that was known."""
    new = insert(Endorsement).values(publication_id=publication_id, endorser_hash=endorser_hash)
    added = await session.execute(new.on_conflict_do_nothing().returning(Endorsement.publication_id))
    return added.first() is not None


async def remove_endorser(session: AsyncSession, publication_id: UUID, endorser_hash: bytes) -> bool:
    """Forget that somebody endorses a public copy; False when nobody did."""
    of_both = Endorsement.publication_id == publication_id, Endorsement.endorser_hash == endorser_hash
    removed = await session.execute(delete(Endorsement).where(*of_both).returning(Endorsement.publication_id))
    return removed.first() is not None


async def use_key(session: AsyncSession, key_hash: bytes, today: date) -> bool:
    """Keep that a request was counted; False when it was. The same request in another transaction is waited for."""
    new = insert(EndorsementKey).values(key_hash=key_hash, used_on=today)
    used = await session.execute(new.on_conflict_do_nothing().returning(EndorsementKey.key_hash))
    return used.first() is not None


async def forget_keys(session: AsyncSession, before: date, most: int) -> None:
    """Delete at most so many keys that were used before a day; leaves out those that another transaction holds."""
    over = select(EndorsementKey.key_hash).where(EndorsementKey.used_on < before).limit(most)
    await session.execute(
        delete(EndorsementKey).where(EndorsementKey.key_hash.in_(over.with_for_update(skip_locked=True)))
    )


async def add_support(
    session: AsyncSession, publication_id: UUID, *, verified: int, unverified: int, threshold: int, today: date
) -> None:
    """Count so many more; past the threshold of verified ones an answer is owed from today on, also when some leave."""
    counted = {"verified": verified, "unverified": unverified, "threshold": threshold, "today": today}
    await session.execute(_ADD, {"publication_id": publication_id} | counted)


async def find_figures(session: AsyncSession, publication: Publication) -> tuple[Support | None, date | None]:
    """How many endorse a public copy, None where nobody did yet; and since when an answer is owed to its case."""
    owed_on = _OF_CASE.with_only_columns(func.min(_EARNED.owed_on)).where(
        _FORMER.submission_id == publication.submission_id
    )
    joined = select(Support, owed_on.scalar_subquery()).select_from(Publication)
    joined = joined.outerjoin(Support, Support.publication_id == Publication.publication_id)
    found = await session.execute(
        joined.where(Publication.publication_id == publication.publication_id),
        execution_options={"populate_existing": True},
    )
    support, since = found.one()
    return support, since


async def list_owed(
    session: AsyncSession, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[tuple[Publication, Support | None, date]]:
    """Public copies that wait for the head's answer, the longest first, after the cursor.

    No figures where nobody endorsed this copy yet, and an earlier one of its case earned the answer.
    """
    owed = _OF_CASE.subquery()
    statement = select(Publication, Support, owed.c.owed_on).join(
        owed, owed.c.submission_id == Publication.submission_id
    )
    statement = statement.outerjoin(Support, Support.publication_id == Publication.publication_id).where(*_WAITS)
    if after:
        statement = statement.where(tuple_(owed.c.owed_on, Publication.publication_id) > tuple_(*after))
    rows = await session.execute(statement.order_by(owed.c.owed_on, Publication.publication_id).limit(limit))
    return [(publication, support, owed_on) for publication, support, owed_on in rows]


async def count_owed(session: AsyncSession) -> int:
    """How many public copies that list has, as `count_up_to` says it."""
    owed = _OF_CASE.subquery()
    joined = select(Publication.publication_id).join(owed, owed.c.submission_id == Publication.submission_id)
    return await count_up_to(session, joined.where(*_WAITS))
