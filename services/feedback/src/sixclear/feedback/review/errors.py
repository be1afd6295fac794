"""Refusals of requests on reviews: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class ReviewNotFound(DomainError):
    code, status, title = "review-not-found", 404, "Review not found"
    meaning = "No review that the caller may see has this identifier."
    remedy = "List your reviews, or those of the submission, and use an identifier of that list."


class ReviewerConflict(DomainError):
    code, status, title = "reviewer-conflict", 409, "This person may not review this case"
    meaning = (
        "A conflict of interest was declared, or computed from bodies, mail domains and who handled the case. Which "
        "one is not told: it could tell who the sender is."
    )
    remedy = "Give the review to another expert; `GET /submissions/{submission_id}/reviewer-candidates` lists them."


class ReviewerFull(DomainError):
    code, status, title = "reviewer-full", 409, "This expert has as many open reviews as agreed"
    meaning = "The register says how many reviews may be open with this expert at a time."
    remedy = "Give the review to another expert, or raise `capacity` in the register after asking."


class ReviewersEnough(DomainError):
    code, status, title = "reviewers-enough", 409, "The case has as many reviewers as it may"
    meaning = "A case has a limited number of reviewers."
    remedy = "Take back a review that is not given yet, then assign another."


class KindNotReviewed(DomainError):
    code, status, title = "kind-not-reviewed", 409, "Experts review initiatives and solutions"
    meaning = "The submission is of a kind for which there are no criteria."
    remedy = "Answer it without a review, or triage it as an initiative or a solution."


class ScoresIncomplete(DomainError):
    code, status, title = "scores-incomplete", 422, "Each criterion needs points within its limit"
    meaning = "A review scores every criterion of its set once, with 0 up to the points of the criterion."
    remedy = "Read the review: `criteria` names each criterion with its points. Send all of them."


class DiscussionFull(DomainError):
    code, status, title = "discussion-full", 409, "The discussion is full"
    meaning = "The discussion of a case holds as many messages as it may."
    remedy = "Decide on the reviews."


class ReviewDecisionNotFound(DomainError):
    code, status, title = "review-decision-not-found", 404, "Decision on the reviews not found"
    meaning = "The submission has no decision on its reviews with this identifier."
    remedy = "Read the reviews of the submission, and use the identifier of one of its decisions."


class ReviewDecisionByDrafter(DomainError):
    code, status, title = "review-decision-by-drafter", 403, "Another person must confirm this decision"
    meaning = (
        "Four eyes: who drafted a decision on the reviews does not confirm it. Two people must be shown: by their own "
        "tokens, or by two different positions."
    )
    remedy = "Ask another person with the scope `feedback:publish`, or a client of another position, to confirm it."
