"""The life of an answer: what its publication needs. Pure: no database, no clock."""

from dataclasses import dataclass

from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.answer.errors import PublicationByDrafter


@dataclass(frozen=True, slots=True)
class DraftState:
    """What the rules of publication read of an answer."""

    drafted_by: str
    published: bool
    withdrawn: bool


def require_other_publisher(draft: DraftState, client_id: str) -> None:
    """Raises PublicationByDrafter for the client that drafted the answer: four eyes."""
    if draft.drafted_by == client_id:
        raise PublicationByDrafter("Four eyes: the client that drafted an answer does not publish it.")


def require_publishable(draft: DraftState) -> None:
    """Raises TransitionNotAllowed for an answer that is published, or was withdrawn with a transfer."""
    if draft.published:
        raise TransitionNotAllowed("This answer is published.")
    if draft.withdrawn:
        raise TransitionNotAllowed("The case was given to another body after this was drafted; draft an answer again.")
