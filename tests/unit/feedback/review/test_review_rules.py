"""Who is independent of a case, by which criteria experts judge, and that the lists that ship fit together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.feedback.review.errors import KindNotReviewed, ScoresIncomplete
from sixclear.feedback.review.rules import (
    LABELS,
    CaseTies,
    ExpertTies,
    all_criteria,
    check_scores,
    free_label,
    is_independent,
    newest_criteria,
    review_rules,
    years_before,
)
from sixclear.feedback.typed import domain_of, houses

SET = newest_criteria("initiative")


def test_the_sets_that_ship_are_whole_and_keep_their_editions() -> None:
    keys = [(one.code, one.edition) for one in all_criteria()]
    assert len(set(keys)) == len(keys)
    assert {kind for one in all_criteria() for kind in one.kinds} == {"initiative", "solution"}
    for one in all_criteria():
        assert sum(criterion.points for criterion in one.criteria) == 100, one.code
        assert len({criterion.code for criterion in one.criteria}) == len(one.criteria)
    assert review_rules().most_reviewers <= len(LABELS)


@pytest.mark.parametrize("kind", ["feedback", "recommendation"])
def test_what_is_no_idea_is_not_reviewed(kind: str) -> None:
    with pytest.raises(KindNotReviewed):
        newest_criteria(kind)


def test_a_review_scores_each_criterion_once_and_within_its_points() -> None:
    full = {one.code: one.points for one in SET.criteria}
    check_scores(SET, full)
    check_scores(SET, dict.fromkeys(full, 0))
    first = SET.criteria[0].code
    for wrong in (
        {},
        {first: full[first]},
        full | {"charm": 1},
        full | {first: full[first] + 1},
        full | {first: -1},
    ):
        with pytest.raises(ScoresIncomplete) as refused:
            check_scores(SET, wrong)
        assert refused.value.errors


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("hust.edu.vn", ["hust.edu.vn"]),
        ("Mail.HUST.edu.vn", ["mail.hust.edu.vn", "hust.edu.vn"]),
        ("gmail.com", []),
        ("a.gmail.com", []),
        ("edu.vn", []),
        ("vn", []),
        ("", []),
        ("bộ.example.vn", ["xn--b-8y6a.example.vn", "example.vn"]),
    ],
)
def test_a_house_is_what_one_body_holds_of_a_domain(domain: str, found: list[str]) -> None:
    assert [one.partition(".")[2] for one in houses(domain)] == [one.partition(".")[2] for one in found]
    assert len(houses(domain)) == len(found)


def test_two_universities_with_one_name_in_two_countries_are_two() -> None:
    """As OpenReview had it: Hanoi's and another one."""
    assert set(houses("hust.edu.vn")).isdisjoint(houses("hust.edu.cn"))
    assert domain_of("a@hust.edu.vn") == "hust.edu.vn"


_NAMES = st.frozensets(st.sampled_from(["a", "b", "c", "d"]), max_size=3)


@given(tops=_NAMES, of_case=_NAMES, houses_=_NAMES, of_sender=_NAMES, hands=_NAMES)
def test_any_tie_at_all_is_a_conflict(
    tops: frozenset[str],
    of_case: frozenset[str],
    houses_: frozenset[str],
    of_sender: frozenset[str],
    hands: frozenset[str],
) -> None:
    expert = ExpertTies("a", tops, frozenset(one.encode() for one in houses_))
    case = CaseTies(of_case, frozenset(one.encode() for one in of_sender), hands)
    assert is_independent(expert, case) is not ("a" in hands or bool(tops & of_case) or bool(houses_ & of_sender))


@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)), years=st.integers(0, 30))
def test_years_before_a_day_is_a_day(day: date, years: int) -> None:
    before = years_before(day, years)
    assert (before.year, before.month) == (day.year - years, day.month)
    assert day.day - before.day in (0, 1)


@given(seeds=st.lists(st.integers(0, 2**32), max_size=len(LABELS)))
def test_no_two_reviewers_of_a_case_have_one_label(seeds: list[int]) -> None:
    taken: list[str] = []
    for seed in seeds:
        taken.append(free_label(taken, seed))
    assert len(set(taken)) == len(taken)
