"""Refusals of requests on entries: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError
from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed, OrganisationNotAllowed
from sixclear.common.web.etags import StaleVersion


class EntryNotFound(DomainError):
    code, status, title = "entry-not-found", 404, "Entry not found"
    meaning = "No entry of the data catalogue that you may see has this identifier."
    remedy = "List the entries, and use an identifier of that list."


class ReasonMissing(DomainError):
    """A step that takes something back is a decision, and a decision has a reason."""

    code, status, title = "reason-missing", 422, "This step needs a reason"
    meaning = "The step is not a step forward on the deployment ladder: it is a decision, and a decision has a reason."
    remedy = "Send the step again with `reason`: who decided it, and why."


class StageRepeated(DomainError):
    """An old message that is sent again must not set an entry back."""

    code, status, title = "stage-repeated", 409, "This stage was told before"
    meaning = "The same stage was told before with the same reason, and the entry has moved on since."
    remedy = "Read the entry. If the step is meant, send it with its `ETag` as `If-Match`, or with a reason of its own."


class ListingNeedsSteward(DomainError):
    """What stands on a programme list is counted and published, so its owner cannot put it there."""

    code, status, title = "listing-needs-steward", 403, "A steward puts entries on programme lists"
    meaning = "Only a data steward (scope `catalog:approve`) puts an entry on a programme list or takes it off."
    remedy = "Leave out `lists`, which stay as they are, or ask the data steward to change them."


class ListedNeedsSteward(DomainError):
    """A list would lose a late database, and its figures improve, by its owner's own word."""

    code, status, title = "listed-needs-steward", 403, "A steward hides what stands on a programme list"
    meaning = (
        "The entry stands on a programme list: only a data steward (scope `catalog:approve`) hides it from others."
    )
    remedy = "Send the classification that the entry has, or ask the data steward to hide it."


class OwnerMerged(DomainError):
    code, status, title = "owner-merged", 409, "The owner is no more"
    meaning = "The body that would own the new entry was merged into another one."
    remedy = "Name its successor as the owner, which the answer names."


# What every step of an entry can be refused with.
STEP_REFUSALS = (
    EntryNotFound,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)
