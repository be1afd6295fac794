"""How long senders and bodies have, beside the time for the answer: terms as data, each with its source."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from sixclear.common.calendar import Calendar
from sixclear.common.clock import civil_date, close_of_day


@dataclass(frozen=True, slots=True)
class Term:
    """So many days; `proposal`: ours, until a rule of law gives another."""

    days: int
    working: bool
    source: str
    proposal: bool

    def end(self, start: datetime, calendar: Calendar) -> datetime:
        """Its end: at 17:00 civil time of its last working day, or so many days later to the second."""
        if self.working:
            return close_of_day(calendar.after(civil_date(start), self.days))
        return start + timedelta(days=self.days)


@cache
def term(name: str) -> Term:
    """The term with this name; raises KeyError."""
    text = (files("sixclear.feedback") / "data" / "terms.json").read_text(encoding="utf-8")
    return Term(**json.loads(text)[name])
