"""A progress report is decided without a database: the state and the command in, the decision out."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from tests.unit.tasks.conftest import NOW, a_record

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.db import dump_json
from sixclear.common.use_case import (
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
)
from sixclear.tasks.reporting.rules import CHANGE, ReportCommand, ReportingState, StatedPercent, decide, needs
from sixclear.tasks.task.errors import RemedyMissing
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.public import Hidden
from sixclear.tasks.task.recording import event_data, event_json

HOUR = timedelta(hours=1)


def an_assigned(**fields: Any) -> TaskRecord:
    known: dict[str, Any] = {"status": "assigned", "assigned_at": NOW - 24 * HOUR, "version": 2, "published_version": 2}
    return a_record(**(known | fields))


def said_by(organisation_id: UUID | None, **fields: Any) -> ReportCommand:
    known: dict[str, Any] = {
        "scopes": frozenset({"tasks:report", "facts:past"}),
        "percent": 40,
        "text": "Đang làm",
        "difficulty": None,
        "cause": None,
        "remedy": None,
        "occurred_at": None,
    }
    return ReportCommand(organisation_id, **(known | fields))


def test_a_report_moves_the_task_by_one_version() -> None:
    task = an_assigned()
    decision = decide(ReportingState(task), said_by(task.lead_organisation_id), NOW)
    after, report = decision.task, decision.report
    assert (after.version, after.published_version, after.percent, after.status) == (3, 3, 40, "in_progress")
    assert (after.reports_count, after.last_report_at, after.recorded_at) == (1, NOW, NOW)
    assert report is not None
    assert (report.task_version, report.percent, report.occurred_at) == (3, 40, NOW)
    assert decision.previous_version == 2
    assert task.version == 2, "the state is frozen"


def test_the_event_has_all_that_the_task_has_now() -> None:
    task = an_assigned()
    decision = decide(ReportingState(task), said_by(task.lead_organisation_id), NOW)
    data = event_data(decision.task, CHANGE, decision.hidden)
    assert (data.programme, data.percent, data.reports_count) == ("plan", 40, 1)
    assert orjson.loads(dump_json(event_json(decision.task, CHANGE, None))) == data.model_dump(mode="json")


def test_what_the_body_said_last_today_changes_nothing() -> None:
    task = an_assigned()
    first = decide(ReportingState(task), said_by(task.lead_organisation_id), NOW)
    assert first.report is not None
    again = ReportingState(first.task, [first.report])
    assert decide(again, said_by(task.lead_organisation_id), NOW + HOUR).report is None
    assert decide(again, said_by(task.lead_organisation_id), NOW + 24 * HOUR).report is not None
    assert decide(again, said_by(task.lead_organisation_id, percent=41), NOW + HOUR).report is not None


def test_another_body_may_not_report() -> None:
    with pytest.raises(OrganisationNotAllowed):
        decide(ReportingState(an_assigned()), said_by(uuid4()), NOW)
    with pytest.raises(OrganisationNotAllowed):
        decide(ReportingState(an_assigned()), said_by(None), NOW)


def test_each_time_that_does_not_fit_is_refused() -> None:
    task = an_assigned()
    lead = task.lead_organisation_id
    for refusal, command in (
        (FactsPastNotAllowed, said_by(lead, scopes=frozenset(), occurred_at=NOW)),
        (FactInFuture, said_by(lead, occurred_at=NOW + HOUR)),
        (FactBehindLastChange, said_by(lead, occurred_at=NOW - 48 * HOUR)),
    ):
        with pytest.raises(refusal):
            decide(ReportingState(task), command, NOW)
    over = an_assigned(status="completed")
    with pytest.raises(TransitionNotAllowed):
        decide(ReportingState(over), said_by(over.lead_organisation_id), NOW)


def test_a_late_report_without_a_percentage_has_that_of_its_time() -> None:
    task = an_assigned(occurred_at=NOW, last_report_at=NOW, percent=70, reports_count=2)
    command = said_by(task.lead_organisation_id, percent=None, occurred_at=NOW - 2 * HOUR)
    assert needs(task, command, NOW).stated
    stated = [StatedPercent(NOW - 3 * HOUR, 3, 30, 30, published=True), StatedPercent(NOW, 4, 70, 70, published=True)]
    decision = decide(ReportingState(task, stated=stated), command, NOW)
    assert decision.report is not None
    assert (decision.report.percent, decision.task.percent) == (30, 70)


def test_what_is_hidden_stays_hidden_when_a_report_is_made_in_public() -> None:
    task = an_assigned(reports_count=2, percent=80)
    hidden = Hidden(reports=1, evidence=0, percent=20, last_report_at=NOW - 5 * HOUR)
    decision = decide(ReportingState(task, hidden=hidden), said_by(task.lead_organisation_id, percent=None), NOW)
    assert decision.report is not None
    assert (decision.report.percent, decision.report.public_percent) == (80, 20)
    data = event_data(decision.task, CHANGE, decision.hidden)
    assert (data.percent, data.reports_count, data.last_report_at) == (20, 2, NOW)
    assert orjson.loads(dump_json(event_json(decision.task, CHANGE, decision.hidden))) == data.model_dump(mode="json")


def test_of_most_tasks_nothing_else_is_read() -> None:
    task = an_assigned()
    wanted = needs(task, said_by(task.lead_organisation_id), NOW)
    assert (wanted.said, wanted.hidden, wanted.stated) == (False, False, False)
    today = needs(an_assigned(last_report_at=NOW, reports_count=1), said_by(task.lead_organisation_id), NOW)
    assert (today.said, today.hidden) == (True, True)
    restricted = an_assigned(classification="restricted", reports_count=1)
    assert not needs(restricted, said_by(task.lead_organisation_id, percent=None), NOW).hidden


@pytest.mark.parametrize(("day", "remedy", "refused"), [(13, None, False), (14, None, True), (14, "Thêm người", False)])
def test_from_five_days_behind_the_deadline_on_a_report_states_a_remedy(
    day: int, remedy: str | None, refused: bool
) -> None:
    task = an_assigned()  # its deadline is on 9 December
    command = said_by(task.lead_organisation_id, expected_on=date(2025, 12, day), remedy=remedy)
    if refused:
        with pytest.raises(RemedyMissing, match="5 days"):
            decide(ReportingState(task), command, NOW)
        return
    assert decide(ReportingState(task), command, NOW).task.expected_on == date(2025, 12, day)


def test_days_of_slip_are_those_of_the_civil_calendar() -> None:
    # 23:30 UTC on the 8th is the 9th in the civil zone.
    task = an_assigned(current_deadline=NOW.replace(day=8, hour=23, minute=30))
    decide(ReportingState(task), said_by(task.lead_organisation_id, expected_on=date(2025, 12, 13)), NOW)
    with pytest.raises(RemedyMissing):
        decide(ReportingState(task), said_by(task.lead_organisation_id, expected_on=date(2025, 12, 14)), NOW)


def test_without_a_deadline_nothing_slips() -> None:
    task = an_assigned(current_deadline=None)
    command = said_by(task.lead_organisation_id, expected_on=date(2030, 1, 1))
    assert decide(ReportingState(task), command, NOW).task.expected_on == date(2030, 1, 1)


def test_what_was_expected_stays_until_a_newer_report_says_otherwise() -> None:
    task = an_assigned(expected_on=date(2025, 12, 12), last_report_at=NOW, occurred_at=NOW, reports_count=1)
    silent = decide(ReportingState(task), said_by(task.lead_organisation_id), NOW + HOUR).task
    assert silent.expected_on == date(2025, 12, 12)
    late = said_by(task.lead_organisation_id, expected_on=date(2025, 12, 10), occurred_at=NOW - HOUR)
    assert decide(ReportingState(task), late, NOW + HOUR).task.expected_on == date(2025, 12, 12)


def test_a_report_that_expects_another_day_is_no_repetition() -> None:
    task = an_assigned()
    said = said_by(task.lead_organisation_id, expected_on=date(2025, 12, 14), remedy="Thêm người")
    first = decide(ReportingState(task), said, NOW)
    assert first.report is not None
    again = ReportingState(first.task, [first.report])
    assert decide(again, said, NOW + HOUR).report is None
    other = said_by(task.lead_organisation_id, expected_on=date(2025, 12, 15), remedy="Thêm người")
    assert decide(again, other, NOW + HOUR).report is not None
    assert decide(again, said_by(task.lead_organisation_id, remedy="Thêm người"), NOW + HOUR).report is not None
