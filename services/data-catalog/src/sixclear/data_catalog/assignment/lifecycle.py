"""The life of an assignment: proposed, accepted or declined by the receiver, ended. Pure: no database, no clock."""

from sixclear.common.change import TransitionNotAllowed

_ALLOWED_FROM = {"accepted": {"proposed"}, "declined": {"proposed"}, "ended": {"proposed", "accepted"}}


def moves(status: str, wanted: str) -> bool:
    """Whether the step changes anything: one that is sent again does not. Raises TransitionNotAllowed."""
    if status == wanted:
        return False
    if status not in _ALLOWED_FROM[wanted]:
        raise TransitionNotAllowed(f"The assignment is {status}: it cannot become {wanted}. Propose another one.")
    return True
