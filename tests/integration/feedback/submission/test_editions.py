"""A new edition of the calendar moves the open cases that it gives another due time, once, and says so."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from tests.integration.feedback.conftest import Service, a_submission, an_answer, told_by_an_earlier_edition

from sixclear.common.logging import configure_logging
from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.service import bare_runtime
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.metrics import CALENDAR_LEFT
from sixclear.feedback.submission.service.editions import move_open_cases, watch_end
from sixclear.feedback.target import create_target

DECEMBER = {"days": 406}  # from 3 November 2025 to 14 December 2026
FIRST = {"due_at": "2027-01-04T10:00:00Z", "due_soon_at": "2026-12-30T10:00:00Z"}


async def moved(service: Service) -> int:
    """How many cases a process that starts now moves."""
    return await move_open_cases(service.database, service.log, service.clock())


@pytest.mark.asyncio
async def test_a_case_that_counts_over_new_year_moves_with_an_event_that_names_the_edition(service: Service) -> None:
    service.clock.pass_by(**DECEMBER)
    submission_id, code = await a_submission(service)
    assert (await service.case(code))["due_at"] == "2027-01-05T10:00:00Z"
    await told_by_an_earlier_edition(service, **FIRST)
    case = await service.case(code)
    assert (case["due_at"], case["clock"]["special_days"]) == (FIRST["due_at"], [])
    service.clock.pass_by(hours=1)
    assert await moved(service) == 1
    case = await service.case(code)
    clock = case["clock"]
    assert case["due_at"] == clock["due_at"] == "2027-01-05T10:00:00Z"
    assert (clock["calendar_edition"], clock["first_due_at"]) == ("2026.2", FIRST["due_at"])
    assert [day["day"] for day in clock["special_days"]] == ["2027-01-01"]
    written = (await service.events())[-1]
    assert (written.change, written.version, written.previous_version) == ("due_moved", 2, 1)
    assert (written.data["due_at"], written.data["calendar_edition"]) == ("2027-01-05T10:00:00Z", "2026.2")
    assert written.entity_id == submission_id


@pytest.mark.asyncio
async def test_a_due_time_beyond_the_published_calendar_is_provisional_wherever_it_is_shown(service: Service) -> None:
    await a_submission(service, "a" * 16)
    service.clock.pass_by(**DECEMBER)
    submission_id, code = await a_submission(service, "b" * 16)
    receipt = await service.send({"kind": "feedback", "title": "x", "text": "y"}, "c" * 16)
    assert receipt.json()["due_provisional"] is True
    assert [item["due_provisional"] for item in (await service.get("/submissions"))["items"]] == [False, True, True]
    whole = await service.get(f"/submissions/{submission_id}")
    assert (whole["due_provisional"], whole["clock"]["provisional"]) == (True, True)
    triaged = await service.post("feedback-hub", f"/submissions/{submission_id}/triage", {})
    assert triaged.json()["due_provisional"] is True
    assert (await service.case(code))["clock"]["provisional"] is True


@pytest.mark.asyncio
async def test_processes_that_start_together_and_again_move_each_case_once(service: Service) -> None:
    service.clock.pass_by(**DECEMBER)
    for sign in "abcde":
        await a_submission(service, sign * 16)
    await told_by_an_earlier_edition(service, **FIRST)
    assert sum(await asyncio.gather(*(moved(service) for _ in range(4)))) == 5
    assert await moved(service) == 0
    assert [written.change for written in await service.events()].count("due_moved") == 5


@pytest.mark.asyncio
async def test_more_cases_cost_no_more_statements(service: Service) -> None:
    service.clock.pass_by(**DECEMBER)
    counts = []
    for keys in ("a", "bcdefgh"):
        for sign in keys:
            await a_submission(service, sign * 16)
        await told_by_an_earlier_edition(service, **FIRST)
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: Any, sent: list[str] = sent) -> None:
            sent.append(statement)

        engine = service.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        await moved(service)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 9


@pytest.mark.asyncio
async def test_an_answered_case_and_one_that_keeps_its_due_time_are_left(service: Service) -> None:
    submission_id, _ = await a_submission(service, "a" * 16)
    case = f"/submissions/{submission_id}"
    organisation = {"organisation_id": an_answer()["responsible_organisation_id"]}
    for step, body in (("triage", {}), ("assign", organisation)):
        await service.post("feedback-hub", f"{case}/{step}", body)
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer())
    published = await service.post("feedback-publisher", f"{case}/answers/{drafted.json()['answer_id']}/publish", {})
    assert published.status_code == 200, published.text
    await told_by_an_earlier_edition(service, due_at="2025-11-20T10:00:00Z", due_soon_at="2025-11-18T10:00:00Z")
    _, code = await a_submission(service, "b" * 16)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET calendar_edition = '2026.1'"))
    assert await moved(service) == 0
    assert (await service.case(code))["clock"]["first_due_at"] is None


def test_the_end_of_the_published_calendar_is_a_figure_and_within_90_days_a_warning() -> None:
    with said_in_logs() as said:
        watch_end(MovingClock(datetime(2026, 10, 1, tzinfo=UTC)))
        assert "calendar ends soon" not in said.getvalue()
        assert [sample.value for metric in CALENDAR_LEFT.collect() for sample in metric.samples] == [91 * 86_400]
        watch_end(MovingClock(datetime(2026, 10, 3, tzinfo=UTC)))
        assert "calendar ends soon" in said.getvalue()


@contextmanager
def said_in_logs() -> Iterator[io.StringIO]:
    """What the process logs meanwhile, however a test before set logs up."""
    stream = io.StringIO()
    configure_logging(CommonSettings(), stream=stream)
    yield stream
    configure_logging(CommonSettings())


def _target(url: str, home: Path) -> SourceTarget[Settings]:
    return create_target(bare_runtime(home), Settings(database_url=url))


@pytest.mark.asyncio
async def test_the_service_moves_cases_when_it_starts(service: Service, tmp_path: Path) -> None:
    service.clock.pass_by(**DECEMBER)
    await a_submission(service)
    await told_by_an_earlier_edition(service, **FIRST)
    target = _target(service.database.engine.url.render_as_string(hide_password=False), tmp_path)
    await target.start()
    await target.stop()
    assert (await service.events())[-1].change == "due_moved"
