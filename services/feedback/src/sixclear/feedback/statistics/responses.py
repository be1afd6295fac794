"""Statistics as responses, and as lines of a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from sixclear.feedback.statistics.rules import LEAST, RATINGS, STATES, Statistics, Told
from sixclear.feedback.statistics.schemas import Figures, FiguresOfGroup

NOTE_VI = (
    "Không xếp hạng cơ quan: nơi khuyến khích người dân phản ánh sẽ có nhiều vụ việc hơn, và người đánh giá tự chọn"
    " việc đánh giá, nên tỷ lệ hài lòng chỉ nói về những người đã trả lời (xem tỷ lệ phản hồi). Số dưới 5, và số mà từ"
    " đó tính ra được, không được nêu."
)
NOTE_EN = (
    "Bodies are not ranked: where people are encouraged to write there are more cases, and who rates chose to, so the"
    " share of content senders speaks of those who rated alone (see the response rate). Figures below 5, and those from"
    " which such a one follows, are not told."
)
COLUMNS = (
    *("year", "by", "group", "code", "name_vi", "name_en", "received", *STATES),
    *(*RATINGS, "response_rate", "share", "suppressed", "received_before", "as_of"),
)


def figures_response(row: Told) -> Figures:
    """The figures of a row."""
    return Figures.model_validate(_figures(row))


def group_response(row: Told) -> FiguresOfGroup:
    """The figures of a group, with its code and its names."""
    named = {"group": row.group, "code": row.code, "name_vi": row.name_vi, "name_en": row.name_en}
    return FiguresOfGroup.model_validate(named | _figures(row))


def page_members(told: Statistics) -> dict[str, Any]:
    """What a page says beside its groups."""
    return {
        "by": told.by,
        "year": told.year,
        "received_before": told.received_before,
        "as_of": told.as_of,
        "least": LEAST,
        "whole": figures_response(told.whole),
        "demonstration": told.demonstration,
        "note_vi": NOTE_VI,
        "note_en": NOTE_EN,
    }


def records(tables: Sequence[Statistics]) -> Iterator[dict[str, Any]]:
    """The whole, then each row of each table, by the names of `COLUMNS`; no text of any case is here."""
    yield _record(tables[0], "all", tables[0].whole)
    for told in tables:
        yield from (_record(told, told.by, row) for row in told.rows)


def _record(told: Statistics, by: str, row: Told) -> dict[str, Any]:
    figures = _figures(row)
    known = {"year": told.year, "by": by, "received_before": told.received_before, "as_of": told.as_of}
    named = {"group": row.group, "code": row.code, "name_vi": row.name_vi, "name_en": row.name_en}
    flat = known | named | figures | figures["satisfaction"]
    return {name: flat[name] for name in COLUMNS}


def _figures(row: Told) -> dict[str, Any]:
    ratings = dict(zip(RATINGS, row.ratings, strict=True))
    rated = _sum(row.ratings[:3])
    answered = _sum(row.ratings)
    # Rates that are told of what is not would tell it too.
    satisfaction = ratings | {"response_rate": _share(rated, answered), "share": _share(ratings["solved"], rated)}
    states = dict(zip(STATES, row.states, strict=True))
    hidden = None in (*row.states, *row.ratings)
    return states | {
        "received": row.received,
        "satisfaction": satisfaction,
        "suppressed": "too_few" if hidden else None,
    }


def _sum(numbers: Any) -> int | None:
    return None if None in numbers else sum(numbers)


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else round(part / whole, 4)
