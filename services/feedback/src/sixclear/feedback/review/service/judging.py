"""An expert declares, reads, gives the review, and then discusses it. Nothing here shows the sender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.feedback.publication.masks import mask
from sixclear.feedback.review import lifecycle, repository
from sixclear.feedback.review.errors import ReviewNotFound
from sixclear.feedback.review.models import Review, ReviewDecision, ReviewMessage, seal_conflict, seal_words
from sixclear.feedback.review.rules import check_scores, criteria_of
from sixclear.feedback.review.schemas import Declaration, Opinion
from sixclear.feedback.review.service.assigning import settle
from sixclear.feedback.review.service.discussing import add_message
from sixclear.feedback.reviewer.access import find_expert
from sixclear.feedback.reviewer.models import Reviewer
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.texts import abstract_of, title_and_text


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A review with all that its expert may see of the case now."""

    key: CaseKey
    review: Review
    submission: Submission
    words: Mapping[str, str | None]
    others: Sequence[Review]
    discussion: Sequence[ReviewMessage]
    decision: ReviewDecision | None


async def list_own(
    ctx: Context, status: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[Review, Submission]]:
    """The caller's own reviews by due time, each with its case; none for a caller who is no expert."""
    expert = await find_expert(ctx)
    if expert is None:
        return []
    reviews = await repository.list_own(ctx.session, expert.reviewer_id, status, after, limit)
    cases = await submissions.reviewed(ctx, [review.submission_id for review in reviews])
    return [(review, cases[review.submission_id]) for review in reviews]


async def count_own(ctx: Context, status: str | None) -> int:
    """How many reviews that list has."""
    expert = await find_expert(ctx)
    return 0 if expert is None else await repository.count_own(ctx.session, expert.reviewer_id, status)


async def read_own(ctx: Context, review_id: UUID) -> OwnCase:
    """One of the caller's own reviews; that a sealed text was read is logged. Raises ReviewNotFound."""
    expert, review = await _expert_of(ctx, review_id)
    key = await _opened(ctx, expert, review)
    reading = review.status in lifecycle.READING
    if reading:
        submission = await submissions.read_as_expert(ctx, review.submission_id, expert.organisation_id)
    else:
        submission = (await submissions.reviewed(ctx, [review.submission_id]))[review.submission_id]
    own = review.reviewer_id, review.review_id
    others = await repository.list_others(ctx.session, *own)
    discussion = await repository.list_discussion(ctx.session, *own)
    decision = await repository.find_decided(ctx.session, *own)
    words = await _words(ctx, submission, reading=reading)
    return OwnCase(key, review, submission, words, others, discussion, decision)


async def declare(ctx: Context, review_id: UUID, said: Declaration, expect: Expect) -> Review:
    """Say whether a conflict of interest is there. Who has one reads nothing; the hub may ask another expert.

    Where every expert declined, the answer waits for nobody.
    """
    review, submission = await _locked(ctx, review_id, expect)
    name, status = ("decline", "declined") if said.conflict else ("accept", "accepted")
    lifecycle.step(review.status, name)
    ctx = of_case(ctx, submission)
    review.status, review.declared_at, review.version = status, ctx.now, review.version + 1
    key = await sealing.key_to_write(ctx, review.submission_id)
    seal_conflict(key, review, said.reason if said.conflict else None)
    if said.conflict:
        await sealing.take_from_reviewer(ctx, review.submission_id, review.reviewer_id)
        settle(submission, await repository.list_reviews(ctx.session, review.submission_id))
    return review


async def give(ctx: Context, review_id: UUID, opinion: Opinion, expect: Expect) -> Review:
    """Give the own review, once. Raises ScoresIncomplete, and ReviewNotFound for who handles the case meanwhile."""
    review, submission = await _locked(ctx, review_id, expect)
    lifecycle.step(review.status, "give")
    lifecycle.require_undecided(in_review=submission.in_expert_review)
    check_scores(criteria_of(review.criteria, review.edition), opinion.scores)
    ctx = of_case(ctx, submission)
    review.status, review.given_at, review.version = "given", ctx.now, review.version + 1
    review.scores, review.advice = dict(opinion.scores), opinion.advice
    seal_words(await sealing.key_to_write(ctx, review.submission_id), review, opinion.words)
    return review


async def discuss(ctx: Context, review_id: UUID, text: str) -> ReviewMessage:
    """Write to the other reviewers and to who handles the case, once the own review is given."""
    review, submission = await _locked(ctx, review_id, lambda _: None)
    lifecycle.step(review.status, "discuss")
    return await add_message(of_case(ctx, submission), submission, text, review_id=review_id)


async def _expert_of(ctx: Context, review_id: UUID) -> tuple[Reviewer, Review]:
    expert = await find_expert(ctx)
    review = None if expert is None else await repository.find_own(ctx.session, expert.reviewer_id, review_id)
    if expert is None or review is None:
        raise ReviewNotFound("You have no review with this identifier.")
    return expert, review


async def _locked(ctx: Context, review_id: UUID, expect: Expect) -> tuple[Review, Submission]:
    """The caller's own review with its case, whose row is locked: steps of one case come one after another."""
    expert, review = await _expert_of(ctx, review_id)
    submission = await submissions.lock_reviewed(ctx, review.submission_id)
    await ctx.session.refresh(review)
    if review.status == "withdrawn":
        raise ReviewNotFound("You have no review with this identifier.")
    expect(review)
    await _opened(ctx, expert, review)
    return review, submission


async def _opened(ctx: Context, expert: Reviewer, review: Review) -> CaseKey:
    """The key of the case by the wrap of the expert who calls; empty where the text was erased or the review declined.

    The second gate, beside the statements of the repository: raises ReviewNotFound where this expert has no wrap,
    whosever review those statements found.
    """
    key = await sealing.open_to_reviewer(ctx, review.submission_id, expert.reviewer_id)
    missing = key.data is None and review.status != "declined"
    if missing and not await sealing.is_erased(ctx, review.submission_id):
        raise ReviewNotFound("You have no review with this identifier.")
    return key


async def _words(ctx: Context, submission: Submission, *, reading: bool) -> Mapping[str, str | None]:
    """Title and text for who declared to be free; before that the title alone, and none of a sealed one.

    What looks like personal data in them is masked: the sender may have signed the text.
    """
    if not reading and submission.visibility == "sealed":
        return {"title": None, "text": None, "abstract": await abstract_of(ctx, submission)}
    words: dict[str, str | None]
    words = {name: mask(said).text for name, said in (await title_and_text(ctx, submission)).items()}
    return words if reading else {"title": words["title"] or None, "text": None}
