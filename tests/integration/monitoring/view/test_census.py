"""What a source counts itself beside what the view counts at that position: differences are refused, and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sixclear.common.bus.envelope import Envelope
from sixclear.common.ids import stable_id
from sixclear.common.runtime.target import StreamState
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import FiguresDoNotReconcile, InvalidEvent
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.lead.censuses import Censuses
from sixclear.monitoring.status.service import status
from sixclear.monitoring.streams.repository import store_reports
from sixclear.monitoring.view import census
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.census import list_kept
from sixclear.monitoring.view.consumers import topics_of
from sixclear.monitoring.view.fold import fold
from sixclear.monitoring.view.generations import activate_next
from sixclear.monitoring.view.reconcile import reconcile, refuses, repair
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

ONE_TASK = {(None, "in_term"): 1, ("nq57-central", "in_term"): 1}


def stated(events: Any, source: str, counts: dict[tuple[str | None, str], int], **changes: Any) -> Envelope:
    """The census of a source that counts what was published up to now."""
    data = {
        "epoch": events.epoch,
        "position": events.position,
        "counted_at": events.now.isoformat(),
        "counts": [{"group": place[0], "state": place[1], "count": n} for place, n in counts.items()],
    }
    made: Envelope = events.event(source, "census", stable_id("census", source), "stated", data | changes)
    return made


async def judged(view: Any) -> dict[str, bool | None]:
    """Let the leader judge; whether the view agrees with the last census of each source that was compared."""
    await Censuses(view.database, lambda: view.now, token=view.token, on_change=lambda: None).judge()
    async with view.database.session() as session:
        known = await views.sources(session)
        kept = await list_kept(session)
        return {one.census.source: one.agrees(known[one.census.source].active_epoch) for one in kept}


async def is_refused(view: Any) -> bool:
    async with view.database.session() as session:
        try:
            await status(session, Selection(), at=None, now=view.now)
        except FiguresDoNotReconcile as error:
            return "count otherwise" in str(error)
        return False


async def planted(view: Any, fault: str) -> None:
    async with view.database.transaction() as session:
        await session.execute(text(fault))


async def test_all_sources_agree_and_nothing_is_refused(view: Any, events: Any) -> None:
    later = events.now + timedelta(days=9)
    view.now = events.now
    await view.fold(
        [
            events.task("a", deadline=later),
            events.task("b", deadline=events.now, programme="hanoi"),
            events.task("c", "completed", status="completed", lead=None),
            events.task("d", kind="recurring"),
            events.task("e", "proposed", status="proposed"),
            stated(
                events,
                "tasks",
                {
                    (None, "in_term"): 1,
                    (None, "overdue"): 1,
                    (None, "completed"): 1,
                    (None, "recurring"): 1,
                    ("nq57-central", "in_term"): 1,
                    ("nq57-central", "completed"): 1,
                    ("nq57-central", "recurring"): 1,
                    ("hanoi", "overdue"): 1,
                },
            ),
            events.submission("s", due_soon_at=later, due_at=later),
            events.submission("t", due_soon_at=events.now, due_at=later, organisation="G06"),
            events.submission("u", due_soon_at=events.now, due_at=events.now),
            events.submission("v", "answered", status="answered"),
            events.submission("sealed", visibility="sealed"),
            stated(
                events,
                "feedback",
                dict.fromkeys(((None, s) for s in ("in_time", "due_soon", "overdue", "answered")), 1),
            ),
            events.entry("e", lists=("plan-02", "core")),
            events.entry("f", stage="retire"),
            events.entry("none", lists=()),
            stated(
                events,
                "data-catalog",
                {("plan-02", "not_deployed"): 1, ("core", "not_deployed"): 1, ("plan-02", "retire"): 1},
            ),
        ]
    )
    await view.pass_time(events.now)
    assert await judged(view) == {"tasks": True, "feedback": True, "data-catalog": True}
    assert not await is_refused(view)


async def test_an_empty_system_agrees_that_there_is_nothing(view: Any, events: Any) -> None:
    await view.fold([stated(events, source, {}) for source in ("tasks", "feedback", "data-catalog")])
    assert await judged(view) == {"tasks": True, "feedback": True, "data-catalog": True}
    async with view.database.session() as session:
        sources = await views.sources(session)
        assert {name: (state.events, state.last_event_at) for name, state in sources.items()} == dict.fromkeys(
            ("tasks", "feedback", "data-catalog"), (0, None)
        ), "a census is no news of the data"


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE counter SET n = n + 1 WHERE measure IN ('task', 'task_bucket') AND programme = ''",
        "UPDATE counter SET n = 0 WHERE measure = 'task' AND programme = 'nq57-central'",
        "DELETE FROM counter WHERE measure = 'task' AND programme <> ''",
    ],
)
async def test_a_counter_changed_by_hand_is_refused_until_it_is_repaired(view: Any, events: Any, fault: str) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", ONE_TASK)])
    assert await judged(view) == {"tasks": True}
    await planted(view, fault)
    assert not await is_refused(view), "not before the next census"
    await view.fold([events.task("b"), stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))])
    assert await judged(view) == {"tasks": False}
    assert await is_refused(view)
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert await judged(view) == {"tasks": True}
    assert not await is_refused(view)


async def test_records_and_counters_changed_alike_are_seen_by_the_census_alone(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), events.task("b")])
    await planted(view, "DELETE FROM task_history WHERE title LIKE '%b'")
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert await reconcile(view.database, lambda: view.now) == []
    await view.fold([stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))])
    assert await judged(view) == {"tasks": False}


async def test_a_lost_event_is_refused_and_taken_back_when_it_comes(view: Any, events: Any) -> None:
    first, lost = events.task("a"), events.task("b")
    await view.fold([first, stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))])
    assert await judged(view) == {"tasks": False}
    async with view.database.session() as session:
        assert await refuses(session)
        (kept,) = await list_kept(session)
    assert kept.differences[0] == {
        "check": "census",
        "source": "tasks",
        "group": "",
        "state": "",
        "stated": 2,
        "counted": 1,
    }
    await view.fold([lost])
    assert await judged(view) == {"tasks": True}
    assert not await is_refused(view)


async def test_operators_measure_what_differs_and_how_old_a_census_is(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", {})])
    await judged(view)
    began, now = events.now, events.now + timedelta(minutes=40)
    async with view.database.session() as session:
        await census.measure(session, began, now)
    counted_at = events.now - timedelta(minutes=1)  # the census itself took a minute

    def said(gauge: Any, source: str) -> float:
        return float(gauge.labels(source)._value.get())

    assert said(metrics.CENSUS_DIFFERENCES, "tasks") == 4
    assert said(metrics.CENSUS_AGE, "tasks") == (now - counted_at).total_seconds()
    assert (said(metrics.CENSUS_DIFFERENCES, "feedback"), said(metrics.CENSUS_AGE, "feedback")) == (0, 2400)


async def test_a_past_instant_is_not_judged_by_it(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", {})])
    assert await judged(view) == {"tasks": False}
    async with view.database.session() as session:
        answer = await status(session, Selection(), at=events.now, now=view.now)
    assert answer.tasks.total == 1


async def test_the_next_census_that_agrees_takes_the_refusal_back(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", {})])
    assert await judged(view) == {"tasks": False}
    await view.fold([stated(events, "tasks", ONE_TASK)])
    assert await judged(view) == {"tasks": True}


async def test_what_came_after_the_position_is_not_held_against_it(view: Any, events: Any) -> None:
    deadline = events.now + timedelta(hours=2)
    view.now = events.now
    await view.fold([events.task("a", deadline=deadline), events.task("b", deadline=deadline)])
    counted = stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))
    await view.fold(
        [
            events.task("c", deadline=deadline),
            events.task("a", "completed", status="completed"),
            events.task("a", "returned", programme="hanoi"),
            counted,
        ]
    )
    await view.pass_time(deadline + timedelta(hours=1))
    assert await judged(view) == {"tasks": True}


async def test_a_timer_that_is_late_is_no_difference(view: Any, events: Any) -> None:
    deadline = events.now + timedelta(minutes=2)
    view.now = events.now
    await view.fold([events.task("a", deadline=deadline)])
    events.now = deadline + timedelta(hours=1)
    await view.fold([stated(events, "tasks", {(None, "overdue"): 1, ("nq57-central", "overdue"): 1})])
    assert await judged(view) == {"tasks": True}


async def test_what_was_withdrawn_since_leaves_it_to_the_next_census(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), events.task("b")])
    counted = stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))
    await view.fold([events.task("b", "withdrawn"), counted])
    assert await judged(view) == {"tasks": None}
    await view.fold([stated(events, "tasks", ONE_TASK)])
    assert await judged(view) == {"tasks": True}


async def test_versions_that_a_release_without_positions_folded_leave_it_to_the_next_one(
    view: Any, events: Any
) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", {}), events.task("b")])
    await planted(view, "UPDATE task_history SET position = NULL")
    assert await judged(view) == {"tasks": None}
    events.now += timedelta(minutes=10)
    await view.fold([stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))])
    assert await judged(view) == {"tasks": True}


async def test_an_older_census_never_replaces_a_later_one(view: Any, events: Any) -> None:
    task = events.task("a")
    early, late = stated(events, "tasks", {}), stated(events, "tasks", ONE_TASK)
    await view.fold([task, late, early])
    await view.fold([early])
    assert await judged(view) == {"tasks": True}


async def test_a_census_of_before_a_restore_is_ignored(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", ONE_TASK)])
    assert await judged(view) == {"tasks": True}
    events.forget()
    events.epoch, events.now = 2, view.now - timedelta(hours=1)
    again = [events.task("x"), events.task("y")]
    await view.fold([*again, stated(events, "tasks", {}, epoch=1, position=99)])
    async with view.database.session() as session:
        assert [kept.census.epoch for kept in await list_kept(session)] == [1]
    await view.fold([stated(events, "tasks", dict.fromkeys(ONE_TASK, 3))])
    assert await judged(view) == {"tasks": True}, "readers still see the log that agreed"
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)
    assert await judged(view) == {"tasks": False}, "that of the restored log counts another task"


async def test_after_a_rebuild_the_same_census_is_compared_again(view: Any, events: Any) -> None:
    first, lost = events.task("a"), events.task("b")
    counted = stated(events, "tasks", dict.fromkeys(ONE_TASK, 2))
    await view.fold([first, counted])
    assert await judged(view) == {"tasks": False}
    async with view.database.transaction() as session:
        known = (await views.sources(session))["tasks"]
        number = await views.begin_next(session, known, 1, known.rules, view.now, replayed=True)
        await fold(session, [first, lost, counted], token=view.token, now=view.now, only=number)
    assert await is_refused(view)
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)
    assert not await is_refused(view)
    assert await judged(view) == {"tasks": True}


async def test_behind_a_relay_it_waits_until_everything_before_it_was_sent_and_read(view: Any, events: Any) -> None:
    """Partitions have no common order: the census may come before what it counts."""

    async def relay(waiting: int) -> None:
        async with view.database.transaction() as session:
            lag = 60.0 if waiting else 0.0
            state = StreamState(
                service="tasks", name="relay", kind="relay", running=True, lag_messages=waiting, lag_seconds=lag
            )
            await store_reports(session, [state], view.now)

    async def read_until_now() -> None:
        async with view.database.transaction() as session:
            await views.note_progress(session, [("tasks", view.now, 0)], view.token, view.now)

    async with view.database.transaction() as session:
        await views.note_relayed(session, True, view.token)
    late = events.task("a")
    await view.fold([stated(events, "tasks", ONE_TASK)])
    await read_until_now()
    assert await judged(view) == {"tasks": None}, "no relay was heard of"
    view.now += timedelta(seconds=1)
    await relay(waiting=1)
    assert await judged(view) == {"tasks": None}, "the relay keeps something back that is older"
    view.now += timedelta(seconds=1)
    await relay(waiting=0)
    await read_until_now()
    view.now += timedelta(seconds=1)
    assert await judged(view) == {"tasks": None}, "what was sent by then may not be read yet"
    await view.fold([late])
    view.now += timedelta(seconds=1)
    await read_until_now()
    assert await judged(view) == {"tasks": True}


async def test_a_former_leader_judges_nothing(view: Any, events: Any) -> None:
    await view.fold([events.task("a"), stated(events, "tasks", {})])
    async with view.database.transaction() as session:
        await views.take_leadership(session, "another", view.now)
    with pytest.raises(Exception, match="token"):
        await judged(view)
    assert not await is_refused(view)


async def test_a_census_that_cannot_be_read_is_set_aside(view: Any, events: Any) -> None:
    with pytest.raises(InvalidEvent):
        await view.fold([stated(events, "tasks", {}, position="many")])


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["assigned", "completed", "proposed", "recurring"]),
        st.sampled_from(["nq57-central", "hanoi"]),
        st.integers(-5, 5),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.data())
async def test_at_every_position_the_view_counts_what_was_published_up_to_it(
    view: Any, events: Any, steps: Any, data: Any
) -> None:
    """Whatever came after it, in whatever order, and whatever deadlines passed: the same counts as the fold alone."""
    await planted(view, "TRUNCATE task_state, task_history, counter, source_census, last_report, gap")
    events.forget()
    view.now = events.now
    stream = []
    for number, status_, programme, hours in steps:
        kind = "recurring" if status_ == "recurring" else "one_off"
        deadline = events.now + timedelta(hours=hours)
        known = status_ if status_ != "recurring" else "assigned"
        stream.append(events.task(f"t{number}", status=known, kind=kind, programme=programme, deadline=deadline))
    upto = data.draw(st.integers(0, len(stream)))
    at = events.now
    latest = {event.entity_id: event for event in stream[:upto]}
    counts: dict[tuple[str | None, str], int] = {}
    for event in latest.values():
        facts = TASK.facts_of(event.data)
        if values := TASK.values(facts, at):
            for group in (None, facts.programme):
                counts[group, values[0]] = counts.get((group, values[0]), 0) + 1
    counted = stated(events, "tasks", counts, position=upto, counted_at=at.isoformat())
    await view.fold(data.draw(st.permutations([*stream, counted])), size=3)
    await view.pass_time(at + timedelta(hours=data.draw(st.integers(-4, 8))))
    assert await judged(view) == {"tasks": True}


async def test_its_topic_is_read_of_every_source() -> None:
    for source in ("tasks", "feedback", "data-catalog"):
        assert f"sixclear.{source}.{census.ENTITY_TYPE}.v1" in topics_of(source)
