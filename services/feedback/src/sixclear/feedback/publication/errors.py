"""Refusals of requests on public copies: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class PublicationNotFound(DomainError):
    code, status, title = "publication-not-found", 404, "Public copy not found"
    meaning = "No public copy has this identifier, or it was withdrawn."
    remedy = "List the public copies, and use an identifier of that list."


class PublicationNotAllowed(DomainError):
    code, status, title = "publication-not-allowed", 409, "This case has no public copy"
    meaning = (
        "A public copy needs the sender's consent, and of feedback an answer; of a sealed initiative it is the abstract"
        " alone until the embargo ends. What is looked into first or was withdrawn has none."
    )
    remedy = "Read why at `/submissions/{submission_id}/publication`. Only the sender gives consent, in the mailbox."


class ModerationByAnswerer(DomainError):
    code, status, title = "moderation-by-answerer", 403, "Another person must release the public copy"
    meaning = "Who drafted the answer does not decide what the public reads of it. Two people must be shown."
    remedy = "Ask another person with the scope `feedback:publish`, or a client of another position, to release it."


class PersonalDataLeft(DomainError):
    code, status, title = "personal-data-left", 422, "What looks like personal data is left"
    meaning = "A number, an e-mail address, the address of a home or a name is left; `errors` says in which text."
    remedy = "Mask it. Where it is public, such as the telephone of an office, send `left_on_purpose` with true."
