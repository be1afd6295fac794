"""The hub asks experts: who may review a case, who does, and who no longer does."""

from collections.abc import Sequence
from secrets import randbelow
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.clock import civil_date, close_of_day
from sixclear.common.use_case import Context
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.review import lifecycle, repository
from sixclear.feedback.review.errors import ReviewerConflict, ReviewerFull, ReviewersEnough, ReviewNotFound
from sixclear.feedback.review.models import ComparedHouse, Review
from sixclear.feedback.review.rules import (
    LABELS,
    CaseTies,
    ExpertTies,
    criteria_of,
    free_label,
    is_independent,
    newest_criteria,
    review_rules,
    years_before,
)
from sixclear.feedback.reviewer import service as reviewers
from sixclear.feedback.reviewer.models import Reviewer, bodies_since, house_since
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.access import require_hub
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case

# Of so many experts of a field the best are chosen.
_CONSIDERED = 200


async def assign(
    ctx: Context, hub: UUID, receipts: Receipts, submission_id: UUID, reviewer_id: UUID
) -> tuple[Review, bool]:
    """Ask an expert to review a case; False when this expert is asked already.

    Raises ReviewerConflict without saying which, ReviewerFull, ReviewersEnough, KindNotReviewed, ReviewerNotFound,
    CaseErased. From now on the expert has a wrap of the key of the case, by which alone its text opens for experts.
    """
    submission = await submissions.locked(ctx, hub, submission_id)
    require_hub(ctx, hub, "assign reviewers")
    ctx = of_case(ctx, submission)
    lifecycle.require_open_case(submission.status)
    reviewer = await reviewers.locked(ctx, reviewer_id)
    reviews = await repository.list_reviews(ctx.session, submission_id)
    known = next((one for one in reviews if one.reviewer_id == reviewer_id), None)
    if known is not None and known.status in ("assigned", "accepted", "given"):
        return known, False
    open_now = await repository.count_open(ctx.session, [reviewer_id])
    if open_now.get(reviewer_id, 0) >= reviewer.capacity:
        raise ReviewerFull("This expert has as many open reviews as agreed.")
    if sum(one.status not in ("declined", "withdrawn") for one in reviews) >= review_rules().most_reviewers:
        raise ReviewersEnough(f"A case has at most {review_rules().most_reviewers} reviewers.")
    # Last: a caller who is refused for another reason learns of no tie, and what was compared is kept with the review.
    compared = await _comparable(ctx, receipts, submission, [reviewer])
    if (known and known.status == "declined") or not await _independent(ctx, hub, receipts, submission, compared):
        raise ReviewerConflict("A conflict of interest is declared or computed; choose another expert.")
    review = _again(ctx, known) if known else _new(ctx, submission, reviewer, reviews)
    ctx.session.add(review)
    await sealing.give_to_reviewer(ctx, submission_id, reviewer_id)
    submission.reviewers = sorted({*submission.reviewers, reviewer.person_key})
    submission.in_expert_review = True
    return review, True


async def withdraw(ctx: Context, hub: UUID, submission_id: UUID, review_id: UUID) -> Review:
    """Take a review back that is not given yet: the expert no longer sees it, nor that it was there."""
    submission = await submissions.locked(ctx, hub, submission_id)
    require_hub(ctx, hub, "take back reviews")
    reviews = await repository.list_reviews(ctx.session, submission_id)
    review = next((one for one in reviews if one.review_id == review_id), None)
    if review is None:
        raise ReviewNotFound("This submission has no review with this identifier.")
    lifecycle.step(review.status, "withdraw")
    await _take_back(ctx, review)
    settle(submission, reviews)
    return review


async def candidates(
    ctx: Context, hub: UUID, receipts: Receipts, submission_id: UUID, field: str | None, limit: int
) -> list[tuple[Reviewer, int]]:
    """Experts who could be asked, those with the fewest open reviews first, each with how many are open.

    Who is tied to the case, has no room, or is one of too many who were entered late, is left out, and which of these
    is not told.
    """
    submission = await submissions.get_submission(ctx, hub, submission_id)
    require_hub(ctx, hub, "assign reviewers")
    newest_criteria(submission.kind)
    known = await reviewers.list_reviewers(ctx, hub, field, None, _CONSIDERED)
    asked = {review.reviewer_id for review in await repository.list_reviews(ctx.session, submission_id)}
    open_now = await repository.count_open(ctx.session, [one.reviewer_id for one in known])
    free = [one for one in known if one.reviewer_id not in asked and open_now.get(one.reviewer_id, 0) < one.capacity]
    fit = await _independent(ctx, hub, receipts, submission, await _comparable(ctx, receipts, submission, free))
    found = [(one, open_now.get(one.reviewer_id, 0)) for one in fit]
    return sorted(found, key=lambda one: (one[1], one[0].reviewer_id))[:limit]


