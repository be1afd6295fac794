"""The life of a proposal: of which case it can come, and when it is published. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.change import Change, allow
from sixclear.common.folding import fold
from sixclear.feedback.proposal.errors import ProposalNotPossible, WordsOfSender

_KINDS = frozenset({"initiative", "solution"})
_ALLOWED_FROM = {"worded": {"worded"}, "accepted": {"worded"}, "withdrawn": {"worded", "accepted"}}


@dataclass(frozen=True, slots=True)
class IdeaState:
    """What the rules read of the case that a proposal comes of."""

    kind: str
    consent: bool
    status: str
    outcome: str | None


def require_possible(case: IdeaState) -> None:
    """Raises ProposalNotPossible for another kind of case, and without the sender's consent."""
    if case.kind not in _KINDS:
        raise ProposalNotPossible("This case is neither an initiative nor a solution.")
    if not case.consent:
        raise ProposalNotPossible("The sender did not agree that anything of the case is published.")


def is_accepted(case: IdeaState) -> bool:
    """Whether the published answer accepted it."""
    return case.status == "answered" and case.outcome == "accepted"


def require_accepted(case: IdeaState) -> None:
    """Raises ProposalNotPossible before an answer that accepts it is published."""
    if not is_accepted(case):
        raise ProposalNotPossible("No published answer has accepted this case.")


def require_own_words(text: str, abstract: str) -> None:
    """Raises WordsOfSender for an abstract that is the sender's text, however it is spaced or accented."""
    if fold(abstract) == fold(text):
        raise WordsOfSender(
            "The abstract says what the sender wrote, word by word.",
            errors=[{"pointer": "#/abstract", "code": "words-of-sender", "detail": "Write it in your own words."}],
        )


def word(status: str) -> None:
    """Raises TransitionNotAllowed for a proposal that everyone reads already."""
    allow("The proposal", status, "worded", _ALLOWED_FROM)


def accept(status: str, accepted_at: datetime) -> Change:
    """Make it public."""
    allow("The proposal", status, "accepted", _ALLOWED_FROM)
    return Change("accepted", {"status": "accepted", "accepted_at": accepted_at})


def withdraw(status: str, withdrawn_at: datetime) -> Change:
    """Take it back, with its words."""
    allow("The proposal", status, "withdrawn", _ALLOWED_FROM)
    taken = {"title": None, "abstract": None, "promised_steps": None, "words_sealed": None}
    return Change("withdrawn", {"status": "withdrawn", "withdrawn_at": withdrawn_at, **taken})
