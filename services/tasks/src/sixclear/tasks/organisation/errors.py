"""Refusals of requests on organisations."""

from sixclear.common.errors import DomainError


class OrganisationNotFound(DomainError):
    code, status, title = "organisation-not-found", 404, "Organisation not found"
    meaning = "No organisation has this identifier or code."
    remedy = "Check the identifier, or find the organisation in the list of organisations."
