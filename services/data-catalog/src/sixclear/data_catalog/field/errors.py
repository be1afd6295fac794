"""Refusals of requests on fields: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class FieldNotFound(DomainError):
    code, status, title = "field-not-found", 404, "Field not found"
    meaning = "The entry has no field with this identifier that you may see."
    remedy = "List the fields of the entry, and use an identifier of that list."


class FieldsFull(DomainError):
    code, status, title = "fields-full", 409, "The entry has too many fields"
    meaning = "An entry has at most 5,000 fields."
    remedy = "Remove fields that are not needed, or register the parts of the database as entries of their own."


class FieldDecisionByOwner(DomainError):
    code, status, title = "field-decision-by-owner", 403, "Another body decides on this field"
    meaning = "Who owns the entry neither confirms nor disputes the role of its own field."
    remedy = "Ask the body that keeps the element, or the data steward."


class CopyOfItself(DomainError):
    code, status, title = "copy-of-itself", 422, "An entry cannot be its own source"
    meaning = "A field with the role `copy` names its own entry as the source."
    remedy = "Name the entry that the copy is made from, or declare the role `derived`."
