"""When a ladder is due, over Tết and exchanged days, and which ladders are refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.calendar import calendar
from sixclear.common.clock import CIVIL_ZONE
from sixclear.tasks.programme.errors import LadderRefused
from sixclear.tasks.programme.ladder import DEFAULT, Ladder, Rung, check_ladder, ladder_of, stored


def civil(*parts: int) -> datetime:
    """An instant by its civil time."""
    return datetime(*parts, tzinfo=CIVIL_ZONE).astimezone(UTC)  # type: ignore[arg-type, misc]


def days(deadline: datetime, ladder: Ladder = DEFAULT) -> dict[str, str]:
    """The civil day and hour of each rung."""
    return {rung.rule: f"{ladder.due_at(rung, deadline).astimezone(CIVIL_ZONE):%m-%d %H}" for rung in ladder.rungs}


def test_it_is_civil_days_up_to_the_first_after_and_then_working_days() -> None:
    assert days(civil(2025, 12, 18, 17)) == {
        "-7d": "12-11 08",
        "-3d": "12-15 08",
        "0d": "12-18 08",
        "+1d": "12-19 08",
        "+5wd": "12-25 08",
        # New Year and the day off in exchange for 10 January.
        "+10wd": "01-05 08",
    }


def test_over_tet_what_falls_on_days_off_is_due_on_the_first_working_day() -> None:
    # Tết is off from Saturday 14 to Sunday 22 February 2026.
    assert days(civil(2026, 2, 24, 17)) == {
        "-7d": "02-23 08",
        "-3d": "02-23 08",
        "0d": "02-24 08",
        "+1d": "02-25 08",
        "+5wd": "03-03 08",
        "+10wd": "03-10 08",
    }
    assert days(civil(2026, 2, 13, 17))["+1d"] == "02-23 08"
    assert days(civil(2026, 2, 13, 17))["+5wd"] == "02-27 08"


def test_a_saturday_that_is_worked_in_exchange_is_a_day_of_the_ladder() -> None:
    # Friday 2 January 2026 is off, Saturday 10 January works for it.
    assert days(civil(2026, 1, 9, 17))["+1d"] == "01-10 08"
    assert days(civil(2026, 1, 2, 17))["+5wd"] == "01-09 08"
    assert days(civil(2026, 1, 2, 17))["+10wd"] == "01-15 08"


def test_it_is_sent_within_the_hours_of_working_days_only() -> None:
    assert [DEFAULT.sends_at(civil(2026, 1, 9, hour)) for hour in (7, 8, 16, 17)] == [False, True, True, False]
    assert not DEFAULT.sends_at(civil(2026, 2, 18, 9))
    assert DEFAULT.sends_at(civil(2026, 1, 10, 9)), "the exchanged Saturday"
    assert DEFAULT.next_sending(civil(2026, 2, 13, 18)) == civil(2026, 2, 23, 8)
    assert DEFAULT.next_sending(civil(2026, 2, 12, 6)) == civil(2026, 2, 12, 8)
    late = Ladder((), sent_from=13, sent_until=15)
    assert late.next_sending(civil(2026, 2, 12, 15)) == civil(2026, 2, 13, 13)


@given(
    st.integers(0, 800),
    st.integers(0, 23),
    st.lists(st.integers(-30, 40), min_size=1, max_size=6, unique=True).map(sorted),
    st.integers(0, 6),
)
def test_a_ladder_that_is_taken_never_has_a_rung_due_before_a_lower_one(
    day: int, hour: int, offsets: list[int], working_from: int
) -> None:
    first = next((place for place, one in enumerate(offsets) if one > 0), len(offsets)) + working_from
    ladder = Ladder(tuple(Rung(one, place >= first, "doer") for place, one in enumerate(offsets)))
    check_ladder(ladder)
    deadline = civil(2025, 1, 1, hour) + timedelta(days=day)
    due = [ladder.due_at(rung, deadline) for rung in ladder.rungs]
    assert due == sorted(due)
    assert all(ladder.sends_at(one) and calendar().works(one.astimezone(CIVIL_ZONE).date()) for one in due)


@pytest.mark.parametrize(
    ("rungs", "pointer", "code"),
    [
        ((Rung(-3, False, "doer"), Rung(-7, False, "doer")), "#/rungs/1/days", "not-rising"),
        ((Rung(1, False, "doer"), Rung(1, True, "head")), "#/rungs/1/days", "not-rising"),
        ((Rung(-3, True, "doer"),), "#/rungs/0/working", "civil-before"),
        ((Rung(5, True, "doer"), Rung(9, False, "head")), "#/rungs/1/working", "civil-after-working"),
        ((Rung(0, False, "late_list"),), "#/rungs/0/to", "not-late-yet"),
    ],
)
def test_a_ladder_that_cannot_be_names_its_rung(rungs: tuple[Rung, ...], pointer: str, code: str) -> None:
    with pytest.raises(LadderRefused) as refused:
        check_ladder(Ladder(rungs))
    assert [(one["pointer"], one["code"]) for one in refused.value.errors or ()] == [(pointer, code)]


def test_hours_in_which_nothing_is_sent_are_refused() -> None:
    with pytest.raises(LadderRefused):
        check_ladder(Ladder((), sent_from=17, sent_until=17))


def test_what_is_stored_is_what_was_given() -> None:
    assert ladder_of(stored(DEFAULT)) == DEFAULT
    assert ladder_of(None) == DEFAULT
    assert ladder_of(stored(Ladder((), 13, 15, 2))) == Ladder((), 13, 15, 2)
