"""Scores: answers and figures of a body come together; what is not known stays so, and no list ranks bodies."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.assessments import answered, assessment, criteria
from tests.integration.monitoring.budgets import budget
from tests.integration.monitoring.conftest import NOON
from tests.unit.tasks.criteria.test_criteria_rules import MONTHLY

pytestmark = pytest.mark.asyncio

ANSWERS = [
    answered("I.1", 10),
    answered("I.2", 10, verified=5),
    answered("II.1.3.2", 18, evidence=0),
    answered("II.2", 8),
    answered("II.3.1", 6),
    answered("II.3.2", 3),
]


async def told(site: Any, view: Any, at: datetime, **query: Any) -> dict[str, Any]:
    site.clock.now = view.now = at
    response = await site.get("/scores", criteria=MONTHLY, period="2025-12", **query)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def places(view: Any, events: Any) -> None:
    await view.fold(
        [
            events.programme("nq57-central"),
            events.programme("hanoi", owner="01"),
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("00005", parent="01", level="commune"),
            criteria(events),
        ]
    )


def of(score: dict[str, Any], code: str) -> dict[str, Any]:
    return dict(next(one for one in score["criteria"] if one["code"] == code))


def done(events: Any, name: str, *, late: bool = False, **of_task: Any) -> list[Any]:
    """A task of the commune that is given and completed, before its deadline or after it."""
    deadline = events.now + timedelta(minutes=1 if late else 30)
    given = events.task(name, lead="00004", deadline=deadline, **of_task)
    handed_in = events.now + timedelta(minutes=2)
    more = {"lead": "00004", "deadline": deadline, "submitted_at": handed_in} | of_task
    return [given, events.task(name, "completed", status="completed", **more)]


async def test_the_share_on_time_is_of_all_tasks_given_in_the_year(site: Any, view: Any, events: Any) -> None:
    await places(view, events)
    now, events.now = events.now, datetime(2024, 12, 31, 16, 0, tzinfo=UTC)  # before the year begins in Việt Nam
    await view.fold(done(events, "of last year"))
    events.now = now
    await view.fold([*done(events, "a"), *done(events, "b"), *done(events, "late", late=True)])
    # Given and not due yet: it counts; a proposal, another body's task and another programme's do not.
    await view.fold(
        [
            events.task("open", lead="00004", deadline=events.now + timedelta(days=90)),
            events.task("proposed", "proposed", status="proposed", lead="00004"),
            events.task("other", lead="00005"),
            *done(events, "city", programme="hanoi"),
            assessment(events, "00004"),
        ]
    )
    early = events.now
    (score,) = (await told(site, view, early))["items"]
    share = of(score, "II.1.1")["share"]
    assert (share["numerator"], share["denominator"], share["percent"]) == (2, 4, 50.0)
    assert share["of"] == "all given in the year"
    assert (of(score, "II.1.1")["own"]["points"], of(score, "II.1.2")["own"]["points"]) == (0, 10)
    # A task that goes to another body goes with its whole share; what was so then stays so as of then.
    events.now = early + timedelta(days=1)
    deadline = events.now + timedelta(days=90)
    await view.fold(
        [
            events.task("late", "transferred", status="completed", lead="00005", deadline=deadline),
            events.task("open", "progress_reported", status="in_progress", lead="00004", deadline=deadline),
        ]
    )
    (moved,) = (await told(site, view, events.now))["items"]
    assert (of(moved, "II.1.1")["share"]["numerator"], of(moved, "II.1.1")["share"]["denominator"]) == (2, 3)
    (then,) = (await told(site, view, events.now, as_of=early.isoformat()))["items"]
    assert of(then, "II.1.1") == of(score, "II.1.1")
    # What is done after the month has ended moves its score no more.
    ended = datetime(2025, 12, 31, 17, tzinfo=UTC)
    events.now = ended + timedelta(days=1)
    await view.fold([events.task("open", "completed", status="completed", lead="00004", submitted_at=events.now)])
    later = await told(site, view, events.now)
    assert later["figures_as_of"] == "2025-12-31T16:59:59.999999Z"
    assert of(later["items"][0], "II.1.1")["share"]["denominator"] == 3
    assert of(later["items"][0], "II.1.1")["share"]["numerator"] == 2


async def test_money_disbursed_is_of_the_lines_that_say_both_by_that_day(site: Any, view: Any, events: Any) -> None:
    await places(view, events)
    day, later = date(2025, 12, 1), date(2025, 12, 20)
    await view.fold(
        [
            budget(
                events,
                "roads",
                ("allocated", 8_000, day),
                ("disbursed", 5_000, day),
                ("disbursed", 5_225, later),
                lead="00004",
            ),
            budget(events, "schools", ("allocated", 2_000, day), ("disbursed", 2_000, later), lead="00004"),
            # Not counted: nothing says what was disbursed; another year; another body; restricted since.
            budget(events, "no report", ("allocated", 9_000, day), lead="00004"),
            budget(events, "last year", ("allocated", 9, day), ("disbursed", 9, day), lead="00004", year=2024),
            budget(events, "other", ("allocated", 70, day), ("disbursed", 7, day), lead="00005"),
            budget(events, "hidden", ("allocated", 9_000, day), ("disbursed", 9, day), lead="00004"),
            budget(events, "hidden", ("allocated", 9_000, day), change="withdrawn", lead="00004"),
            assessment(events, "00004"),
            assessment(events, "01"),
        ]
    )
    at = datetime(2025, 12, 21, tzinfo=UTC)
    scores = {one["organisation_name"]: one for one in (await told(site, view, at))["items"]}
    money = of(scores["Cơ quan 00004"], "II.4")
    assert (money["share"]["numerator"], money["share"]["denominator"], money["share"]["percent"]) == (
        7225,
        10000,
        72.25,
    )
    assert money["own"] == {"points": 8.5, "not_applicable": False}, "72.25 / 85 × 10"
    without = of(scores["Cơ quan 01"], "II.4")
    assert (without["share"], without["own"]) == (None, {"points": None, "not_applicable": False})
    early = await told(site, view, at, organisation="00004", as_of="2025-12-19T17:00:00+07:00")
    assert of(early["items"][0], "II.4")["share"]["numerator"] == 5000, "the later papers are of a later day"
    assert of(early["items"][0], "II.4")["share"]["denominator"] == 8000


async def test_both_sides_are_computed_and_what_is_not_known_is_named(site: Any, view: Any, events: Any) -> None:
    await places(view, events)
    await view.fold([*done(events, "a"), *done(events, "b", programme="hanoi"), assessment(events, "00004")])
    opened = await told(site, view, events.now)
    assert (opened["ranked"], "never" in opened["note"]) == (False, True)
    (before,) = opened["items"]
    assert (before["state"], before["verified"], before["own"]["points"]) == ("open", None, None)
    assert {"I.1", "II.4", "II.5"} <= set(before["own"]["not_known"])
    in_time = {"answered_at": events.now.isoformat(), "due_at": (NOON + timedelta(days=10)).isoformat()}
    await view.fold([assessment(events, "00004", "verified", answers=ANSWERS, **in_time)])
    (score,) = (await told(site, view, events.now))["items"]
    assert score["own"]["not_known"] == ["II.4", "II.5"], "no line of money is known, nor is it the end of the window"
    # 10 + 10 + 10 (on time) + 10 + 0 (no evidence) + 8 + 6 + 3
    assert (score["own"]["points"], score["own"]["known_points"], score["own"]["maximum"]) == (None, 57, 100)
    assert of(score, "II.1.3.2")["own"] == {"points": 0, "not_applicable": False}
    assert of(score, "I.2")["verified"]["points"] == 5
    assert "I.1" in score["verified"]["not_known"]
    due = NOON + timedelta(days=10)
    await view.fold([])
    (after,) = (await told(site, view, due))["items"]
    assert (of(after, "II.5")["own"]["points"], after["own"]["not_known"]) == (0, ["II.4"]), "one has no evidence"


async def test_late_answers_cost_points_by_the_recorded_time(site: Any, view: Any, events: Any) -> None:
    await places(view, events)
    due = events.now + timedelta(days=1)
    late = {"due_at": due.isoformat(), "answered_at": due.isoformat(), "answers": ANSWERS}
    await view.fold([*done(events, "a"), assessment(events, "00004", "answered", **late)])
    (score,) = (await told(site, view, due + timedelta(hours=1)))["items"]
    assert (score["late_points"], of(score, "II.5")["own"]["points"]) == (2, 0)


async def test_scores_are_in_no_order_of_points_and_by_body_and_page(site: Any, view: Any, events: Any) -> None:
    await places(view, events)
    await view.fold([assessment(events, body) for body in ("00004", "00005")])
    whole = (await told(site, view, events.now))["items"]
    assert [one["assessment_id"] for one in whole] == sorted(one["assessment_id"] for one in whole)
    first = await told(site, view, events.now, limit=1)
    rest = await told(site, view, events.now, limit=1, cursor=first["next"])
    assert [*first["items"], *rest["items"]] == whole
    (own,) = (await told(site, view, events.now, organisation="00005"))["items"]
    assert own["organisation_name"] == "Cơ quan 00005"
    assert len((await told(site, view, events.now, organisation="01"))["items"]) == 2
    (early,) = (await told(site, view, events.now, as_of=(events.now - timedelta(seconds=1)).isoformat()))["items"]
    assert early["organisation_name"] == "Cơ quan 00004"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"criteria": "nowhere"}, 422, "reference-unknown"),
        ({"period": "2025"}, 422, "score-period-unknown"),
        ({"period": "2025-13"}, 422, "score-period-unknown"),
        ({"period": "9999-12"}, 422, "score-period-unknown"),
        ({"period": "x"}, 422, "invalid-request"),
        ({"organisation": "99999"}, 422, "reference-unknown"),
        ({"as_of": "2199-01-01"}, 422, "instant-in-future"),
        ({"cursor": "x"}, 400, "invalid-cursor"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(
    site: Any, view: Any, events: Any, query: dict[str, str], status: int, code: str
) -> None:
    await places(view, events)
    refused = await site.get("/scores", **({"criteria": MONTHLY, "period": "2025-12"} | query))
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
