"""Refusals of endorsements: code, status, title, meaning, remedy."""

from sixclear.feedback.allowance.errors import TooManyAttempts


class TooManyEndorsements(TooManyAttempts):
    code, status, title = "too-many-endorsements", 429, "Too many endorsements"
    meaning = "Too many endorsements that are not verified came from this address."
    remedy = "Wait for the seconds that `Retry-After` names, or sign in with a verified identity."
    advice = "Wait a little, then endorse it again."
