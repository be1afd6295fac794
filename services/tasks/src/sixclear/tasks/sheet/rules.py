"""Which span a period is, what a cell that came back does, and which tasks may be the same work. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sixclear.common.clock import civil_day_start
from sixclear.common.errors import InvalidRequest
from sixclear.common.folding import fold

FIELDS = ("percent", "text", "difficulty", "cause", "remedy", "expected_on")
# Left out, what was said last stays.
_KEPT = frozenset({"percent", "expected_on"})
Answer = Mapping[str, Any]
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|W(\d\d)|(\d\d)))?", re.ASCII)


def span(period: str) -> tuple[datetime, datetime]:
    """When a period such as `2026-W48` begins and when it is over; raises InvalidRequest for one that is none."""
    found = _PERIOD.fullmatch(period)
    try:
        if found is None:
            raise ValueError
        first, after = _days(*(None if one is None else int(one) for one in found.groups()))
        return civil_day_start(first), civil_day_start(after)
    except (ValueError, OverflowError):  # the calendar begins in the year 1 and ends with 9999
        refusal = {"parameter": "period", "in": "query", "code": "period-unknown", "detail": "There is no such period."}
        raise InvalidRequest(errors=[refusal]) from None


def _days(year: int | None, quarter: int | None, week: int | None, month: int | None) -> tuple[date, date]:
    assert year is not None, "each period has one"
    if week is not None:
        first = date.fromisocalendar(year, week, 1)
        return first, first + timedelta(days=7)
    begin, months = (month, 1) if month is not None else (3 * (quarter or 1) - 2, 3 if quarter else 12)
    assert begin is not None, "a month is one of twelve"
    later = begin - 1 + months
    return date(year, begin, 1), date(year + later // 12, later % 12 + 1, 1)


def answer_of(said: object | None) -> dict[str, Any]:
    """What a report says, by the members of an answer; empty where there is none."""
    return {} if said is None else {name: getattr(said, name) for name in FIELDS}


@dataclass(frozen=True, slots=True)
class Merged:
    """What an answer that came back does: nothing, write `answer`, or stop at the cells of `conflicts`."""

    touched: bool
    answer: dict[str, Any] | None = None
    conflicts: tuple[str, ...] = ()


def merge(came: Answer, base: Answer, now: Answer) -> Merged:
    """What becomes of an answer that came, where the sheet was written with `base` and `now` stands there.

    A cell that was not touched keeps what stands now. One that was touched is taken, unless it stands there already, or
    another changed it to something else meanwhile: then nothing of the row is taken.
    """
    given = {name: came.get(name) for name in FIELDS}
    touched = {name for name, value in given.items() if value != base.get(name) and not _is_left_out(name, value)}
    if not touched or not any(value is not None for value in given.values()):
        return Merged(touched=False)
    wanted = {name for name in touched if given[name] != now.get(name)}
    if not wanted:
        return Merged(touched=True)
    conflicts = tuple(name for name in FIELDS if name in wanted and now.get(name) != base.get(name))
    if conflicts:
        return Merged(touched=True, conflicts=conflicts)
    return Merged(touched=True, answer={name: given[name] if name in touched else now.get(name) for name in FIELDS})


def _is_left_out(name: str, value: Any) -> bool:
    return name in _KEPT and value is None


@dataclass(frozen=True, slots=True)
class Work:
    """A task as far as it tells whether it is the same work as another."""

    task_id: UUID
    programme_id: UUID
    title: str


def proposals(works: Iterable[Work], groups: Mapping[UUID, UUID]) -> list[list[UUID]]:
    """Tasks of several programmes with the same folded title, of which a body has said nothing together."""
    alike: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        alike[fold(work.title)].append(work)
    found = []
    for same in alike.values():
        said = {groups.get(one.task_id) for one in same}
        open_question = None in said and len({one.programme_id for one in same}) > 1
        if open_question:
            found.append([one.task_id for one in same])
    return found


def grouped(task_ids: Sequence[UUID], groups: Mapping[UUID, UUID]) -> list[list[UUID]]:
    """Tasks in their order, those of one group together at the place of the first."""
    rows: dict[UUID, list[UUID]] = {}
    for task_id in task_ids:
        rows.setdefault(groups.get(task_id, task_id), []).append(task_id)
    return list(rows.values())
