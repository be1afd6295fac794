"""States of a task, as rules read them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sixclear.tasks.task.lifecycle import TaskState

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def a_task(**fields: Any) -> TaskState:
    """A six-clear task that is only proposed."""
    known: dict[str, Any] = {
        "classification": "public",
        "status": "proposed",
        "kind": "one_off",
        "recurrence": None,
        "title": "Connect the shared database of enterprises",
        "assigning_organisation_id": uuid4(),
        "lead_organisation_id": uuid4(),
        "coordinating_organisation_ids": (),
        "responsible_position": {"title": "Director of digital transformation"},
        "product": "A database that runs",
        "authority": "Plan 02, clause 3",
        "current_deadline": NOW + timedelta(days=5),
        "percent": 0,
        "last_report_at": None,
        "reports_count": 0,
        "evidence_count": 0,
        "assigned_at": None,
        "submitted_at": None,
        "occurred_at": NOW - timedelta(days=1),
    }
    return TaskState(**(known | fields))
