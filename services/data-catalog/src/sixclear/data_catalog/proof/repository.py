"""What steps rest on, in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.proof.models import StepProof


async def list_proofs(session: AsyncSession, entry_id: UUID, versions: Collection[int]) -> Sequence[StepProof]:
    """What these versions of an entry rest on, as far as it was told."""
    told = select(StepProof).where(StepProof.entry_id == entry_id, StepProof.entry_version.in_(versions))
    return (await session.scalars(told)).all()
