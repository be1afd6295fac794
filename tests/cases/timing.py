"""The table of cases of timing: how work stands to its deadline."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class TimingCase:
    """Work at an instant, and how it stands; None where it stands nowhere."""

    title: str
    at: datetime
    state: Literal["open", "submitted", "paused", "completed"]
    deadline: datetime | None
    original_deadline: datetime | None
    submitted_at: datetime | None
    percent: int
    expected_on: date | None
    standing: str | None
    original: str | None
    waits_since: datetime | None


class _Table(BaseModel):
    rule: str
    cases: list[TimingCase]


CASES = _Table.model_validate_json(Path(__file__).with_name("timing.json").read_bytes()).cases
