"""The table of cases of a task's submission: whether it came in time."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class TaskHandedInCase:
    """A task as it stands, and how its submission stands to its deadline; None without one."""

    title: str
    status: Literal["in_progress", "returned", "submitted", "completed"]
    submitted_at: datetime | None
    deadline: datetime | None
    handed_in: str | None


class _Table(BaseModel):
    rule: str
    cases: list[TaskHandedInCase]


CASES = _Table.model_validate_json(Path(__file__).with_name("task_handed_in.json").read_bytes()).cases
