"""What a cell that came back does, which span a period is, and which tasks may be one work."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.errors import InvalidRequest
from sixclear.tasks.sheet.rules import FIELDS, Merged, Work, grouped, merge, proposals, span

ANSWERS = st.fixed_dictionaries(
    {name: st.sampled_from([None, "a", "b"]) for name in FIELDS if name not in ("percent", "expected_on")}
    | {"percent": st.sampled_from([None, 10, 20]), "expected_on": st.sampled_from([None, date(2025, 12, 19)])}
)


def test_what_was_touched_is_taken_where_no_other_changed_it() -> None:
    base = {"text": "a", "percent": 10}
    assert merge({"text": "b"}, {}, {}).answer == dict.fromkeys(FIELDS) | {"text": "b"}
    assert merge(base, base, {"text": "c", "percent": 30}) == Merged(touched=False), "it was left as it was got"
    assert merge({"text": "b"}, {}, {"text": "b", "percent": 10}) == Merged(touched=True), "it stands there already"
    assert merge({"text": "b", "percent": 20}, {}, {"text": "c", "percent": 10}).conflicts == ("percent", "text")
    joined = merge({"text": "a", "percent": 20}, base, {"text": "c", "percent": 10}).answer
    assert joined is not None
    assert (joined["text"], joined["percent"]) == ("c", 20), "what another said of another cell stays"


@given(ANSWERS, ANSWERS, ANSWERS)
def test_a_sheet_that_was_taken_is_unchanged_the_second_time(came: dict, base: dict, now: dict) -> None:  # type: ignore[type-arg]
    merged = merge(came, base, now)
    if merged.answer is not None:
        again = merge(came, base, merged.answer)
        assert (again.answer, again.conflicts) == (None, ())
    assert not (merged.answer and merged.conflicts)
    if merged.conflicts:
        assert all(came[name] != now[name] and now[name] != base[name] for name in merged.conflicts)
    assert merge(base, base, now) == Merged(touched=False)


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2025-W49", (2025, 11, 30, 17), (2025, 12, 7, 17)),
        ("2025-12", (2025, 11, 30, 17), (2025, 12, 31, 17)),
        ("2025-Q4", (2025, 9, 30, 17), (2025, 12, 31, 17)),
        ("2025", (2024, 12, 31, 17), (2025, 12, 31, 17)),
    ],
)
def test_a_period_begins_at_midnight_in_hanoi(period: str, first: tuple[int, ...], after: tuple[int, ...]) -> None:
    assert span(period) == (datetime(*first, tzinfo=UTC), datetime(*after, tzinfo=UTC))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("period", ["2025-W54", "2025-13", "2025-W00", "0000", "9999-12", "last week"])
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(InvalidRequest):
        span(period)


def test_tasks_of_several_programmes_with_one_title_are_proposed_until_a_person_has_spoken() -> None:
    one, two, three, four = (UUID(int=number) for number in range(1, 5))
    plan, other = UUID(int=10), UUID(int=11)
    works = [Work(one, plan, "Số hóa hồ sơ"), Work(two, other, "SỐ HOÁ  hồ sơ"), Work(three, plan, "Khác")]
    assert proposals(works, {}) == [[one, two]]
    assert proposals([*works, Work(four, plan, "Số hóa hồ sơ")], {one: plan, two: plan}) == [[one, two, four]]
    assert proposals(works, {one: plan, two: plan}) == []
    assert proposals(works, {one: plan, two: other}) == [], "they were said to be two"
    assert grouped([one, three, two], {one: plan, two: plan}) == [[one, two], [three]]
