"""What a mapping makes of reports, and under which key."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import ValidationError

from sixclear.tasks.connector.rules import Made, make, request_of, says_period
from sixclear.tasks.connector.schemas import ConnectorEntry

FIRST, SECOND = UUID(int=1), UUID(int=2)
BODY, OTHER = UUID(int=8), UUID(int=9)
AT = datetime(2025, 12, 4, 3, tzinfo=UTC)


def task(task_id: UUID, **changes: Any) -> Any:
    said = {"text": f"Việc {task_id.int}", "difficulty": None, "cause": None, "remedy": None, "percent": 30}
    state = {"classification": "public", "completed_at": None, "lead_organisation_id": BODY, "own_fields": {"von": 7}}
    dates = {"occurred_at": AT, "expected_on": date(2026, 1, 2), "task_version": 3}
    return SimpleNamespace(task_id=task_id, title="Tên", organisation="Phường", **said | state | dates | changes)


def entry(fields: list[dict[str, Any]], *task_ids: UUID, **changes: Any) -> ConnectorEntry:
    items = [{"index": "A 1/2", "task_ids": [str(one) for one in task_ids]}]
    given = {"name": "x", "adapter": "http", "address": "https://a.vn/{period}/{index}"}
    return ConnectorEntry.model_validate(given | {"mapping": {"items": items, "fields": fields}} | changes)


def made(said: ConnectorEntry, *tasks: Any, period: str | None = "2025-W49") -> Made:
    known = {one.task_id: one for one in tasks}
    found = make(said, said.mapping, said.mapping.items[0], known, {BODY}, period)
    assert isinstance(found, Made), found
    return found


def test_fields_hold_what_the_task_and_its_last_report_say() -> None:
    names = ("index", "period", "text", "percent", "expected_on", "occurred_at", "title", "organisation", "difficulty")
    fields: list[dict[str, Any]] = [{"name": name, "of": name} for name in names]
    said = entry([*fields, {"name": "von", "of": "own_field", "key": "von"}], FIRST)
    assert orjson.loads(made(said, task(FIRST)).content) == {
        "index": "A 1/2",
        "period": "2025-W49",
        "text": "Việc 1",
        "percent": 30,
        "expected_on": "2026-01-02",
        "occurred_at": "2025-12-04T03:00:00+00:00",
        "title": "Tên",
        "organisation": "Phường",
        "difficulty": None,
        "von": 7,
    }


def test_texts_are_joined_in_the_order_of_the_mapping_and_a_silent_unit_is_left_out() -> None:
    said = entry([{"name": "t", "of": "text"}], SECOND, FIRST)
    assert orjson.loads(made(said, task(FIRST), task(SECOND)).content) == {"t": "Việc 2\nViệc 1"}
    assert orjson.loads(made(said, task(FIRST), task(SECOND, task_version=None)).content) == {"t": "Việc 1"}


def test_the_key_is_that_of_the_reports_whatever_their_form() -> None:
    said, mended = (entry([{"name": name, "of": "text"}], FIRST, address="https://a.vn/") for name in ("a", "b"))
    assert made(said, task(FIRST)).key == made(mended, task(FIRST)).key
    assert made(said, task(FIRST)).key != made(said, task(FIRST, task_version=4)).key
    assert made(said, task(FIRST)).key == made(said, task(FIRST), period="2025-W50").key, "it does not say the period"
    periods = entry([{"name": "a", "of": "period"}], FIRST)
    assert says_period(periods, periods.mapping)
    assert made(periods, task(FIRST)).key != made(periods, task(FIRST), period="2025-W50").key


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"classification": "restricted"}, "task-restricted"),
        ({"lead_organisation_id": OTHER}, "task-not-yours"),
        ({"task_version": None}, "no-report"),
        ({"text": "x" * 300_000}, "content-too-large"),
    ],
)
def test_what_is_not_sent_says_why(changes: dict[str, Any], reason: str) -> None:
    said = entry([{"name": "t", "of": "text"}], FIRST)
    assert make(said, said.mapping, said.mapping.items[0], {FIRST: task(FIRST, **changes)}, {BODY}, None) == reason


def test_an_index_is_one_part_of_the_address() -> None:
    said = entry([{"name": "t", "of": "text"}], FIRST)
    assert request_of(said, "A 1/2?", "2025-W49", "k")[:2] == ("PUT", "https://a.vn/2025-W49/A%201%2F2%3F")


def test_another_sixclear_gets_a_report_on_its_own_task() -> None:
    said = entry([], FIRST, SECOND, adapter="sixclear", source="central", address="https://a.vn/")
    content = orjson.loads(made(said, task(FIRST), task(SECOND, difficulty="Khó")).content)
    assert content.pop("idempotency_key")
    assert content == {
        "source": "central",
        "external_id": "A 1/2",
        "text": "Việc 1\nViệc 2",
        "difficulty": "Khó",
        "occurred_at": "2025-12-04T03:00:00+00:00",
    }
    assert request_of(said, "A 1/2", None, "k")[1] == "https://a.vn/api/tasks/v1/progress/bulk"


@pytest.mark.parametrize(
    "fields",
    [
        [{"name": "p", "of": "percent"}],
        [{"name": "p", "of": "percent", "task_id": str(UUID(int=3))}],
        [{"name": "t", "of": "text"}, {"name": "t", "of": "cause"}],
        [{"name": "t", "of": "own_field"}],
    ],
    ids=["of-which-task", "of-another-item", "twice", "without-key"],
)
def test_a_mapping_that_says_nothing_definite_is_refused(fields: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        entry(fields, FIRST, SECOND)
