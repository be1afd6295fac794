"""What can go wrong with a registration, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class DocumentsMissing(DomainError):
    """A document that was asked for is not there, or one has neither link nor hash."""

    code, status, title = "documents-missing", 409, "The dossier is incomplete"


class DossierEmpty(DomainError):
    code, status, title = "dossier-empty", 409, "The dossier holds no document"


class DecisionByOwner(DomainError):
    """Four eyes: another body than the owner and the submitter decides."""

    code, status, title = "decision-by-owner", 403, "The owner cannot decide on its own registration"
