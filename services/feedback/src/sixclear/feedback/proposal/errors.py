"""Refusals of requests on proposals: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class ProposalNotFound(DomainError):
    code, status, title = "proposal-not-found", 404, "Proposal not found"
    meaning = "No public proposal has this identifier, or the case has none."
    remedy = "List the proposals at /proposals; a handler writes the words of one first."


class ProposalNotPossible(DomainError):
    code, status, title = "proposal-not-possible", 409, "No proposal can come of this case"
    meaning = (
        "Only of an initiative or a solution whose sender agreed to publication. It is published once an answer "
        "accepted it."
    )
    remedy = "Ask the sender for consent, or answer the case first, as `detail` says."


class WordsOfSender(DomainError):
    code, status, title = "words-of-sender", 422, "These are the sender's own words"
    meaning = "The abstract is the text that the sender wrote. Everyone reads it, so the body words it itself."
    remedy = "Write in your own words what was proposed, without names and places that lead to the sender."
