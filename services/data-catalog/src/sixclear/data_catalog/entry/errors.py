"""What can go wrong with an entry, each with its code and HTTP status."""

from sixclear.common.errors import DomainError
from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed, OrganisationNotAllowed


class EntryNotFound(DomainError):
    code, status, title = "entry-not-found", 404, "Entry not found"


class ReferenceUnknown(DomainError):
    code, status, title = "reference-unknown", 422, "A reference is unknown"


class ReasonMissing(DomainError):
    """A step that takes something back is a decision, and a decision has a reason."""

    code, status, title = "reason-missing", 422, "This step needs a reason"


class ListingNeedsSteward(DomainError):
    """What stands on a programme list is counted and published, so its owner cannot put it there."""

    code, status, title = "listing-needs-steward", 403, "A steward puts entries on programme lists"


# What every step of an entry can be refused with.
STEP_REFUSALS = (EntryNotFound, OrganisationNotAllowed, FactsPastNotAllowed, FactBehindLastChange, FactInFuture)
