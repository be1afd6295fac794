"""Refusals of requests on organisations."""

from sixclear.common.errors import DomainError


class OrganisationNotFound(DomainError):
    code, status, title = "organisation-not-found", 404, "Organisation not found"
    meaning = "No organisation has this identifier or code."
    remedy = "Check the identifier, or find the organisation in the list of organisations."


class OrganisationEnded(DomainError):
    code, status, title = "organisation-ended", 422, "The organisation is no more"
    meaning = "An organisation that was merged or closed is given nothing new."
    remedy = "Name the organisation that took its place: `detail` says which one."


class SuccessorImpossible(DomainError):
    code, status, title = "successor-impossible", 422, "This organisation cannot take over the work"
    meaning = "The successor is the organisation itself, stands below it, or is no more."
    remedy = "Name another organisation as successor."


class SuccessorMissing(DomainError):
    code, status, title = "successor-missing", 422, "Open work needs a successor"
    meaning = (
        "The organisation to be closed has open work, or others stand below it and none above it, and the request "
        "names no organisation that takes them over."
    )
    remedy = "Name a successor, or end the open work and move those below it first."
