"""The four states of a task as a bar: widths that fill it exactly, beside the shares that monitoring answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from sixclear.portal.upstream.monitoring import BucketCounts, Shares
from sixclear.portal.upstream.tasks import Bucket

BUCKETS: tuple[Bucket, ...] = get_args(Bucket)

_HUNDRED_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class Segment:
    """One state in a bar. `start` and `width` are percent of the bar, in hundredths, as text for SVG.

    `share` is what the service says in percent; None where it says nothing.
    """

    bucket: Bucket
    count: int
    share: Decimal | None
    start: str
    start_from_right: str
    width: str


def widths(counts: Sequence[int]) -> list[int]:
    """Hundredths of a percent that sum to exactly 100 %, by largest remainder; all 0 when there is nothing."""
    whole = sum(counts)
    if whole == 0:
        return [0 for _ in counts]
    floors = [count * _HUNDRED_PERCENT // whole for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: (-(counts[i] * _HUNDRED_PERCENT % whole), i))
    for index in by_remainder[: _HUNDRED_PERCENT - sum(floors)]:
        floors[index] += 1
    return floors


def percent_text(hundredths: int) -> str:
    """Hundredths of a percent as an SVG length."""
    return f"{hundredths / 100:.2f}%"


def segments(counts: BucketCounts, shares: Shares | None = None) -> list[Segment]:
    """The four states of `counts`, in their fixed order, placed side by side."""
    values = [getattr(counts, bucket) for bucket in BUCKETS]
    whole = sum(values)
    placed: list[Segment] = []
    start = 0
    for bucket, count, width in zip(BUCKETS, values, widths(values), strict=True):
        placed.append(
            Segment(
                bucket=bucket,
                count=count,
                share=getattr(shares, bucket, None),
                start=percent_text(start),
                start_from_right=percent_text(_HUNDRED_PERCENT - start - width if whole else 0),
                width=percent_text(width),
            )
        )
        start += width
    return placed
