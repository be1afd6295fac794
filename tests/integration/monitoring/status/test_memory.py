"""The status of the country and of programmes comes from memory: the same answer, without a statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from tests.benchmarks.baseline import compared
from tests.integration.monitoring.budgets import budget
from tests.integration.monitoring.documents import document
from tests.integration.monitoring.filings import filing
from tests.integration.monitoring.obstacles import obstacle
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start, utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.testing.eventually import eventually
from sixclear.monitoring.view import sources as views

pytestmark = pytest.mark.asyncio

STATUS = "/api/monitoring/v1/status"
MOVING = ("as_of", "staleness_seconds", "sources")


@contextmanager
def statements(database: Any) -> Iterator[list[str]]:
    """What is asked of a database's engine meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def look(site: Any, view: Any) -> None:
    site.clock.now = view.now
    await site.target._stream._look()


async def test_the_answer_is_the_ordinary_one_and_asks_nothing_of_the_database(
    site: Any, view: Any, events: Any
) -> None:
    told = [events.programme("hanoi"), events.programme("nq57-central"), events.entry("e")]
    told += [events.task(f"t{n}", programme=("hanoi", "nq57-central")[n % 2]) for n in range(5)]
    told += [events.task("t0", "progress_reported", programme="hanoi", status="in_progress")]
    told += [events.submission("s"), events.submission("sealed", visibility="sealed")]
    told += [events.period("t1", programme="hanoi", due_at=events.now), events.evidence("t1"), events.decision("t2")]
    told += [
        events.urge("t2"),
        filing(events, "t2"),
        obstacle(events, "t2"),
        document(events, "t2"),
        budget(events, "t2"),
    ]
    await view.fold(told)
    site.clock.now = view.now
    questions: list[dict[str, str]] = [{}, {"programme": "hanoi"}, {"programme": "nq57-central"}]
    answers = [await site.get("/status", **question) for question in questions]
    await look(site, view)
    for question, ordinary in zip(questions, answers, strict=True):
        with statements(site.target._database) as asked:
            kept = await site.get("/status", **question)
        assert asked == []
        assert kept.json() == ordinary.json()
        assert list(kept.json()) == list(ordinary.json())
        assert kept.headers["etag"] == ordinary.headers["etag"]
        assert kept.headers["content-type"] == ordinary.headers["content-type"]
    unknown = await site.get("/status", programme="none")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "programme-not-found")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ({"organisation": "01"}, "filter"),
        ({"organisation": "00004", "programme": "hanoi"}, "filter"),
        ({"assigned_by": "province"}, "filter"),
        ({"as_of": "2025-12-03"}, "as_of"),
        ({"as_of": "2025-12-04T05:03:30Z"}, "as_of"),
        ({"as_of": "2025-12-04", "organisation": "01", "assigned_by": "central"}, "as_of"),
        ({"as_of": "2025-12-04T05:20:00Z", "programme": "hanoi"}, "as_of"),
    ],
)
async def test_other_questions_are_one_statement_or_two_for_the_past(
    site: Any, view: Any, events: Any, question: dict[str, str], kind: str
) -> None:
    told = [events.organisation("01", level="province"), events.organisation("00004", parent="01", level="commune")]
    told += [events.programme("hanoi"), events.entry("e"), events.submission("s", organisation="01")]
    told += [events.submission("sealed", visibility="sealed"), events.task("b", lead="01", assigned_by="province")]
    told += [events.task("a", change, lead="00004", programme="hanoi") for change in ("assigned", "progress_reported")]
    await view.fold(told)
    site.clock.now = view.now
    ordinary = await site.get("/status", **question)
    await look(site, view)
    with statements(site.target._database) as asked:
        answer = await site.get("/status", **question)
    found = compared({f"status.{kind}.statements": len(asked)})
    assert not found.complaints, (found.complaints, asked)
    assert answer.status_code == 200
    assert answer.json() == ordinary.json()
    assert answer.headers["etag"] == ordinary.headers["etag"]


