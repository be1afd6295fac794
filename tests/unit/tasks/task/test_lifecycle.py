"""The life of a task, step by step, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.unit.tasks.conftest import NOW, a_task

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.errors import EvidenceMissing, SixClearsMissing
from sixclear.tasks.task.lifecycle import Report


def test_a_six_clear_task_is_assigned() -> None:
    until = datetime(2025, 12, 11, 10, 0, tzinfo=UTC)
    assigned = {"status": "assigned", "assigned_at": NOW, "accept_by": until}
    assert lifecycle.assign(a_task(), NOW, enforced=True).fields == assigned
    body = uuid4()
    own = a_task(lead_organisation_id=body, assigning_organisation_id=body)
    assert lifecycle.assign(own, NOW, enforced=True).fields["accept_by"] is None, "a body answers nothing to itself"


def test_every_missing_clear_is_named_at_once() -> None:
    task = a_task(responsible_position=None, product=None, current_deadline=None)
    with pytest.raises(SixClearsMissing) as refusal:
        lifecycle.assign(task, NOW, enforced=True)
    assert [error["code"] for error in refusal.value.errors] == ["person", "time", "product"]
    assert refusal.value.errors[0]["pointer"] == "#/responsible_position"


def test_a_programme_that_only_warns_still_needs_a_lead_body() -> None:
    assert lifecycle.assign(a_task(product=None), NOW, enforced=False).name == "assigned"
    with pytest.raises(SixClearsMissing):
        lifecycle.assign(a_task(lead_organisation_id=None), NOW, enforced=False)


def test_a_recurring_task_needs_a_rule_in_place_of_a_date() -> None:
    task = a_task(kind="recurring", current_deadline=None)
    assert lifecycle.missing_clears(task) == ["time"]
    assert lifecycle.missing_clears(task.changed({"recurrence": "FREQ=MONTHLY;BYMONTHDAY=22"})) == []


def test_the_first_report_starts_the_work() -> None:
    change = lifecycle.report(a_task(status="assigned"), Report(30, "Design is ready"), NOW)
    assert change.fields == {"status": "in_progress", "percent": 30, "last_report_at": NOW, "reports_count": 1}


def test_a_report_without_percent_keeps_the_last_one() -> None:
    change = lifecycle.report(a_task(status="in_progress", percent=40), Report(None, "Waiting for data"), NOW)
    assert change.fields["percent"] == 40


def test_a_result_needs_evidence() -> None:
    with pytest.raises(EvidenceMissing):
        lifecycle.submit(a_task(status="in_progress"), NOW)
    submitted = lifecycle.submit(a_task(status="in_progress", evidence_count=1), NOW)
    assert submitted.fields["submitted_at"] == NOW


def test_only_a_submitted_task_is_confirmed() -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        lifecycle.confirm(a_task(status="in_progress"), NOW, uuid4())
    assert "submitted" in refusal.value.detail


def test_an_extension_keeps_the_original_deadline() -> None:
    later = NOW + timedelta(days=30)
    assert lifecycle.extend(a_task(status="assigned"), later).fields == {"current_deadline": later}


def test_of_a_completed_task_only_the_classification_changes() -> None:
    lifecycle.allow_update(a_task(status="completed"), {"classification": "restricted"}, enforced=True)
    changed = {"classification": "restricted", "title": "Another"}
    with pytest.raises(TransitionNotAllowed):
        lifecycle.allow_update(a_task(status="completed"), changed, enforced=True)


def test_what_is_being_worked_on_stays_six_clear() -> None:
    task, changed = a_task(status="in_progress"), {"product": None, "title": "Another"}
    with pytest.raises(SixClearsMissing) as refusal:
        lifecycle.allow_update(task, changed, enforced=True)
    assert [error["code"] for error in refusal.value.errors] == ["product"]
    lifecycle.allow_update(task, changed, enforced=False)
    lifecycle.allow_update(a_task(product=None), {"title": "Another"}, enforced=True)
    lifecycle.allow_update(a_task(status="assigned", product=None), {"classification": "restricted"}, enforced=True)


def test_a_recurring_task_is_never_handed_in() -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.submit(a_task(status="in_progress", kind="recurring", evidence_count=1), NOW)
