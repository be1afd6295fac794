"""The life of an answer: what its publication needs. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import InvalidRequest
from sixclear.feedback.answer.errors import PersonNotKnown, PublicationByDrafter


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
    if not _is_another(Caller(draft.drafted_by, person=draft.person, position=draft.position), caller):
        raise PublicationByDrafter(
            "Four eyes: two people must be shown, by their own tokens or by different positions; these are not."
        )


def had_no_part(parts: Iterable[Caller], caller: Caller) -> bool:
    """Whether a caller is shown to be none of those who had a part; raises PersonNotKnown for a caller who is none."""
    require_person(caller)
    return all(_is_another(part, caller) for part in parts)


def _is_another(part: Caller, caller: Caller) -> bool:
    """Whether two people are shown; of a release that kept only the client's name, two clients."""
    if part.person is None and part.position is None:
        return part.client_id != caller.client_id
    if part.person is not None and caller.person is not None:
        return part.person != caller.person
    return None not in (part.position, caller.position) and part.position != caller.position


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


def require_correctable(corrects: UUID | None, newest: UUID | None) -> None:
    """Raises TransitionNotAllowed unless a correction names the answer that the sender reads now."""
    if corrects is not None and corrects != newest:
        raise TransitionNotAllowed("Only the published answer that the sender reads now can be corrected.")


def require_schedule(publish_at: datetime, due_at: datetime, now: datetime, *, may: bool) -> None:
    """Raises InvalidRequest unless an answer is scheduled for a later instant up to its due time.

    Raises TransitionNotAllowed where it could not be published now (`may` False): the case has another answer.
    """
    if not may:
        raise TransitionNotAllowed("The case does not wait for this answer; draft one for the case as it stands.")
    if not now < publish_at <= due_at:
        detail = "State a time after now, up to the due time of the case; leave it out to publish now."
        raise InvalidRequest(
            "An answer is scheduled for a time at which it is not late.",
            errors=[{"pointer": "#/publish_at", "code": "schedule-out-of-range", "detail": detail}],
        )


def require_open(done_at: datetime | None) -> None:
    """Raises TransitionNotAllowed for a promised step that is done."""
    if done_at is not None:
        raise TransitionNotAllowed("This step was said to be done already.")
