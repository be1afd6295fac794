"""Refusals of requests on a registration: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class DocumentsMissing(DomainError):
    code, status, title = "documents-missing", 409, "The dossier is incomplete"
    meaning = "Documents of the dossier are not there, or have neither link nor hash; `missing_documents` names them."
    remedy = "Add the documents that `missing_documents` names, then hand the dossier in again."


class DossierEmpty(DomainError):
    code, status, title = "dossier-empty", 409, "The dossier holds no document"
    meaning = "A dossier is handed in and approved with at least one document."
    remedy = "Add a document with its link or its SHA-256 hash, then hand the dossier in."


class DecisionByOwner(DomainError):
    code, status, title = "decision-by-owner", 403, "The owner cannot decide on its own registration"
    meaning = "Four eyes: the body that owns the entry, and the one that handed its dossier in, do not decide on it."
    remedy = "Ask another body with the scope `catalog:approve` to decide."
