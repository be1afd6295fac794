"""States of a task, as rules read them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sixclear.tasks.programme.rules import ProgrammeFacts
from sixclear.tasks.task.lifecycle import TaskRecord, TaskState

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
        "expected_on": None,
        "reports_count": 0,
        "evidence_count": 0,
        "assigned_at": None,
        "submitted_at": None,
        "paused_since": None,
        "status_before_pause": None,
        "accept_by": None,
        "accepted_at": None,
        "objected_at": None,
        "occurred_at": NOW - timedelta(days=1),
    }
    return TaskState(**(known | fields))


def a_record(**fields: Any) -> TaskRecord:
    """The same task with all that events and answers say of it, at its first version."""
    state = a_task()
    known: dict[str, Any] = {
        **{name: getattr(state, name) for name in TaskState.__dataclass_fields__},
        "responsible_position": None,
        "product_kind": None,
        "own_fields": None,
        "inside_fields": None,
        "task_id": uuid4(),
        "code": "NV-1",
        "programme_id": uuid4(),
        "programme": ProgrammeFacts("plan", uuid4()),
        "directive_id": None,
        "clause": None,
        "upper_task_id": None,
        "upper_number": None,
        "description": None,
        "source": "ministry",
        "external_id": "NV-1",
        "assigned_by": "central",
        "leader_position": None,
        "original_deadline": None,
        "completed_at": None,
        "completed_by_organisation_id": None,
        "cancelled_at": None,
        "work_group": None,
        "replaced_by": None,
        "unmoved_at": None,
        "origin": None,
        "demonstration": False,
        "version": 1,
        "published_version": 1,
        "recorded_at": NOW - timedelta(days=1),
    }
    return TaskRecord(**(known | fields))
