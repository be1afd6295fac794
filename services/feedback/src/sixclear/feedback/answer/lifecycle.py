"""The life of an answer: what its publication needs. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import InvalidRequest
from sixclear.feedback.answer.errors import PersonNotKnown, PublicationByDrafter

_LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class DraftState:
    """What the rules of publication read of an answer."""

    drafted_by: str
    person: str | None
    position: str | None
    published: bool
    withdrawn: bool


def require_other_publisher(draft: DraftState, caller: Caller) -> None:
    """Four eyes: raises PersonNotKnown for a caller who is none, PublicationByDrafter unless two persons are shown.

    A draft of a release that kept only the client's name is published by another client.
    """
    require_person(caller)
    if draft.person is None and draft.position is None:
        another = draft.drafted_by != caller.client_id
    elif draft.person is not None and caller.person is not None:
        another = draft.person != caller.person
    else:
        another = None not in (draft.position, caller.position) and draft.position != caller.position
    if not another:
        raise PublicationByDrafter(
            "Four eyes: two people must be shown, by their own tokens or by different positions; these are not."
        )


def require_person(caller: Caller) -> None:
    """Raises PersonNotKnown for a client that is neither a person's nor bound to a position."""
    if caller.person is None and caller.position is None:
        raise PersonNotKnown("The token shows neither a person who signed in nor a position.")


def require_publishable(draft: DraftState) -> None:
    """Raises TransitionNotAllowed for an answer that is published, or was withdrawn with a transfer."""
    if draft.published:
        raise TransitionNotAllowed("This answer is published.")
    if draft.withdrawn:
        raise TransitionNotAllowed("The case was given to another body after this was drafted; draft an answer again.")


def check_next_date(next_date: date | None, drafted_on: date) -> None:
    """Raises InvalidRequest for a day on which something is promised that was over when the answer was drafted.

    So does one after the year 2100: it is mistyped.
    """
    if next_date is not None and not (drafted_on <= next_date and next_date.year <= _LAST_YEAR):
        raise InvalidRequest(
            "next_date says when something will be done: a day from the draft on, up to the year 2100.",
            errors=[
                {"pointer": "#/next_date", "code": "date-out-of-range", "detail": "Give a day from today to 2100."}
            ],
        )
