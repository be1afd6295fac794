"""The clocks of a case beside a count day by day: pauses, decisions, transfers, editions of the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sixclear.common.calendar import Calendar, calendar
from sixclear.common.clock import CIVIL_ZONE, civil_date, close_of_day
from sixclear.feedback.submission.clocks import (
    ANSWER_WORKING_DAYS,
    DUE_SOON_WORKING_DAYS,
    AnswerClock,
    CaseFacts,
    Line,
    Moved,
    Stop,
    case_clock,
    days_left,
    overdue_since,
)
from sixclear.feedback.terms import term, terms

CALENDARS = [calendar(edition) for edition in ("2026.1", "2026.2")]
NEWEST = calendar()


def local(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CIVIL_ZONE)


@st.composite
def cases(draw: st.DrawFn) -> CaseFacts:
    """A case as its steps can leave it: each begins after the one before has ended, in the order of their instants."""
    at = draw(st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC)))  # noqa: DTZ001
    received, stops, moves, started = at, [], [], None
    for _ in range(draw(st.integers(0, 6))):
        at += timedelta(hours=draw(st.integers(0, 200)))
        step = draw(st.sampled_from(("stop", "move", "transfer")))
        if step == "stop":
            until = at + timedelta(hours=draw(st.integers(0, 400)))
            stops.append(Stop(at, until))
            # A transfer and a decision may come while the clock stands still; another stop may not.
            if draw(st.booleans()):
                at = until
            else:
                started = at + (until - at) / 2
                at = until
        elif step == "move":
            moves.append(Moved(at, draw(st.integers(1, 15))))
        else:
            started = at
    return CaseFacts(received, stops, moves, started)


def day_by_day(started: datetime, count: int, stops: list[Stop], days: Calendar) -> date:
    """As a clerk counts with a wall calendar: a day counts unless it is off, or the clock stood still on it."""
    day = civil_date(started)
    while count:
        day += timedelta(days=1)
        stood = any(civil_date(stop.from_at) < day <= civil_date(stop.to_at) for stop in stops)
        count -= days.works(day) and not stood
    return day


@settings(max_examples=300, deadline=None)
@given(facts=cases(), days=st.sampled_from(CALENDARS))
def test_both_clocks_are_what_a_count_day_by_day_gives(facts: CaseFacts, days: Calendar) -> None:
    clock = case_clock(facts, days)
    given_more = sum(move.working_days for move in facts.moves)
    stops = list(facts.stops)
    count = ANSWER_WORKING_DAYS + given_more
    assert clock.due_at == close_of_day(day_by_day(facts.received_at, count, stops, days))
    soon = day_by_day(facts.received_at, count - DUE_SOON_WORKING_DAYS, stops, days)
    assert clock.due_soon_at == close_of_day(soon)
    if facts.body_started_at is None:
        assert clock.body_due_at is None
        return
    body_due = day_by_day(facts.body_started_at, count, stops, days)
    assert clock.body_due_at == close_of_day(body_due)
    assert clock.body_due_at >= clock.due_at, "a body is never late before the sender's day"


def parts(clock: AnswerClock) -> list[list[Line]]:
    """The lines of each clock."""
    first = next((at for at, line in enumerate(clock.lines) if line.what == "transferred"), len(clock.lines))
    return [list(clock.lines[:first]), list(clock.lines[first:])]


@settings(max_examples=200, deadline=None)
@given(facts=cases(), days=st.sampled_from(CALENDARS))
def test_the_lines_of_an_explanation_add_up_to_the_due_day(facts: CaseFacts, days: Calendar) -> None:
    clock = case_clock(facts, days)
    for lines, due_at in zip(parts(clock), (clock.due_at, clock.body_due_at), strict=True):
        if due_at is not None:
            assert (
                lines[0].day + timedelta(days=sum(line.days for line in lines)) == lines[-1].day == civil_date(due_at)
            )
            assert all(line.days >= 0 for line in lines)


@settings(max_examples=200, deadline=None)
@given(facts=cases(), days=st.sampled_from(CALENDARS))
def test_no_transfer_moves_the_senders_clock(facts: CaseFacts, days: Calendar) -> None:
    without = CaseFacts(facts.received_at, facts.stops, facts.moves)
    moved, stayed = case_clock(facts, days), case_clock(without, days)
    assert (moved.due_at, moved.due_soon_at) == (stayed.due_at, stayed.due_soon_at)
    assert moved.lines[: len(stayed.lines)] == stayed.lines


@settings(max_examples=200, deadline=None)
@given(facts=cases())
def test_what_comes_later_never_makes_an_answer_due_earlier(facts: CaseFacts) -> None:
    """Whatever was added last, without it the answer was due no later."""
    whole = case_clock(facts, NEWEST)
    for shorter in (
        CaseFacts(facts.received_at, facts.stops[:-1], facts.moves, facts.body_started_at),
        CaseFacts(facts.received_at, facts.stops, facts.moves[:-1], facts.body_started_at),
    ):
        assert case_clock(shorter, NEWEST).due_at <= whole.due_at


def test_a_pause_over_a_weekend_takes_out_its_working_days_alone() -> None:
    asked, replied = local(2025, 11, 6), local(2025, 11, 11, 15)  # Thursday, the Tuesday after
    clock = case_clock(CaseFacts(local(2025, 11, 3), [Stop(asked, replied)]), NEWEST)
    assert clock.due_at == local(2025, 11, 27, 17)  # 24 November, and Friday, Monday and Tuesday
    assert [(line.what, line.days) for line in clock.lines] == [
        ("received", 0),
        ("answer", 15),
        ("stopped", 3),
        ("not_worked", 6),
        ("due", 0),
    ]


def test_a_reply_on_the_same_day_costs_the_body_nothing() -> None:
    stop = Stop(local(2025, 11, 6, 8), local(2025, 11, 6, 20))
    assert case_clock(CaseFacts(local(2025, 11, 3), [stop]), NEWEST).due_at == local(2025, 11, 24, 17)


def test_an_edition_with_another_holiday_counts_a_pause_and_a_decision_again() -> None:
    facts = CaseFacts(
        local(2026, 12, 14), [Stop(local(2026, 12, 30), local(2027, 1, 4))], [Moved(local(2026, 12, 15), 1)]
    )
    before, after = (case_clock(facts, days) for days in CALENDARS)
    assert (before.due_at, after.due_at) == (local(2027, 1, 8, 17), local(2027, 1, 8, 17))
    assert [line.days for line in before.lines if line.what == "stopped"] == [3]
    assert [line.days for line in after.lines if line.what == "stopped"] == [2], "New Year's Day is off"


@pytest.mark.parametrize(
    ("stops", "left"),
    [
        ([], 10),
        ([Stop(local(2025, 11, 6), local(2025, 11, 11))], 7),
        ([Stop(local(2025, 11, 6), local(2025, 11, 7)), Stop(local(2025, 11, 12), local(2025, 11, 13))], 0),
        ([Stop(local(2025, 11, 3), local(2025, 11, 17))], 0),
    ],
)
def test_a_clock_stands_still_twice_at_most_and_ten_working_days_in_all(stops: list[Stop], left: int) -> None:
    assert days_left(stops, NEWEST) == left


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    working_days=st.sampled_from((0, 5, 10)),
)
def test_a_case_is_told_higher_when_so_many_working_days_are_over(now: datetime, working_days: int) -> None:
    last = overdue_since(now, working_days, NEWEST)
    assert close_of_day(NEWEST.after(civil_date(last), working_days)) < now
    following = civil_date(last) + timedelta(days=1)
    assert close_of_day(NEWEST.after(following, working_days)) >= now


def test_each_term_says_whether_it_is_law_or_ours() -> None:
    law = {code: one.count for code, one in terms().items() if one.mark == "law"}
    assert law == {"refuse": 2, "complete": 5, "forward": 5, "answer": 15, "publish": 2}
    assert all((one.mark == "law") == (one.basis is not None) for one in terms().values())
    assert {one.mark for one in terms().values()} == {"law", "proposal"}
    assert (
        term("pause").count,
        term("pauses").count,
        term("escalate_superior").count,
        term("escalate_standing").count,
    ) == (10, 2, 5, 10)