@pytest.mark.parametrize("when", [{}, {"as_of": "2025-12-04"}, {"as_of": "2025-12-04T05:20:00Z"}])
async def test_another_question_is_answered_from_memory_until_the_next_change(
    site: Any, view: Any, events: Any, when: dict[str, str]
) -> None:
    await view.fold([events.organisation("01"), events.organisation("02"), events.task("a", lead="01")])
    await look(site, view)
    first = await site.get("/status", organisation="01", **when)
    with statements(site.target._database) as asked:
        again = await site.get("/status", organisation="01", **when)
        same = await site.client.get(str(again.url), headers={"If-None-Match": again.headers["etag"]})
    assert (asked, same.status_code) == ([], 304)
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert (await site.get("/status", organisation="02", **when)).json()["tasks"]["total"] == 0
    await view.fold([events.task("b", lead="01")])
    await look(site, view)
    changed = (await site.get("/status", organisation="01", **when)).json()
    assert changed["tasks"]["total"] == 2


@pytest.mark.parametrize("question", [{"as_of": "2025-12-04"}, {"assigned_by": "central"}, {"programme": "hanoi"}])
async def test_sealed_submissions_of_a_kept_answer_are_those_of_the_civil_day(
    site: Any, view: Any, events: Any, question: dict[str, str]
) -> None:
    """What became known of them on a day counts from its end on; an answer that is kept is none of the day before."""
    told = [events.programme("hanoi"), events.task("a"), *(events.submission(n, visibility="sealed") for n in "st")]
    await view.fold(told)
    for now in (view.now, civil_day_end(civil_date(view.now)), view.now + timedelta(days=1)):
        view.now = site.clock.now = now
        ordinary = await site.get("/status", **question)
        await look(site, view)
        first = await site.get("/status", **question)
        with statements(site.target._database) as asked:
            again = await site.get("/status", **question)
        assert asked == []
        assert first.json() == again.json() == ordinary.json()
        assert first.headers["etag"] == again.headers["etag"] == ordinary.headers["etag"]


async def test_the_rest_of_today_is_asked_again(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.organisation("01"), events.task("a", lead="01")])
    await look(site, view)
    begun = (view.now - timedelta(hours=1)).isoformat()
    with statements(site.target._database) as asked:
        for _ in range(2):
            assert (await site.get("/status", as_of=begun)).status_code == 200
    assert len(asked) == 4


@pytest.mark.parametrize("question", [{}, {"programme": "hanoi"}, {"assigned_by": "central"}, {"organisation": "01"}])
async def test_no_kept_answer_outlives_the_turn_of_the_year(
    site: Any, view: Any, events: Any, question: dict[str, str]
) -> None:
    """The last look was in the old year, a moment ago: what is due this year is asked of the new one all the same."""
    turn = civil_day_start(date(2026, 1, 1))
    due = {"old": turn - timedelta(days=9), "new": turn + timedelta(days=9)}
    told = [events.organisation("01"), events.programme("hanoi")]
    told += [events.task(name, lead="01", programme="hanoi", deadline=at) for name, at in due.items()]
    await view.fold(told)
    await view.pass_time(turn - timedelta(seconds=0.5))
    await look(site, view)
    for now, year, remaining in ((view.now, 2025, 1), (turn, 2026, 2), (turn + timedelta(seconds=1), 2026, 2)):
        site.clock.now = now
        for _ in range(2):
            answer = (await site.get("/status", **question)).json()
            assert datetime.fromisoformat(answer["as_of"]) == now
            assert answer["tasks"]["remaining_this_year"] == remaining
            assert answer["denominators"]["remaining_this_year"]["value"] == year


async def test_what_needs_attention_is_one_statement(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.programme("hanoi"), events.task("a", programme="hanoi")])
    for question in ({}, {"programme": "hanoi"}):
        with statements(site.target._database) as asked:
            answer = await site.get("/attention", **question)
        assert answer.status_code == 200
        found = compared({"status.attention.statements": len(asked) - len(question)})
        assert not found.complaints, (found.complaints, asked)


