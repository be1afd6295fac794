"""Refusals of requests on values."""

from sixclear.common.errors import DomainError


class ValueNotFound(DomainError):
    code, status, title = "value-not-found", 404, "Value not found"
    meaning = "No value that the caller may see has this identifier."
    remedy = "Check the identifier, or find it in the series of its indicator."


class ValueRefused(DomainError):
    code, status, title = "value-refused", 422, "The value is refused"
    meaning = "The number, the period or the body does not fit the definition of the indicator, or a note is missing."
    remedy = "Correct what `errors` names. A value that is not plausible is taken with a note that explains it."


class SameHands(DomainError):
    code, status, title = "same-hands", 403, "Another person must review this value"
    meaning = "Who typed or submitted a value does not review it."
    remedy = "Ask another client of the reviewing body, or a body above it."


class ReviewChanged(DomainError):
    code, status, title = "review-changed", 409, "Other values wait than the preview showed"
    meaning = "Since the preview a value came, was typed again, or was decided: nothing was decided."
    remedy = "Look at a new preview (`dry_run=true`), and send its `previewed`."


class SeriesRefused(DomainError):
    code, status, title = "series-refused", 422, "The series cannot be read so"
    meaning = "A period is of another unit than the indicator, the range is too long, or an instant lies ahead."
    remedy = "Correct the parameters that `errors` names."
