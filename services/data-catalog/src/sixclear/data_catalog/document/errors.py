"""Refusals of requests on the documents of a dossier: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class DocumentWithoutContent(DomainError):
    code, status, title = "document-without-content", 422, "A document needs a link or a hash"
    meaning = "A title alone cannot be reviewed: a document has a link to open it, a hash to recognise it, or both."
    remedy = "Send the document again with `url` or `sha256`."


class DocumentNotFound(DomainError):
    code, status, title = "document-not-found", 404, "No document of the dossier has this identifier"
    meaning = "The dossier of the entry lists no document with this identifier, or no longer."
    remedy = "Read the entry, and use the `document_id` of one of its `documents`."


class DossierFull(DomainError):
    code, status, title = "dossier-full", 409, "The dossier holds too many documents"
    meaning = "The dossier would list more documents than it may."
    remedy = "Replace a document by sending it again under its title, or combine several into one."
