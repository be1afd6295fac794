"""One review as its expert sees it, and the steps that the expert takes in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.portal.errors import Refused
from sixclear.portal.shell.forms import LONGEST_TEXT, form_key_of, new_form_key, text_problem
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.reviews import Criterion, OwnReview

# What feedback takes as a reason.
_LONGEST_REASON = 2_000
STEPS = ("free", "conflict", "opinion", "discussion")
# What can be typed, beside a field `score_…` for each criterion.
_TYPED = ("advice", "words", "reason", "text")
# Why feedback took no step, by the code of its refusal.
_REFUSALS = {
    "transition-not-allowed": "closed",
    "case-erased": "closed",
    "idempotency-key-reused": "already-sent",
    "discussion-full": "full",
}
_SLOW_DOWN, _NOT_SIGNED_IN = 429, (401, 403)
# Why nothing was sent: feedback did not answer, or refused this account with such a status.
REFUSED = {401: "signed-out", 403: "scope", 404: "gone"}
REASONS = ("away", *REFUSED.values())


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review with what was `typed` into its form, and what is wrong with that; `done` is the step just taken."""

    review: OwnReview
    most: int
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    form_key: str
    done: str

    def total(self, scores: Mapping[str, int] | None) -> int:
        """The sum of the points."""
        return sum((scores or {}).values())


@dataclass(frozen=True, slots=True)
class UnsentView:
    """What was typed and could not be sent, and why: one of `REASONS`. It is sent again from here."""

    why: str
    fields: Mapping[str, str]


async def load(
    gateway: Gateway,
    review_id: UUID,
    fields: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    done: str = "",
) -> ReviewView:
    """The review as it is now, with what was typed."""
    review = await gateway.reviews.review(review_id)
    criteria = review.criteria.criteria
    named = [*_TYPED, *(f"score_{one.code}" for one in criteria)]
    return ReviewView(
        review=review,
        most=sum(one.points for one in criteria),
        typed={name: fields.get(name, "") for name in named},
        problems=problems or {},
        form_key=form_key_of(fields) if problems else new_form_key(),
        done=done if done in STEPS else "",
    )


async def take(gateway: Gateway, review_id: UUID, step: str, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Take a step; what is wrong with what was typed, by field, where it was not taken.

    Raises ServiceAway, and Refused for who is not signed in or may not review.
    """
    reviews, key = gateway.reviews, form_key_of(fields)
    try:
        if step == "free":
            await reviews.declare(review_id, False, None, key)
        elif step == "conflict":
            reason = fields.get("reason", "")
            if reason and (wrong := text_problem(reason, _LONGEST_REASON)):
                return {"reason": wrong}
            await reviews.declare(review_id, True, reason or None, key)
        elif step == "opinion":
            criteria = (await reviews.review(review_id)).criteria.criteria
            if problems := _opinion_problems(criteria, fields):
                return problems
            scores = {one.code: int(fields[f"score_{one.code}"]) for one in criteria}
            opinion = {"scores": scores, "advice": fields["advice"], "words": fields["words"]}
            await reviews.give(review_id, opinion, key)
        else:
            if wrong := text_problem(fields.get("text", ""), LONGEST_TEXT):
                return {"text": wrong}
            await reviews.discuss(review_id, fields["text"], key)
    except Refused as refused:
        if refused.status in _NOT_SIGNED_IN:
            raise
        return {"form": "slow-down" if refused.status == _SLOW_DOWN else _REFUSALS.get(refused.code, "refused")}
    return {}


def _opinion_problems(criteria: Sequence[Criterion], fields: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with a review as it was typed, by field."""
    problems = {}
    for one in criteria:
        typed = fields.get(f"score_{one.code}", "")
        if not typed:
            problems[f"score_{one.code}"] = "missing"
        elif not (typed.isascii() and typed.isdecimal() and len(typed) <= 4 and int(typed) <= one.points):
            problems[f"score_{one.code}"] = "range"
    if fields.get("advice") not in ("accept", "accept_in_part", "reject"):
        problems["advice"] = "missing"
    if wrong := text_problem(fields.get("words", ""), LONGEST_TEXT):
        problems["words"] = wrong
    return problems
