"""Bars: states in their order, and a bar that is always full."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sixclear.portal.shell.bars import BUCKETS, segments, widths
from sixclear.portal.upstream.monitoring import BucketCounts, Shares


def test_states_stand_in_their_order_with_the_shares_that_are_answered() -> None:
    counts = BucketCounts(total=1287, completed=601, in_term=404, overdue=104, recurring=178)
    shares = Shares.model_validate({"completed": 46.7, "in_term": 31.39, "overdue": None, "recurring": 1})
    found = segments(counts, shares)
    assert [segment.share for segment in found] == [Decimal("46.7"), Decimal("31.39"), None, Decimal(1)]
    assert [segment.bucket for segment in found] == list(BUCKETS)


@given(st.lists(st.integers(min_value=0, max_value=10**7), min_size=4, max_size=4))
def test_a_bar_is_full_or_empty(counts: list[int]) -> None:
    found = widths(counts)
    assert sum(found) == (10_000 if sum(counts) else 0)
    assert all(width == 0 for width, count in zip(found, counts, strict=True) if count == 0)


@given(st.lists(st.integers(min_value=0, max_value=5_000), min_size=4, max_size=4))
def test_segments_stand_side_by_side_from_either_end(counts: list[int]) -> None:
    end = Decimal(0)
    for segment in segments(BucketCounts(total=sum(counts), **dict(zip(BUCKETS, counts, strict=True)))):
        start, width = Decimal(segment.start[:-1]), Decimal(segment.width[:-1])
        assert start == end
        if sum(counts):
            assert start + width + Decimal(segment.start_from_right[:-1]) == 100
        end += width
