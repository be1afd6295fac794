"""The days whose state an official report describes: `report_days.json`, which holds no figures."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("report_days.json")


@dataclass(frozen=True, slots=True)
class ReportDay:
    """A day whose state an official report describes."""

    day: date
    publisher: str
    published_on: date | None
    subject_vi: str
    subject_en: str
    url: str | None = None


@cache
def report_days(programme: str) -> tuple[ReportDay, ...]:
    """The official reports about `programme`, oldest first."""
    return tuple(
        ReportDay(
            day=date.fromisoformat(row["state_of"]),
            publisher=row["publisher"],
            published_on=date.fromisoformat(row["published_on"]) if row["published_on"] else None,
            subject_vi=row["subject_vi"],
            subject_en=row["subject_en"],
            url=row.get("url"),
        )
        for row in json.loads(_SOURCE.read_text("utf-8"))
        if row["programme"] == programme
    )
