"""What can go wrong in feedback, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class SubmissionNotFound(DomainError):
    """No submission has this identifier."""

    code, status, title = "submission-not-found", 404, "Submission not found"


class AnswerNotFound(DomainError):
    """The submission has no answer with this identifier."""

    code, status, title = "answer-not-found", 404, "Answer not found"


class MailboxNotFound(DomainError):
    """No mailbox opens with this receipt code."""

    code, status, title = "mailbox-not-found", 404, "No mailbox opens with this code"


class MailboxFull(DomainError):
    """A case holds only so many messages."""

    code, status, title = "mailbox-full", 409, "The mailbox is full"


class TooManyAttempts(DomainError):
    """Too many wrong receipt codes came from one address."""

    code, status, title = "too-many-attempts", 429, "Too many wrong codes"
    advice = "Wait a little, then type the code again."

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(self.advice, headers={"Retry-After": str(retry_after_seconds)})


class TooManySubmissions(TooManyAttempts):
    """Too many submissions came from one address."""

    code, status, title = "too-many-submissions", 429, "Too many submissions"
    advice = "Wait a little, then send it again with the same key."


class ComplaintTurnedAway(DomainError):
    """Complaints and denunciations have a procedure of their own by law; they are not taken in here."""

    code, status, title = "complaint-turned-away", 422, "Complaints and denunciations go another way"


class VisibilityNotAllowed(DomainError):
    """Only an initiative may be sealed."""

    code, status, title = "visibility-not-allowed", 422, "This visibility is not for this kind"


class PublicationByDrafter(DomainError):
    """Whoever drafted an answer may not publish it."""

    code, status, title = "publication-by-drafter", 403, "Another person must publish this answer"
