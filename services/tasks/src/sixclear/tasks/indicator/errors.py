"""Refusals of requests on indicators."""

from sixclear.common.errors import DomainError


class IndicatorNotFound(DomainError):
    code, status, title = "indicator-not-found", 404, "Indicator not found"
    meaning = "No indicator has this code."
    remedy = "Check the code, or find it in the list of indicators."


class IndicatorRefused(DomainError):
    code, status, title = "indicator-refused", 422, "The definition does not hold together"
    meaning = "Parts of the definition, or of the targets, exclude each other, or a period has no key that is known."
    remedy = "Correct what `errors` names."
