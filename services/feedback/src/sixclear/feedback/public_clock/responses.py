"""Clocks and promised steps of public copies as responses."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sixclear.feedback.public_clock.models import Clocks, PublicStep
from sixclear.feedback.public_clock.rules import Days, state_at
from sixclear.feedback.public_clock.schemas import PublicClockView, PublicStepView

_DERIVED = {"state", "as_of"}


def clock_response(clocks: Clocks, publication_id: UUID) -> PublicClockView | None:
    """The clock of a copy; None where it is not told."""
    clock = clocks.by_copy.get(publication_id)
    if clock is None:
        return None
    columns = {name: getattr(clock, name) for name in PublicClockView.model_fields if name not in _DERIVED}
    days = Days(clock.due_on, clock.due_soon_on, clock.paused, clock.answered_on)
    return PublicClockView.model_validate(columns | {"state": state_at(days, clocks.day), "as_of": clocks.day})


def step_responses(steps: Sequence[PublicStep], day: date) -> list[PublicStepView]:
    """Promised steps in their order."""
    return [
        PublicStepView(
            words=step.words,
            due_on=step.due_on,
            done_on=step.done_on,
            overdue=step.done_on is None and step.due_on < day,
        )
        for step in steps
    ]
