"""The four states of a task as figures: counts, shares, and widths that fill a bar exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sixclear.portal.upstream.tasks import Bucket

BUCKETS: tuple[Bucket, ...] = ("completed", "in_term", "overdue", "recurring")

_HUNDRED_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class Segment:
    """One state in a bar. `start` and `width` are percent of the bar, in hundredths, as text for SVG."""

    bucket: Bucket
    count: int
    share: Decimal
    start: str
    start_from_right: str
    width: str


def share(part: int, whole: int) -> Decimal:
    """`part` of `whole` in percent, half up, two decimals; 0 of nothing is 0."""
    if whole == 0:
        return Decimal("0.00")
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


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


def segments(counts: Mapping[str, int]) -> list[Segment]:
    """The four states of `counts`, in their fixed order, placed side by side."""
    values = [counts.get(bucket, 0) for bucket in BUCKETS]
    whole = sum(values)
    placed: list[Segment] = []
    start = 0
    for bucket, count, width in zip(BUCKETS, values, widths(values), strict=True):
        placed.append(
            Segment(
                bucket=bucket,
                count=count,
                share=share(count, whole),
                start=percent_text(start),
                start_from_right=percent_text(_HUNDRED_PERCENT - start - width if whole else 0),
                width=percent_text(width),
            )
        )
        start += width
    return placed
