"""Refusals of a visitor that used up an allowance: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


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
