"""Refusals of requests on answers: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class AnswerNotFound(DomainError):
    code, status, title = "answer-not-found", 404, "Answer not found"
    meaning = "The submission has no answer with this identifier."
    remedy = "Read the submission, and use the identifier of one of its answers."


class PublicationByDrafter(DomainError):
    code, status, title = "publication-by-drafter", 403, "Another person must publish this answer"
    meaning = "Four eyes: the client that drafted an answer does not publish it."
    remedy = "Ask another client with the scope `feedback:publish` to publish it."
