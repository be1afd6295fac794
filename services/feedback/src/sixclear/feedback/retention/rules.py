"""Until when a case is kept, and what keeps it longer. Pure: no database, no clock."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Literal

from dateutil.relativedelta import relativedelta

from sixclear.common.clock import CIVIL_ZONE
from sixclear.feedback.retention.schemas import Clock

What = Literal["contact", "text"]


@dataclass(frozen=True, slots=True)
class Period:
    """So many months after a case was closed; `proposal`: ours, until a rule of law gives another."""

    months: int
    source: str
    proposal: bool

    def end(self, closed_at: datetime) -> datetime:
        """When it is over: the same civil day and hour so many months later, or the last day of a shorter month."""
        return (closed_at.astimezone(CIVIL_ZONE) + relativedelta(months=self.months)).astimezone(UTC)

    def start(self, now: datetime) -> datetime:
        """No case that was closed later than this is over now; some that were closed earlier are not yet."""
        return (now.astimezone(CIVIL_ZONE) - relativedelta(months=self.months)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Closing:
    """What the rule reads of a case.

    `ended_at` is when it was answered, or taken back; `steps` are the promised ones with when each was done; `appeals`
    are the decisions on appeals, in their order. `windows` are times until which the sender may still have it looked
    at again. `given_at` is when the sender last gave a contact.
    """

    status: str
    ended_at: datetime | None
    appeals: Sequence[datetime | None] = ()
    steps: Sequence[datetime | None] = ()
    waits_for_reply: bool = False
    given_at: datetime | None = None
    windows: Sequence[datetime] = ()


@cache
def period(what: What) -> Period:
    """How long this is kept."""
    text = (files("sixclear.feedback") / "data" / "retention.json").read_text(encoding="utf-8")
    return Period(**json.loads(text)[what])


def running(case: Closing) -> Clock | None:
    """The clock that runs in a case; None where none does.

    A promised step and a message wait in an answered case alone: in one that was taken back nobody can do them any
    more. An appeal that the next level took over waits no longer.
    """
    if case.status not in ("answered", "withdrawn") or case.ended_at is None:
        return "answer"
    if case.appeals and case.appeals[-1] is None:
        return "appeal"
    if case.status == "withdrawn":
        return None
    if None in case.steps:
        return "promise"
    return "reply" if case.waits_for_reply else None


def kept_until(case: Closing, what: What) -> datetime | None:
    """When this is erased; None while a clock runs. Counted from the last thing that a body owed and did.

    A contact that the sender gave after that counts from then, and goes with the text at the latest.
    """
    if case.ended_at is None or running(case) is not None:
        return None
    done = [at for at in (*case.appeals, *case.steps) if at is not None]
    last = max((case.ended_at, *done))
    until = max((period(what).end(last), *case.windows))
    if what == "text" or case.given_at is None or case.given_at <= last:
        return until
    return max(until, min(period(what).end(case.given_at), max((period("text").end(last), *case.windows))))
