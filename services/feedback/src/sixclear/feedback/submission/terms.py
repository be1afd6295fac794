"""The terms of a case's clocks, as data (`data/clock-terms.csv`): what the law says (R16), and what we propose.

What senders and bodies have after the answer is in `sixclear.feedback.terms`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


@cache
def terms() -> Mapping[str, Term]:
    """Every term, by its code."""
    text = (files("sixclear.feedback") / "data" / "clock-terms.csv").read_text(encoding="utf-8")
    return {row["code"]: _term(row) for row in csv.DictReader(text.splitlines())}


def term(code: str) -> int:
    """How much the term with this code gives."""
    return terms()[code].count


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
