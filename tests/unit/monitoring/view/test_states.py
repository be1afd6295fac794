"""The fold's rules without a database."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.kind import Counted
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.view.states import COUNTRY, Key, Leaf, State, Version, counted_at, folded, rolled_up

DEADLINE = datetime(2025, 12, 31, 10, tzinfo=UTC)
JUST_AFTER = DEADLINE + timedelta(microseconds=1)


def task(**changes: Any) -> Any:
    data: dict[str, Any] = {
        "lead_organisation_id": str(uuid4()),
        "programme": "nq57-central",
        "assigned_by": "central",
        "title": "Nhiệm vụ",
        "status": "assigned",
        "kind": "one_off",
        "current_deadline": DEADLINE.isoformat(),
        "last_report_at": None,
        "demonstration": False,
    }
    return TASK.facts_of(data | changes)


def submission(**changes: Any) -> Any:
    data: dict[str, Any] = {
        "organisation_id": None,
        "programme": None,
        "status": "received",
        "kind": "initiative",
        "visibility": "public",
        "due_soon_at": (DEADLINE - timedelta(days=3)).isoformat(),
        "due_at": DEADLINE.isoformat(),
        "demonstration": False,
    }
    return SUBMISSION.facts_of(data | changes)


@pytest.mark.parametrize(
    ("changes", "at", "bucket"),
    [
        ({}, DEADLINE, "in_term"),
        ({}, JUST_AFTER, "overdue"),
        ({"status": "completed"}, JUST_AFTER, "completed"),
        ({"kind": "recurring"}, JUST_AFTER, "recurring"),
        ({"kind": "recurring", "status": "completed"}, JUST_AFTER, "recurring"),
        ({"current_deadline": None}, JUST_AFTER, "in_term"),
        ({"status": "paused"}, JUST_AFTER, "overdue"),
        ({"status": "submitted"}, JUST_AFTER, "overdue"),
        ({"status": "draft"}, DEADLINE, None),
        ({"status": "proposed"}, DEADLINE, None),
        ({"status": "cancelled"}, DEADLINE, None),
    ],
)
def test_a_task_is_in_one_bucket(changes: dict[str, Any], at: datetime, bucket: str | None) -> None:
    values = TASK.values(task(**changes), at)
    assert (values and values[0]) == bucket


@pytest.mark.parametrize(
    ("at", "bucket", "boundary"),
    [
        (DEADLINE - timedelta(days=4), "in_time", DEADLINE - timedelta(days=3)),
        (DEADLINE - timedelta(days=3), "in_time", DEADLINE - timedelta(days=3)),
        (DEADLINE - timedelta(days=2), "due_soon", DEADLINE),
        (DEADLINE, "due_soon", DEADLINE),
        (JUST_AFTER, "overdue", None),
    ],
)
def test_a_submission_passes_two_clocks(at: datetime, bucket: str, boundary: datetime | None) -> None:
    assert SUBMISSION.values(submission(), at) == (bucket, "late" if bucket == "overdue" else "in_time")
    assert SUBMISSION.boundary(submission(), at) == boundary
    assert SUBMISSION.values(submission(status="answered"), at) == ("answered", "answered")
    assert SUBMISSION.boundary(submission(status="answered"), at) is None


def test_a_body_that_took_a_submission_over_has_a_clock_of_its_own() -> None:
    later = DEADLINE + timedelta(days=9)
    taken_over = submission(body_due_at=later.isoformat())
    assert SUBMISSION.values(taken_over, JUST_AFTER) == ("overdue", "in_time")
    assert SUBMISSION.boundary(taken_over, JUST_AFTER) == later
    assert SUBMISSION.values(taken_over, later + timedelta(microseconds=1)) == ("overdue", "late")


def test_a_boundary_is_the_deadline_and_is_gone_once_passed() -> None:
    assert TASK.boundary(task(), DEADLINE) == DEADLINE
    assert TASK.boundary(task(), JUST_AFTER) is None
    assert TASK.boundary(task(status="completed"), DEADLINE) is None


def test_an_open_task_names_the_civil_year_of_its_deadline() -> None:
    new_year_in_hanoi = datetime(2025, 12, 31, 17, tzinfo=UTC)
    cells = set(TASK.cells(task(current_deadline=new_year_in_hanoi.isoformat()), "in_term", "due_soon"))
    part = Counted("task_part", "in_term:due_soon")
    assert cells == {Counted("task", ""), Counted("task_bucket", "in_term:2026"), part}


def test_an_entry_counts_once_in_a_list_that_it_is_in_by_two_editions() -> None:
    facts = ENTRY.facts_of(
        {
            "owner_organisation_id": str(UUID(int=7)),
            "code": "x",
            "name_vi": "CSDL",
            "kind": "database",
            "lists": [{"list": "resolution-71", "edition": "2025"}, {"list": "resolution-71", "edition": "2026"}],
            "deployment_stage": "not_deployed",
            "risk": None,
            "registration": {"status": "submitted"},
            "demonstration": False,
        }
    )
    assert Counter(ENTRY.cells(facts, "listed")) == {
        Counted("database", "resolution-71"): 1,
        Counted("database_stage", "resolution-71/not_deployed"): 1,
        Counted("database_not_approved", str(UUID(int=7))): 1,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "finished"},
        {"current_deadline": "2025-12-31T17:00:00"},
        {"title": None},
        {"lead_organisation_id": "x"},
    ],
)
def test_what_the_view_reads_must_be_right(changes: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        task(**changes)


def version(number: int, facts: Any) -> Version[Any]:
    at = DEADLINE - timedelta(days=40 - number)
    return Version(UUID(int=1), number, number - 1 or None, "updated", at, at, facts)


@given(order=st.permutations(range(1, 7)), cuts=st.lists(st.integers(1, 5), max_size=3))
def test_the_greatest_version_stands_whatever_comes_first(order: list[int], cuts: list[int]) -> None:
    versions = {n: version(n, None if n == 3 else task(title=str(n))) for n in order}
    state: State[Any] | None = None
    bounds = [0, *sorted(set(cuts)), 6]
    for start, end in pairwise(bounds):
        if part := [versions[n] for n in order[start:end]]:
            state = folded(TASK, state, part, DEADLINE)
    assert state is not None
    assert (state.version, state.withdrawn_version, state.values) == (6, 3, ("in_term", "at_risk"))
    assert state.facts is not None
    assert state.facts.title == "6"


def test_counting_at_another_instant_moves_bucket_and_boundary() -> None:
    state = folded(TASK, None, [version(1, task())], DEADLINE)
    assert (state.values, state.next_boundary) == (("in_term", "at_risk"), DEADLINE)
    after = counted_at(TASK, state, JUST_AFTER)
    assert (after.values, after.next_boundary) == (("overdue", "at_risk"), None)
    assert Counted("task_part", "overdue:late") in after.cells


def test_a_leaf_is_rolled_up_to_everything_above_it() -> None:
    commune, province = UUID(int=4), UUID(int=1)
    item = Leaf(commune, "hanoi", "province", "task", "")
    keys = rolled_up({item: 2}, {commune: [commune, province]})
    assert keys == {
        Key(scope, programme, level, "task", ""): 2
        for scope in (commune, province, COUNTRY)
        for programme in ("", "hanoi")
        for level in ("", "province")
    }


def test_a_leaf_without_dimensions_is_counted_once() -> None:
    item = Leaf(None, "", "", "feedback", "")
    assert rolled_up({item: 1}, {}) == {Key(COUNTRY, "", "", "feedback", ""): 1}
    assert rolled_up({item: 0}, {}) == {}
