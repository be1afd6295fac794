"""What can go wrong in the data catalogue, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class EntryNotFound(DomainError):
    """No entry has this identifier."""

    code, status, title = "entry-not-found", 404, "Entry not found"


class ListNotFound(DomainError):
    """No programme list has this slug."""

    code, status, title = "list-not-found", 404, "Programme list not found"


class ReferenceUnknown(DomainError):
    """A field of the request names something that does not exist."""

    code, status, title = "reference-unknown", 422, "A reference is unknown"


class ReasonMissing(DomainError):
    """A step that takes something back is a decision, and a decision has a reason."""

    code, status, title = "reason-missing", 422, "This step needs a reason"


class DocumentsMissing(DomainError):
    """A registration is not approved while its dossier lacks documents."""

    code, status, title = "documents-missing", 409, "The dossier is incomplete"


class DossierEmpty(DomainError):
    """A dossier is handed in and approved with at least one document that is there."""

    code, status, title = "dossier-empty", 409, "The dossier holds no document"


class DocumentWithoutContent(DomainError):
    """Nobody can review a title: a document is there when it can be opened or recognised."""

    code, status, title = "document-without-content", 422, "A document needs a link or a hash"


class DossierFull(DomainError):
    """The dossier holds as many documents as it may."""

    code, status, title = "dossier-full", 409, "The dossier holds too many documents"


class ListingNeedsSteward(DomainError):
    """In which programme lists an entry stands, only a steward says: what is counted there is published."""

    code, status, title = "listing-needs-steward", 403, "A steward puts entries on programme lists"


class DecisionByOwner(DomainError):
    """The body that owns an entry does not decide on its own registration: four eyes."""

    code, status, title = "decision-by-owner", 403, "The owner cannot decide on its own registration"
