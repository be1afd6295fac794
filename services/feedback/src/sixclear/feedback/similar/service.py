"""What is like a text: for everyone among public copies, for handlers among the cases that they handle."""

from collections.abc import Sequence

from sixclear.common.use_case import Context
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.publication import service as publications
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.similar.rules import Alike, ranked, subject_of
from sixclear.feedback.similar.schemas import SimilarQuestion

_PLACE = "#/place"


async def public_copies(ctx: Context, asked: SimilarQuestion) -> Sequence[Alike[Publication]] | None:
    """Public copies that are like what is asked, answered ones first; None when the time for it ran out.

    Raises ReferenceUnknown.
    """
    place = (await organisations.referenced(ctx, {_PLACE: asked.place})).get(_PLACE)
    subject = subject_of(asked.title, asked.text)
    found = await publications.nearest(ctx, subject, asked.field, place)
    if found is None:
        return None
    alike = ranked(subject, found, lambda one: one.title or "")
    return sorted(alike, key=lambda one: one.found.answer is None)
