"""What the model of the life of tasks knows of one task, of a request on it, and of the bodies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sixclear.common.calendar import calendar
from sixclear.common.clock import civil_date, close_of_day

Rows = Mapping[str, Sequence[dict[str, Any]]]
OPEN = ("assigned", "in_progress", "submitted", "returned", "paused")
WORKED_ON = ("assigned", "in_progress", "returned")
KINDS = (
    "extension",
    "transfer",
    "pause",
    "resume",
    "cancellation",
    "split",
    "merger",
    "regrouping",
    "reopening",
)
OF_COMPLETED = ("regrouping", "reopening")
# What one request over many tasks asks for here.
OVER_MANY = ("extension", "pause", "regrouping", "cancellation")
STRANGER = "25999"


@dataclass
class Asked:
    """An open request: not decided, or a transfer that was granted and is not answered."""

    kind: str
    asker: str
    value: dict[str, Any]
    decision_id: str = ""
    granted: bool = False
    # The lead body asks because it does not accept the assignment.
    objection: bool = False


@dataclass
class Life:
    """What the rules know of a task."""

    name: str
    status: str
    lead: str
    others: tuple[str, ...]
    original: datetime | None
    current: datetime | None
    recurring: bool = False
    task_id: str = ""
    restricted: bool = False
    found: str | None = None
    paused_since: datetime | None = None
    percent: int = 0
    last_percent: int = 0
    evidence: int = 0
    replaced_by: list[str] | None = None
    accept_by: datetime | None = None
    accepted: datetime | None = None
    objected: datetime | None = None
    # In a programme of P57's own work, on which it decides alone.
    own: bool = False
    # The pauses that are over: from when, until when.
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    open: dict[str, Asked] = field(default_factory=dict)

    @property
    def doers(self) -> tuple[str, ...]:
        """The bodies that work on it."""
        return (self.lead, *self.others)

    def assigned(self, now: datetime) -> None:
        """It is given to its lead body, which answers until the close of the fifth working day, or is silent."""
        self.status, self.accept_by = "assigned", close_of_day(calendar().after(civil_date(now), 5))

    def waits(self, now: datetime) -> bool:
        """Whether its lead body has neither accepted it nor objected, and still may."""
        answered = self.accepted or self.objected
        return not answered and self.accept_by is not None and now <= self.accept_by

    def close(self, kinds: Sequence[str], now: datetime, *, granted: bool = False) -> None:
        """Take open requests of these kinds away; an objection that comes to nothing leaves it accepted."""
        for asked in [self.open.pop(kind) for kind in kinds]:
            if asked.objection and not granted:
                self.accepted, self.objected = now, None

    def succeed(self, former: str, successor: str, now: datetime) -> None:
        """A body that works on it has ended: another one has its place, and answers for what that had accepted."""
        if self.lead == former:
            self.lead = successor
            silent = self.objected is None and (self.accept_by is None or now > self.accept_by)
            if self.status != "proposed" and (self.accepted is not None or silent):
                self.accepted = now
        named = dict.fromkeys(successor if one == former else one for one in self.others)
        self.others = tuple(one for one in named if one != self.lead)


@dataclass(frozen=True)
class Attempt:
    """A request, whether the rules allow it, and what it then does to the model."""

    group: str
    client: str
    path: str
    body: dict[str, Any]
    allowed: bool | None
    then: Callable[[dict[str, Any]], None] = lambda _: None
    method: str = "POST"
