"""Public copies are endorsed; where many verified persons do, the head owes an answer point by point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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

# A retry of a request is known on its day and on the next one.
_KEPT = timedelta(days=1)
_FORGOTTEN_AT_ONCE = 10


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


async def endorse(ctx: Context, receipts: Receipts, publication_id: UUID, key: str | None) -> tuple[Figures, bool]:
    """Endorse a public copy without proof of who one is; the caller counted one use of the visitor's allowance.

    Nothing is kept but the figure, and for a day or two that a request with this key was counted: the same one counts
    no more, and True is answered with it. Raises PublicationNotFound.
    """
    known = await figures(ctx, publication_id)
    if key is not None:
        today = civil_date(ctx.now)
        await repository.forget_keys(ctx.session, today - _KEPT, _FORGOTTEN_AT_ONCE)
        if not await repository.use_key(ctx.session, receipts.endorsement_key_hash(key, publication_id), today):
            return await figures(ctx, publication_id), True
    return await _counted(ctx, known, unverified=1), False


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