async def test_provinces_and_a_timeline_ask_only_for_their_figures(site: Any, view: Any, events: Any) -> None:
    told = [events.organisation("01", level="province"), events.programme("hanoi"), events.task("a", lead="01")]
    await view.fold(told)
    site.clock.now = view.now
    questions: list[tuple[str, dict[str, str]]] = [
        ("provinces", {}),
        ("provinces", {"programme": "hanoi"}),
        ("provinces", {"as_of": "2025-12-04"}),
        ("timeline", {}),
        ("timeline", {"to": "2025-12-04"}),
        ("timeline", {"organisation": "01", "to": "2025-12-04"}),
    ]
    ordinary = [(await site.get(f"/{path}", **question)).json() for path, question in questions]
    await look(site, view)
    for (path, question), before in zip(questions, ordinary, strict=True):
        with statements(site.target._database) as asked:
            answer = await site.get(f"/{path}", **question)
        assert answer.json() == before
        found = compared({f"status.{path}.statements": len(asked)})
        assert not found.complaints, (question, found.complaints, asked)


async def test_what_is_not_known_is_refused_as_ever(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    await look(site, view)
    for when in ({}, {"as_of": "2025-12-01"}):
        answer = await site.get("/status", organisation="nowhere", **when)
        assert (answer.status_code, answer.json()["code"]) == (422, "reference-unknown")
        answer = await site.get("/status", programme="none", **when)
        assert (answer.status_code, answer.json()["code"]) == (404, "programme-not-found")


async def test_what_has_not_changed_is_a_304_from_memory(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    await look(site, view)
    tag = (await site.get("/status")).headers["etag"]
    with statements(site.target._database) as asked:
        answer = await site.client.get(STATUS, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content, asked) == (304, b"", [])
    await view.fold([events.task("b")])
    await look(site, view)
    answer = await site.client.get(STATUS, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["tasks"]["total"]) == (200, 2)


async def test_the_age_grows_with_the_time_since_the_look_and_ends_the_memory(
    site: Any, view: Any, events: Any
) -> None:
    await view.fold([events.task("a")])
    async with view.database.transaction() as session:
        sources = ("tasks", "feedback", "data-catalog")
        await views.note_progress(session, [(name, view.now, 0) for name in sources], view.token, view.now)
    await look(site, view)
    for seconds in (0, 1, 2):
        site.clock.now = view.now + timedelta(seconds=seconds)
        with statements(site.target._database) as asked:
            answer = (await site.get("/status")).json()
        assert (answer["staleness_seconds"], asked) == (seconds, [])
        assert datetime.fromisoformat(answer["as_of"]) == site.clock.now
    site.clock.now = view.now + timedelta(seconds=4)
    with statements(site.target._database) as asked:
        answer = (await site.get("/status")).json()
    assert answer["staleness_seconds"] == 4
    assert asked, "the follower did not look for too long: the database is asked"


async def test_refused_figures_are_not_in_memory(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    await look(site, view)
    assert (await site.get("/status")).status_code == 200
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE leadership SET reconciled = false"))
    await look(site, view)
    answer = await site.get("/status")
    assert (answer.status_code, answer.json()["code"]) == (503, "figures-do-not-reconcile")
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE leadership SET reconciled = true"))
    await look(site, view)
    assert (await site.get("/status")).status_code == 200


async def test_a_replica_that_does_not_fold_answers_from_memory_too(
    new_runtime: Any, log: EventLog, view: Any, events: Any
) -> None:
    logs = {"tasks": log, "feedback": log, "data-catalog": log}
    runtimes = [new_runtime(utc_now, logs=logs)[0] for _ in range(2)]
    url = view.database.url
    async with running(url, runtimes[0]) as (leader, _), running(url, runtimes[1]) as (other, client):

        async def leads() -> bool:
            return bool(leader.streams())

        await eventually(leads)
        assert not other.streams()
        await publish(log, events.task("a"))

        async def shown() -> bool:
            kept = other._stream.memory.answer(())
            return kept is not None and b'"total":1' in kept[0]

        await eventually(shown)
        assert (await client.get(STATUS)).json()["tasks"]["total"] == 1
