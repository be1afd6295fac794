"""Refusals of requests on answers: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class AnswerNotFound(DomainError):
    code, status, title = "answer-not-found", 404, "Answer not found"
    meaning = "The submission has no answer with this identifier."
    remedy = "Read the submission, and use the identifier of one of its answers."


class PublicationByDrafter(DomainError):
    code, status, title = "publication-by-drafter", 403, "Another person must publish this answer"
    meaning = (
        "Four eyes: who drafted an answer does not publish it. Two people must be shown: by their own tokens, or by "
        "two different positions."
    )
    remedy = "Ask another person with the scope `feedback:publish`, or a client of another position, to publish it."


class PersonNotKnown(DomainError):
    code, status, title = "person-not-known", 403, "This step needs a person, or a client of a position"
    meaning = "Two people share what this step is a part of; the token shows neither a person nor a position."
    remedy = "Sign in as a person, or have the provider bind the client to a position. `docs/identity.md` says how."


class AnswerSaysNothing(DomainError):
    code, status, title = "answer-says-nothing", 422, "This answer would close nothing"
    meaning = (
        "An answer decides, gives reason, law and responsible body, answers each point, and says when what it promises "
        "is done. A transfer, or a template without a word of its own, is none."
    )
    remedy = "Complete what `errors` names. A case for another body is given to it (`assign`)."


class PromiseNotFound(DomainError):
    code, status, title = "promise-not-found", 404, "Promised step not found"
    meaning = "The published answers of the submission promise no step with this identifier."
    remedy = "Read the submission, and use the identifier of one of its promised steps."
