"""Endorsements in the database. A figure moves by one statement, so that two at the same time lose none."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.feedback.endorsement.models import Endorsement, Support
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
_OWED = (Support.owed_on.is_not(None), Publication.withdrawn_on.is_(None), Publication.head_answered_on.is_(None))


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


async def add_support(
    session: AsyncSession, publication_id: UUID, *, verified: int, unverified: int, threshold: int, today: date
) -> None:
    """Count so many more; past the threshold of verified ones an answer is owed from today on, also when some leave."""
    counted = {"verified": verified, "unverified": unverified, "threshold": threshold, "today": today}
    await session.execute(_ADD, {"publication_id": publication_id} | counted)


async def find_support(session: AsyncSession, publication_id: UUID) -> Support | None:
    """How many endorse a public copy; None where nobody did yet."""
    return await session.get(Support, publication_id, populate_existing=True)


async def list_owed(
    session: AsyncSession, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[tuple[Publication, Support]]:
    """Public copies that wait for the head's answer, the longest first, after the cursor."""
    key = tuple_(Support.owed_on, Support.publication_id)
    statement = select(Publication, Support).join(Support, Support.publication_id == Publication.publication_id)
    statement = statement.where(*_OWED)
    if after:
        statement = statement.where(key > tuple_(*after))
    rows = await session.execute(statement.order_by(Support.owed_on, Support.publication_id).limit(limit))
    return [(publication, support) for publication, support in rows]


async def count_owed(session: AsyncSession) -> int:
    """How many public copies that list has, as `count_up_to` says it."""
    joined = select(Support.publication_id).join(Publication, Support.publication_id == Publication.publication_id)
    return await count_up_to(session, joined.where(*_OWED))
