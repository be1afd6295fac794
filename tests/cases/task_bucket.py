"""The table of cases of a task's bucket: whether it is counted, and whether it is overdue."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class TaskBucketCase:
    """A task as it stands, and the bucket that it is counted in at the instant of the table."""

    title: str
    status: str
    kind: str
    deadline: datetime | None
    bucket: str | None


class _Table(BaseModel):
    rule: str
    at: datetime
    cases: list[TaskBucketCase]


_TABLE = _Table.model_validate_json(Path(__file__).with_name("task_bucket.json").read_bytes())
AT, CASES = _TABLE.at, _TABLE.cases
