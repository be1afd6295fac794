"""What is like a text: for everyone among public copies, for handlers among the cases that they handle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.link import service as links
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.publication import service as publications
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.similar.rules import Alike, ranked, subject_of
from sixclear.feedback.similar.schemas import SimilarQuestion
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.texts import titles

_COMPARED, _SHOWN = timedelta(days=548), 20
_PLACE = "#/place"


async def public_copies(ctx: Context, asked: SimilarQuestion) -> tuple[Sequence[Alike[Publication]], bool]:
    """Public copies that are like what is asked, answered ones first; False where only the newest were compared.

    Raises ReferenceUnknown.
    """
    place = (await organisations.referenced(ctx, {_PLACE: asked.place})).get(_PLACE)
    subject = subject_of(asked.title, asked.text)
    found, complete = await publications.nearest(ctx, subject, asked.field, place)
    alike = ranked(subject, found, lambda one: one.title or "")
    return sorted(alike, key=lambda one: one.found.answer is None), complete


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that may be of one need with another one."""

    case: Submission
    title: str | None
    likeness: float
    same_words: bool
    decision: str | None


async def candidates(ctx: Context, hub: UUID, submission_id: UUID) -> tuple[list[Candidate], int]:
    """Cases that are like this one, and with how many it was compared; the caller handles all of them.

    Titles are opened and compared in memory. A sealed one is compared with none. Raises SubmissionNotFound.
    """
    case = await submissions.get_submission(ctx, hub, submission_id)
    if case.visibility == "sealed":
        return [], 0
    found = await submissions.list_comparable(ctx, hub, case, ctx.now - _COMPARED)
    opened = await titles(ctx, [case, *found])
    copies = [one for one in found if case.words_hash is not None and one.words_hash == case.words_hash]
    others = [one for one in found if one not in copies]
    alike = ranked(opened.get(submission_id) or "", others, lambda one: opened.get(one.submission_id) or "")[:_SHOWN]
    shown = [*(Alike(one, 1.0) for one in copies), *alike]
    decided = await links.decisions_among(ctx, submission_id, [one.found.submission_id for one in shown])
    ordered = [
        Candidate(
            one.found,
            opened.get(one.found.submission_id),
            one.likeness,
            one.found in copies,
            decided.get(one.found.submission_id),
        )
        for one in shown
    ]
    return sorted(ordered, key=lambda one: one.decision == "refused"), len(found)
