"""The life of an obstacle: opened, escalated, settled, reopened. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.common.clock import civil_date, close_of_day
from sixclear.common.ids import stable_id
from sixclear.tasks.programme.rules import Terms

_ALLOWED_FROM = {"escalated": {"open"}, "settled": {"open"}, "reopened": {"settled"}}

# In these statuses a task holds no work back any more.
OVER = frozenset({"completed", "cancelled"})


@dataclass(frozen=True, slots=True)
class ObstacleState:
    """What the rules read of an obstacle."""

    state: str
    escalations: int
    escalated_by_organisation_id: UUID | None
    escalation_reason: str | None
    settled_by_organisation_id: UUID | None
    settlement: str | None
    reopened_by_organisation_id: UUID | None
    reopening_reason: str | None


@dataclass(frozen=True, slots=True)
class Level:
    """A body that is to decide, at which level it stands, by when, and whether the obstacle climbs from there."""

    organisation_id: UUID
    level: str
    decide_by: datetime
    is_top: bool

    @property
    def fields(self) -> Mapping[str, Any]:
        """As the row has it: from the top nothing climbs."""
        return {
            "decider_organisation_id": self.organisation_id,
            "level": self.level,
            "decide_by": self.decide_by,
            "climbs_at": None if self.is_top else self.decide_by,
        }


def key_of(anchor: UUID, description: str) -> UUID:
    """What makes two obstacles the same: the first task that it holds back, else the programme, and the words."""
    return stable_id("obstacle key", str(anchor), description)


def decide_by(now: datetime, days: int, terms: Terms) -> datetime:
    """By when a body decides that is asked now: so many working days, at the close of the day.

    Counted from the instant at which it is asked: a standstill of the service takes no body's days from it.
    """
    return close_of_day(calendar().after(civil_date(now), days), terms.closes)


def escalate(obstacle: ObstacleState, above: Level | None, organisation_id: UUID | None, reason: str | None) -> Change:
    """Let it climb to `above`, by a body with its reason, or by time alone.

    Raises TransitionNotAllowed where none stands above.
    """
    allow("The obstacle", obstacle.state, "escalated", _ALLOWED_FROM)
    if above is None:
        raise TransitionNotAllowed("The obstacle is with the owner of the programme: no body above it decides.")
    said = {"escalated_by_organisation_id": organisation_id, "escalation_reason": reason}
    return Change("escalated", {**above.fields, **said, "escalations": obstacle.escalations + 1})


def is_escalated_so(obstacle: ObstacleState, organisation_id: UUID, reason: str) -> bool:
    """Whether the same body escalated it last for the same reason, and it waits since."""
    said = obstacle.escalated_by_organisation_id, obstacle.escalation_reason
    return obstacle.state == "open" and said == (organisation_id, reason)


def settle(obstacle: ObstacleState, organisation_id: UUID, how: str, settled_at: datetime) -> Change:
    """Settle it: how it was decided, by which body, and when it was resolved."""
    allow("The obstacle", obstacle.state, "settled", _ALLOWED_FROM)
    said = {"settlement": how, "settled_by_organisation_id": organisation_id}
    return Change("settled", _closed("decided", settled_at) | said)


def is_settled_so(obstacle: ObstacleState, organisation_id: UUID, how: str) -> bool:
    """Whether the same body settled it in the same words before."""
    said = obstacle.settled_by_organisation_id, obstacle.settlement
    return obstacle.state == "settled" and said == (organisation_id, how)


def end_with_task(obstacle: ObstacleState, settled_at: datetime) -> Change:
    """Settle what holds nothing back any more: its last task is over."""
    allow("The obstacle", obstacle.state, "settled", _ALLOWED_FROM)
    return Change("settled", _closed("task_over", settled_at))


def reopen(obstacle: ObstacleState, at: Level, organisation_id: UUID, reason: str) -> Change:
    """Open it again, at the level at which it was settled, with days of its own."""
    allow("The obstacle", obstacle.state, "reopened", _ALLOWED_FROM)
    said = {"reopened_by_organisation_id": organisation_id, "reopening_reason": reason}
    nothing = dict.fromkeys(("outcome", "settlement", "settled_by_organisation_id", "settled_at"))
    forgotten = dict.fromkeys(("escalated_by_organisation_id", "escalation_reason"))
    return Change("reopened", {**at.fields, **said, **nothing, **forgotten, "state": "open"})


def is_reopened_so(obstacle: ObstacleState, organisation_id: UUID, reason: str) -> bool:
    """Whether the same body reopened it for the same reason, and it is open since."""
    said = obstacle.reopened_by_organisation_id, obstacle.reopening_reason
    return obstacle.state == "open" and said == (organisation_id, reason)


def _closed(outcome: str, settled_at: datetime) -> dict[str, Any]:
    return {"state": "settled", "outcome": outcome, "settled_at": settled_at, "climbs_at": None}
