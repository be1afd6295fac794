"""Any stream, doubled, shuffled and replayed in batches of any size, gives the same view."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.integration.monitoring.budgets import budget
from tests.integration.monitoring.documents import document
from tests.integration.monitoring.filings import filing
from tests.integration.monitoring.obstacles import obstacle

from sixclear.common.bus.envelope import Envelope
from sixclear.common.ids import stable_id
from sixclear.monitoring.view import gaps
from sixclear.monitoring.view.reconcile import differences
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

_LEADS = ("01", "00004", "00005", "G06", None)
_PROGRAMMES = ("nq57-central", "hanoi")
_STATUSES = ("assigned", "submitted", "completed", "paused", "cancelled", "proposed")
# A story begins at noon; this is the first instant of the civil day in which it can end.
_MIDNIGHT = datetime(2025, 12, 4, 17, tzinfo=UTC)
_STAGES = ("not_deployed", "deploying_foundation", "formed_centralised")
_SELECTIONS = [
    Selection(),
    Selection(programme="hanoi"),
    Selection(assigned_by="province"),
    *(Selection(stable_id("organisation", code)) for code in ("01", "02", "00004")),
    Selection(stable_id("organisation", "01"), "hanoi", "province"),
]
_TABLES = (
    "counter, day_delta, day_rollup, last_report, gap, organisation_state, organisation_history, programme_state, "
    "programme_history, task_state, task_history, submission_state, submission_history, entry_state, entry_history, "
    "period_state, period_history, evidence_state, evidence_history, decision_state, decision_history, "
    "urge_state, urge_history, filing_state, filing_history, "
    "obstacle_state, obstacle_history, document_state, document_history, "
    "budget_state, budget_history, "
    "criteria_state, criteria_history, assessment_state, assessment_history"
)


def story(events: Any, steps: list[tuple[int, int, int]]) -> list[Envelope]:
    """Things that happen, one per step, to a handful of entities."""
    told = [
        events.organisation("01", level="province"),
        events.organisation("02", level="province"),
        events.organisation("00004", parent="01", level="commune"),
        events.organisation("00005", parent="01", level="commune"),
    ]
    for what, which, how in steps:
        near = events.now + timedelta(minutes=7 * how)
        task: dict[str, Any] = {
            "lead": _LEADS[(which + how // 5) % len(_LEADS)],
            "programme": _PROGRAMMES[which % 2],
            "assigned_by": ("central", "province")[(which // 2) % 2],
            "kind": "recurring" if which == 3 else "one_off",
            "deadline": None if how == 0 else near,
            "original_deadline": None if how == 0 else near - timedelta(minutes=20 * (which % 2)),
            "submitted_at": events.now if how in (1, 2) else None,
            "percent": (0, 90)[which % 2],
            "expected_on": (None, date(2025, 12, 8), date(2025, 12, 30))[how % 3],
        }
        if what < 5:
            told.append(events.task(f"t{which}", "updated", status=_STATUSES[how], **task))
        elif what == 5:
            # Days away: on the way to its deadline it turns due soon and at risk, each at the end of a civil day.
            task["deadline"] = _MIDNIGHT + timedelta(days=8 - (which + how) % 4, minutes=7 * how)
            told.append(events.task(f"t{which}", "extended", status="in_progress", **task))
        elif what < 8:
            change = ("progress_reported", "returned")[how % 2]
            told.append(events.task(f"t{which}", change, status="in_progress", **task))
        elif what == 8:
            status = ("received", "assigned", "answered")[how % 3]
            due = {"due_soon_at": near, "due_at": near + timedelta(minutes=5)}
            told.append(events.submission(f"s{which}", "updated", status=status, organisation=task["lead"], **due))
            told.append(finer(events, which, how, near, organisation=task["lead"], **due))
        elif what == 9:
            lists = ("plan-02", "resolution-71")[: how % 3]
            told.append(
                events.entry(f"e{which}", lists=lists, stage=_STAGES[how % 3], owner="00004", registration="submitted")
            )
        elif what == 10:
            told.append(events.organisation("00004", parent=("01", "02", None)[how % 3], level="commune"))
        elif what == 11:
            told.append(period(events, which, how, task))
            told += judged(events, which, how, task)
        elif how < 2:
            told.append(events.task(f"t{which}", "withdrawn"))
    return told


def finer(events: Any, which: int, how: int, near: datetime, **facts: Any) -> Envelope:
    """A submission whose clock stands still, that another body has, opened again, appealed, or taken back."""
    change = ("clock_paused", "transferred", "reopened", "appealed", "taken_back", "clock_resumed")[how]
    facts |= {
        "status": "withdrawn" if change == "taken_back" else "assigned",
        "body_due_at": None if how == 0 else near + timedelta(minutes=20),
        "paused_since": events.now if how == 0 else None,
        "reopened_at": events.now if how in (2, 3) else None,
        "appeal_level": 1 if how == 3 else None,
    }
    made: Envelope = events.submission(f"s{which + 1}", change, **facts)
    return made


def period(events: Any, which: int, how: int, task: dict[str, Any]) -> Envelope:
    """Opened, reported early or late, sent back, over before it was due, withdrawn with its task."""
    change = ("opened", "reported", "returned", "locked", "moved", "withdrawn")[how]
    of_task = {name: task[name] for name in ("lead", "programme", "assigned_by")}
    due_at = events.now + timedelta(minutes=7 * (how - 2))
    facts: dict[str, Any] = {
        "due_at": due_at,
        "status": {"opened": "open", "moved": "open", "withdrawn": "open"}.get(change, change),
        "reported_at": events.now if change == "reported" else None,
        "locks_at": due_at - timedelta(minutes=3) if change == "locked" else None,
    }
    made: Envelope = events.period(f"p{which}", change, **facts, **of_task)
    return made


def judged(events: Any, which: int, how: int, task: dict[str, Any]) -> list[Envelope]:
    """An urge, a filing, a piece of evidence and a decision that come, are judged, and are withdrawn."""
    of_task = {name: task[name] for name in ("lead", "programme", "assigned_by")}
    change, state, outcome = (
        ("added", "waiting", "asked"),
        ("accepted", "accepted", "granted_otherwise"),
        ("refused", "refused", "withdrawn"),
        ("restated", "accepted", "accepted"),
        ("restated", "refused", "declined"),
        ("withdrawn", "waiting", "asked"),
    )[how]
    kind = ("extension", "transfer")[which % 2]
    # Days around midnight: a story may end on the other side of it.
    issued_on, effective_on = _MIDNIGHT.date() + timedelta(days=how % 3), _MIDNIGHT.date() + timedelta(days=1)
    days = {"issued_on": None if how == 3 else issued_on, "effective_on": effective_on, "due_on": _MIDNIGHT.date()}
    said = ("open", "answered", "lapsed", "told", "skipped", "open")[how]
    return [
        events.urge(f"u{which}", "withdrawn" if change == "withdrawn" else "urged", state=said, **of_task),
        filing(events, f"f{which}", state=("open", "filed", "missed", "locked", "exempted", "open")[how], **of_task),
        obstacle(
            events, f"o{which}", ("opened", "escalated", "settled", "reopened", "withdrawn", "opened")[how], **of_task
        ),
        budget(
            events,
            f"m{which}",
            ("requested", 1_000 + how, _MIDNIGHT.date()),
            ("approved", 10**12 + which, effective_on),
            ("requested", 10 * how, issued_on),
            change=change,
            **of_task,
        ),
        document(events, f"l{which}", change, **days, **of_task),
        events.evidence(f"e{which}", change, state=state, **of_task),
        events.decision(f"d{which}", change, kind=kind, state=outcome, **of_task),
    ]


async def figures(view: Any, instants: list[datetime]) -> list[Any]:
    """Everything that a reader can see: now and at each instant, for several selections."""
    seen: list[Any] = []
    for selection in _SELECTIONS:
        seen.append((await view.cells(selection), await view.last_report(selection)))
        for at in instants:
            seen.append((await view.cells_at(at, selection), await view.last_report_at(at, selection)))
    return seen


async def empty(view: Any) -> None:
    async with view.database.transaction() as session:
        await session.execute(text(f"TRUNCATE {_TABLES}"))


_told = given(
    steps=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(0, 5)), min_size=5, max_size=40),
    random=st.randoms(use_true_random=False),
    size=st.integers(1, 60),
)


def _stories(count: int) -> settings:
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_stories(12)
@_told
async def test_order_and_repetition_do_not_matter(
    view: Any, events: Any, steps: list[tuple[int, int, int]], random: Random, size: int
) -> None:
    await _any_order(view, events, steps, random, size)


@pytest.mark.long
@_stories(500)
@_told
async def test_order_and_repetition_do_not_matter_in_any_of_many_stories(
    view: Any, events: Any, steps: list[tuple[int, int, int]], random: Random, size: int
) -> None:
    await _any_order(view, events, steps, random, size)


async def _any_order(view: Any, events: Any, steps: list[tuple[int, int, int]], random: Random, size: int) -> None:
    events.forget()
    stream = story(events, steps)
    view.now = events.now + timedelta(minutes=random.randint(0, 40))
    instants = [random.choice(stream).occurred_at + timedelta(seconds=random.randint(-90, 90)) for _ in range(10)]

    await empty(view)
    await view.fold(stream)
    await view.pass_time(view.now)
    expected = await figures(view, instants)
    for selection in _SELECTIONS:
        assert await view.cells(selection) == await view.cells_at(view.now, selection)

    await empty(view)
    shuffled = [*stream, *random.choices(stream, k=len(stream) // 2)]
    random.shuffle(shuffled)
    early, view.now = view.now, events.now - timedelta(minutes=random.randint(0, 60))
    await view.fold(shuffled, size=size)
    await view.pass_time(early, limit=size)
    await view.fold(stream, size=size)
    assert await figures(view, instants) == expected
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
        assert set((await gaps.open_gaps(session)).values()) == {0}
