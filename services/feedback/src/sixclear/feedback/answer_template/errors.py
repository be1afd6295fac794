"""Refusals of requests on templates of answers: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class TemplateNotFound(DomainError):
    code, status, title = "answer-template-not-found", 404, "Template not found"
    meaning = "The caller's organisation has no template with this identifier."
    remedy = "List the templates. Those that ship with the product cannot be retired."


class TemplatesFull(DomainError):
    code, status, title = "answer-templates-full", 409, "The organisation has as many templates as it may have"
    meaning = "A body keeps at most a hundred templates, retired ones among them: each draft is compared with all."
    remedy = "Use a template that is there."
