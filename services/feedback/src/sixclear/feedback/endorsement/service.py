"""Public copies are endorsed; where many verified persons do, the head owes an answer point by point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sixclear.common.clock import civil_date
from sixclear.common.use_case import Context
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.endorsement import repository
from sixclear.feedback.endorsement.models import Support
from sixclear.feedback.field import rules as fields
from sixclear.feedback.publication import service as publications
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.submission.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Figures:
    """A public copy with those who endorse it; no row where nobody did yet."""

    publication: Publication
    support: Support | None
    threshold: int
    # Since when an answer of the head is owed to the case, by this copy or one before it.
    owed_on: date | None


async def figures(ctx: Context, publication_id: UUID) -> Figures:
    """How many endorse a public copy. Raises PublicationNotFound, also for one that was withdrawn."""
    publication = await publications.get_publication(ctx, publication_id)
    return await _figures(ctx, publication)


async def _figures(ctx: Context, publication: Publication) -> Figures:
    support, owed_on = await repository.find_figures(ctx.session, publication)
    return Figures(publication, support, fields.case_fields().threshold(publication.field), owed_on)


async def endorse(ctx: Context, publication_id: UUID) -> Figures:
    """Endorse a public copy without proof of who one is; the caller counted one use of the visitor's allowance.

    Nothing is kept but the figure. Raises PublicationNotFound.
    """
    return await _counted(ctx, await figures(ctx, publication_id), unverified=1)


async def endorse_verified(ctx: Context, receipts: Receipts, publication_id: UUID, *, endorsed: bool) -> Figures:
    """Endorse a public copy as a person whom the provider verified, or no longer; a second time changes nothing.

    An answer that is owed stays owed. Raises PublicationNotFound, and PersonNotKnown for a token that is no person's.
    """
    if ctx.caller.person is None:
        raise PersonNotKnown("The token shows no person who signed in.")
    known = await figures(ctx, publication_id)
    change = repository.add_endorser if endorsed else repository.remove_endorser
    if not await change(ctx.session, publication_id, receipts.endorser_hash(ctx.caller.person, publication_id)):
        return known
    return await _counted(ctx, known, verified=1 if endorsed else -1)


async def _counted(ctx: Context, known: Figures, *, verified: int = 0, unverified: int = 0) -> Figures:
    publication_id, today = known.publication.publication_id, civil_date(ctx.now)
    await repository.add_support(
        ctx.session,
        publication_id,
        verified=verified,
        unverified=unverified,
        threshold=known.threshold,
        today=today,
    )
    return await _figures(ctx, known.publication)


async def list_owed(
    ctx: Context, after: tuple[date, UUID] | None, limit: int
) -> Sequence[tuple[Publication, Support | None, date]]:
    """Public copies that wait for the head's answer, the longest first, each with its figures and since when."""
    return await repository.list_owed(ctx.session, after=after, limit=limit)


async def count_owed(ctx: Context) -> int:
    """How many public copies that list has, as `count_up_to` says it."""
    return await repository.count_owed(ctx.session)
