"""Refusals of requests on documents."""

from sixclear.common.errors import DomainError


class LegalDocumentNotFound(DomainError):
    code, status, title = "legal-document-not-found", 404, "Document not found"
    meaning = "No document has this identifier, or the one that has it was withdrawn."
    remedy = "Check the identifier, or find the document in the list of documents."


class LegalDocumentInUse(DomainError):
    code, status, title = "legal-document-in-use", 409, "The document is named elsewhere"
    meaning = "A document is withdrawn when no evidence names it, and no other document details or is replaced by it."
    remedy = "Correct the document by PATCH; or take it out of the documents that `detail` tells of first."


class ReplacementRefused(DomainError):
    code, status, title = "replacement-refused", 422, "It cannot replace this document"
    meaning = "An issued document replaces documents that were issued on an earlier day and that no other one replaces."
    remedy = "Correct the values that `errors` names."
