"""How long each step may take, how often, and how long senders have: terms as data (`data/terms.csv`).

Each says whether it is of the law (R16), with its basis, or our proposal.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from sixclear.common.calendar import Calendar
from sixclear.common.clock import civil_date, close_of_day


@dataclass(frozen=True, slots=True)
class Term:
    """How much of `unit` (`working_days`, `days` or `times`) a step has; `mark` is `law` or `proposal`."""

    code: str
    count: int
    unit: str
    mark: str
    basis: str | None
    name_vi: str
    name_en: str

    def end(self, start: datetime, calendar: Calendar) -> datetime:
        """Its end: at 17:00 civil time of its last working day, or so many days later to the second."""
        if self.unit == "working_days":
            return close_of_day(calendar.after(civil_date(start), self.count))
        return start + timedelta(days=self.count)


@cache
def terms() -> Mapping[str, Term]:
    """Every term, by its code."""
    text = (files("sixclear.feedback") / "data" / "terms.csv").read_text(encoding="utf-8")
    return {row["code"]: _term(row) for row in csv.DictReader(text.splitlines())}


def term(code: str) -> Term:
    """The term with this code; raises KeyError."""
    return terms()[code]


def _term(row: Mapping[str, str]) -> Term:
    return Term(
        code=row["code"],
        count=int(row["count"]),
        unit=row["unit"],
        mark=row["mark"],
        basis=row["basis"] or None,
        name_vi=row["name_vi"],
        name_en=row["name_en"],
    )
