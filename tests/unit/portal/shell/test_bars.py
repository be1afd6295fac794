"""Shares and widths: counted, half up, and a bar that is always full."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sixclear.portal.shell.bars import BUCKETS, segments, share, widths


def test_the_published_shares_come_out() -> None:
    found = segments({"completed": 601, "in_term": 404, "overdue": 104, "recurring": 178})
    assert [segment.share for segment in found] == [Decimal(x) for x in ("46.70", "31.39", "8.08", "13.83")]
    assert [segment.bucket for segment in found] == list(BUCKETS)


def test_a_share_is_rounded_half_up() -> None:
    assert share(1, 800) == Decimal("0.13")
    assert share(0, 0) == Decimal("0.00")


@given(st.lists(st.integers(min_value=0, max_value=10**7), min_size=4, max_size=4))
def test_a_bar_is_full_or_empty(counts: list[int]) -> None:
    found = widths(counts)
    assert sum(found) == (10_000 if sum(counts) else 0)
    assert all(width == 0 for width, count in zip(found, counts, strict=True) if count == 0)


@given(st.lists(st.integers(min_value=0, max_value=5_000), min_size=4, max_size=4))
def test_segments_stand_side_by_side_from_either_end(counts: list[int]) -> None:
    end = Decimal(0)
    for segment in segments(dict(zip(BUCKETS, counts, strict=True))):
        start, width = Decimal(segment.start[:-1]), Decimal(segment.width[:-1])
        assert start == end
        if sum(counts):
            assert start + width + Decimal(segment.start_from_right[:-1]) == 100
        end += width
