"""The house of feedback (see `house.py`)."""

from tests.contract.house_words import CENSUS_WITHOUT, House, Idea

_NAMED = "the answer names organisations, as every answer does"
_MIRROR = "a table without a topic of its own: it follows what tasks publishes, to know what requests name"
_SEALS = "a text is sealed and opened by the key of its case, which is a value"
_SHOWS_CASE = "a case is shown whole: with its clock, its messages and its answers"
_OF_A_FIELD = "a field is one of the list, and is refused where it is not"
_WHOLE_CASE = (
    *("handling -> submission", "handling -> mailbox", "handling -> answer", "handling -> rating"),
    *("mailbox -> submission", "mailbox -> answer", "mailbox -> rating"),
)
_FROM_REQUEST = "one place takes the hub, the receipts and the visitor from the request"
FEEDBACK = House(
    service="feedback",
    order=(
        *("census", "handling | log", "mailbox", "proposal | similar", "publication", "identity", "answer | rating"),
        *("answer_template", "submission", "organisation | sealing | transparency", "allowance | field"),
        "typed | terms",
    ),
    folders={
        "rating": "tables without a topic: the submission publishes how it was rated, never the words",
        "answer_template": "a table without a topic: with what texts a body begins its answers is its own",
        "log": "a question: which events a handling body may read",
        "handling": "verbs: the whole case is read, and given to another body, which withdraws drafts of answers",
        "mailbox": "a table without a topic: its messages are not published, the submission says how many there are",
        "similar": "a question: what is like a text that somebody writes or handles",
        "publication": "a table without a topic: no event has the identifier, which leads to no case",
        "field": "a list that ships with the product",
        "identity": "a table without a topic: who asked to know a sender is told to the sender alone",
        "answer": "a table without a topic: only its outcome is published, as an event of the submission",
        "transparency": "tables without a topic: statements are read in the mailbox, the log by its own addresses",
        "sealing": "tables without a topic: the wrapped keys of cases, which no one reads but who opens a text",
        "allowance": "a table without a topic: what visitors have used up, for some minutes",
        "organisation": _MIRROR,
    },
    ideas={
        "sealing.values": Idea("rules", "a text under the key of its case, bound to its place"),
        "sealing.wraps": Idea("rules", "the key of a case under the key of a recipient, or of the receipt code"),
        "sealing.periods": Idea("repository", "key pairs by recipient and month, in files"),
        "sealing.filling": Idea("service", "seals what releases before wrote in clear, run by no request"),
        "mailbox.sender_steps": Idea("routes", "what a sender does with the own case beside reading and writing"),
        "submission.dependencies": Idea("routes", _FROM_REQUEST),
        "submission.receipts": Idea("rules", "codes, identifiers and keyed hashes, all derived from one secret"),
        "transparency.hours": Idea(
            "rules", "the hour of an instant, and whether it is over; sequencer and cases read it"
        ),
        "transparency.sequencer": Idea("service", "the one place that adds to the public log, run by no request"),
        "transparency.cosigning": Idea("recording", "shows checkpoints, with what witnesses say of them"),
        "publication.masks": Idea("errors", "what looks like personal data in a text, and what stands for it"),
        "submission.clocks": Idea("rules", "when an answer is due, in working days of a dated calendar"),
        "submission.guidance": Idea("rules", "where complaints and denunciations must turn by law"),
    },
    arrows={
        "submission -> sealing.values": _SEALS,
        "submission.errors -> sealing.errors": "a step is refused where the keys of its case are gone",
        "mailbox -> sealing.values": _SEALS,
        "answer -> sealing.values": _SEALS,
        "identity -> sealing.values": _SEALS,
        "rating -> sealing.values": _SEALS,
        "submission -> organisation.schemas": _NAMED,
        "identity -> organisation.schemas": _NAMED,
        "answer -> organisation.schemas": _NAMED,
        "submission.service.hours -> transparency.hours": "cases and log mean the same by an hour that is over",
        "submission.dependencies -> allowance.rules": "the application holds a bucket for each kind of use",
        "handling.routes -> submission.dependencies": _FROM_REQUEST,
        "log.routes -> submission.dependencies": _FROM_REQUEST,
        "mailbox.routes -> submission.dependencies": _FROM_REQUEST,
        "answer.routes -> submission.dependencies": _FROM_REQUEST,
        "identity.routes -> submission.dependencies": _FROM_REQUEST,
        "identity.routes -> submission.schemas": "the contact is read where it was asked for",
        "identity.service -> submission.schemas": "the contact is read where it was asked for",
        "publication.routes -> submission.dependencies": _FROM_REQUEST,
        "similar.routes -> submission.dependencies": _FROM_REQUEST,
        "publication -> submission.schemas": "a public copy is of a kind, and a step on it responds with the case",
        "publication -> submission.responses": "a step on a public copy responds with the case",
        "publication -> organisation.schemas": _NAMED,
        "field.schemas -> field.rules": _OF_A_FIELD,
        "publication -> field.schemas": _OF_A_FIELD,
        "similar -> field.schemas": _OF_A_FIELD,
        "submission -> field.schemas": _OF_A_FIELD,
        "publication.service -> answer.lifecycle": "who drafted an answer is told from others by one rule",
        "publication -> answer.errors": "what that rule refuses",
        "similar -> publication.responses": "what is found is shown as lists of public copies show it",
        "similar -> publication.schemas": "what is found is shown as lists of public copies show it",
        "mailbox -> identity.responses": _SHOWS_CASE,
        "mailbox -> identity.schemas": _SHOWS_CASE,
        **{f"{pair}.{file}": _SHOWS_CASE for pair in _WHOLE_CASE for file in ("responses", "schemas")},
        "mailbox.sender_steps -> submission.dependencies": _FROM_REQUEST,
        "proposal -> organisation.schemas": _NAMED,
        "proposal -> sealing.values": _SEALS,
        "proposal.routes -> submission.dependencies": _FROM_REQUEST,
        "proposal -> answer.lifecycle": "words for everyone are of two persons too, by the same rule",
        "proposal.service -> transparency.hours": "a case of which the hour is kept has a proposal of that hour",
        "mailbox -> proposal.responses": _SHOWS_CASE,
        "mailbox -> proposal.schemas": _SHOWS_CASE,
        "mailbox -> transparency.schemas": "a sender reads the statements on the case in the mailbox",
        "mailbox.service -> submission.receipts": "the receipt code opens the mailbox",
        "answer.routes -> submission.responses": "publishing an answer responds with where the submission stands",
        "answer.routes -> submission.schemas": "publishing an answer responds with where the submission stands",
    },
    without=CENSUS_WITHOUT,
    root={
        "typed": "receipt codes and contacts are read by one rule, below every folder",
        "terms": "how long senders and bodies have is data, below every folder",
    },
)
