"""Refusals of senders who show neither work nor an open form: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError
from sixclear.feedback.allowance.errors import TooManyAttempts


class ProofOfWorkNeeded(DomainError):
    code, status, title = "proof-of-work-needed", 428, "A proof of work is needed"
    meaning = "So many submissions come right now that each sender without an account is asked for a little work."
    remedy = (
        "Read `/challenge`, solve it, and send the same request with the same key and the header"
        " `Sixclear-Proof-Of-Work`. A form without script sends `Sixclear-Form-Token`."
    )


class TooManyChallenges(TooManyAttempts):
    code, status, title = "too-many-challenges", 429, "Too many challenges"
    meaning = "Too many challenges were asked for from this address."
    remedy = "Wait for the seconds that `Retry-After` names, then ask again."
    advice = "Wait a little, then ask again."
