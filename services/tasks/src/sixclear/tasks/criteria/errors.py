"""Refusals of requests on sets of criteria."""

from sixclear.common.errors import DomainError


class CriteriaNotFound(DomainError):
    code, status, title = "criteria-not-found", 404, "Set of criteria not found"
    meaning = "No set of criteria has this code, or none in this edition."
    remedy = "Check the code and the edition, or find the set in the list of criteria."


class CriteriaRefused(DomainError):
    code, status, title = "criteria-refused", 422, "The set of criteria does not hold together"
    meaning = "Parts of the set exclude each other: points, tiers, windows or bands."
    remedy = "Correct what `errors` names."
