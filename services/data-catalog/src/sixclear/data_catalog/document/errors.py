"""What can go wrong with the documents of a dossier, each with its code and HTTP status."""

from sixclear.common.errors import DomainError


class DocumentWithoutContent(DomainError):
    """A title alone cannot be reviewed: a document has a link to open it or a hash to recognise it."""

    code, status, title = "document-without-content", 422, "A document needs a link or a hash"


class DossierFull(DomainError):
    code, status, title = "dossier-full", 409, "The dossier holds too many documents"