async def after_transfer(ctx: Context, hub: UUID, receipts: Receipts, submission: Submission) -> None:
    """Take open reviews back from experts who are tied to the body that has the locked case now.

    A transfer changes no mail house, so none is compared: a house that the register names since would be told by it.
    """
    reviews = await repository.list_reviews(ctx.session, submission.submission_id)
    still = [review for review in reviews if review.status in lifecycle.OPEN]
    if not still:
        return
    known = await reviewers.named(ctx, [review.reviewer_id for review in still])
    fit = await _independent(ctx, hub, receipts, submission, list(known.values()), houses=False)
    free = {one.reviewer_id for one in fit}
    for review in still:
        if review.reviewer_id not in free:
            await _take_back(ctx, review)
    settle(submission, reviews)


async def _take_back(ctx: Context, review: Review) -> None:
    review.status, review.version = "withdrawn", review.version + 1
    await sealing.take_from_reviewer(ctx, review.submission_id, review.reviewer_id)


def settle(submission: Submission, reviews: Sequence[Review]) -> None:
    """Where nobody reviews the case any longer, and nobody has, its answer waits for nothing."""
    if all(review.status in ("withdrawn", "declined") for review in reviews):
        submission.in_expert_review = False


def _new(ctx: Context, submission: Submission, reviewer: Reviewer, reviews: Sequence[Review]) -> Review:
    criteria = criteria_of(reviews[0].criteria, reviews[0].edition) if reviews else newest_criteria(submission.kind)
    return Review(
        review_id=ctx.new_id(),
        submission_id=submission.submission_id,
        reviewer_id=reviewer.reviewer_id,
        # By chance: who knows the case and the register cannot work it out.
        label=free_label([one.label for one in reviews], randbelow(len(LABELS))),
        criteria=criteria.code,
        edition=criteria.edition,
        version=1,
        **_asked(ctx),
    )


def _again(ctx: Context, review: Review) -> Review:
    lifecycle.step(review.status, "assign again")
    for name, value in _asked(ctx).items():
        setattr(review, name, value)
    review.version += 1
    return review


def _asked(ctx: Context) -> dict[str, object]:
    term = calendar().after(civil_date(ctx.now), review_rules().review_working_days)
    return {
        "status": "assigned",
        "assigned_by": ctx.caller.client_id,
        "assigned_at": ctx.now,
        "due_at": close_of_day(term),
        "declared_at": None,
        "conflict_sealed": None,
    }


async def _comparable(
    ctx: Context, receipts: Receipts, submission: Submission, experts: Sequence[Reviewer]
) -> list[Reviewer]:
    """Those of the experts whose mail house may be compared with that of the sender.

    Who enters made-up experts learns of a case no more than the first few houses that came after it: past them such an
    expert passes for a tied one. The same is done where the sender gave no address, for that is not told either.
    """
    late: dict[UUID, bytes] = {}
    for expert in experts:
        own = receipts.house_hashes(submission.submission_id, expert.email_domain or "")
        if own and house_since(expert) > submission.received_at:
            late[expert.reviewer_id] = own[0]
    if late:
        await submissions.lock_any(ctx, submission.submission_id)
        known = await repository.compared_houses(ctx.session, submission.submission_id)
        for house in dict.fromkeys(late.values()):
            if house not in known and len(known) < review_rules().late_houses:
                known.add(house)
                ctx.session.add(ComparedHouse(submission_id=submission.submission_id, house_hash=house))
        late = {expert: house for expert, house in late.items() if house not in known}
    return [expert for expert in experts if expert.reviewer_id not in late]


async def _independent(
    ctx: Context,
    hub: UUID,
    receipts: Receipts,
    submission: Submission,
    experts: Sequence[Reviewer],
    *,
    houses: bool = True,
) -> list[Reviewer]:
    """Those of the experts whom nothing ties to the case.

    Compared are the hub, the body that has the case, the one that it is addressed to and a body that sent it; and with
    `houses` the mail house of the sender, of whom only keyed hashes are read, for experts of `_comparable` alone.
    Raises Unavailable while it is not known which body stands above which.
    """
    day = years_before(civil_date(submission.received_at), review_rules().affiliation_years)
    others = {submission.organisation_id, submission.addressed_organisation_id, submission.sender_organisation_id}
    bodies = {hub, *others, submission.appeal_organisation_id, submission.offered_organisation_id} - {None}
    of_experts = {one.reviewer_id: bodies_since(one, day) for one in experts}
    named = {body for body in bodies if body}.union(*of_experts.values())
    tops = await organisations.tops(ctx, named)
    case = CaseTies(
        tops=frozenset(tops.get(body, body) for body in bodies if body),
        houses=frozenset(await submissions.mail_houses(ctx, receipts, submission.submission_id) if houses else ()),
        hands=frozenset(submission.hands),
    )

    def ties(expert: Reviewer) -> ExpertTies:
        own = receipts.house_hashes(submission.submission_id, expert.email_domain or "")
        return ExpertTies(
            person=expert.person_key,
            tops=frozenset(tops.get(body, body) for body in of_experts[expert.reviewer_id]),
            houses=frozenset(own),
        )

    return [expert for expert in experts if is_independent(ties(expert), case)]
