"""Refusals of requests to feedback: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class SubmissionNotFound(DomainError):
    code, status, title = "submission-not-found", 404, "Submission not found"
    meaning = "No submission that the caller's organisation handles has this identifier."
    remedy = "List the submissions, and use an identifier of that list."


class AnswerNotFound(DomainError):
    code, status, title = "answer-not-found", 404, "Answer not found"
    meaning = "The submission has no answer with this identifier."
    remedy = "Read the submission, and use the identifier of one of its answers."


class MailboxNotFound(DomainError):
    code, status, title = "mailbox-not-found", 404, "No mailbox opens with this code"
    meaning = "The receipt code is not one that was given out, or a character of it is wrong."
    remedy = "Check every character of the code, then type it again. The letters I, L, O and U are not used."


class MailboxFull(DomainError):
    code, status, title = "mailbox-full", 409, "The mailbox is full"
    meaning = "The case holds as many messages as it may."
    remedy = "Wait for the answer to the case."


class TooManyAttempts(DomainError):
    code, status, title = "too-many-attempts", 429, "Too many wrong codes"
    meaning = "Too many wrong receipt codes came from this address."
    remedy = "Wait for the seconds that `Retry-After` names, then type the code again."
    advice = "Wait a little, then type the code again."

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(self.advice, headers={"Retry-After": str(retry_after_seconds)})


class TooManySubmissions(TooManyAttempts):
    code, status, title = "too-many-submissions", 429, "Too many submissions"
    meaning = "Too many submissions came from this address."
    remedy = "Wait for the seconds that `Retry-After` names, then send the submission again with the same key."
    advice = "Wait a little, then send it again with the same key."


class ComplaintTurnedAway(DomainError):
    code, status, title = "complaint-turned-away", 422, "Complaints and denunciations go another way"
    meaning = "Complaints and denunciations have procedures of their own by law. Nothing of this one was stored."
    remedy = "Follow `guidance`, which names the law and the body to turn to."


class VisibilityNotAllowed(DomainError):
    code, status, title = "visibility-not-allowed", 422, "This visibility is not for this kind"
    meaning = "Only an initiative can be sealed."
    remedy = "Leave out `visibility`, or send an initiative."


class PublicationByDrafter(DomainError):
    code, status, title = "publication-by-drafter", 403, "Another person must publish this answer"
    meaning = "Four eyes: the client that drafted an answer does not publish it."
    remedy = "Ask another client with the scope `feedback:publish` to publish it."
