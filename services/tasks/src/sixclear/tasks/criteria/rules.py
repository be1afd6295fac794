"""Whether a set of criteria holds together, and when its window is open. Pure: no database, no clock.

A figure is computed by monitoring; here it has its name and, in words, what it is a part of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sixclear.common.clock import civil_day_start
from sixclear.tasks.criteria.errors import CriteriaRefused

# Khánh Hòa's share on time is of all that was given in the year, not of what fell due.
DENOMINATORS: Mapping[str | None, str] = {
    "completed_on_time_of_given": "all public tasks that the body leads and that were given in the year of the period, "
    "whether due or not",
    "disbursed_of_allocated": "all money allocated to the body for the year of the period, of lines that have both",
    "answered_in_time": "one answer, with evidence for each criterion that is answered",
}
MOST_CRITERIA = 300


@dataclass(frozen=True, slots=True)
class Times:
    """From when on an answer is late, and from when on none is taken without consent in writing; None: never."""

    due_at: datetime | None
    closes_at: datetime | None


def times(every: str, window: Mapping[str, Any] | None, first: date) -> Times:
    """The window of the period that begins on a day, in UTC."""
    if window is None:
        return Times(None, None)
    month = first.month if every == "month" else window["before_month"]
    due, last = (date(first.year, month, window[name]) for name in ("before_day", "last_day"))
    return Times(civil_day_start(due), civil_day_start(last + timedelta(days=1)))


def criteria_of(content: Mapping[str, Any], level: str | None = None) -> list[Mapping[str, Any]]:
    """The criteria of a set in their order; with a level those for bodies of it."""
    found = [one for group in content["groups"] for one in group["criteria"]]
    return [one for one in found if level is None or not one["levels"] or level in one["levels"]]


def check(every: str, content: Mapping[str, Any]) -> None:
    """Raises CriteriaRefused with all that does not hold together."""
    errors = [*_of_window(every, content["window"]), *_of_bands(every, content["bands"])]
    errors += _repeated("groups", content["groups"])
    for index, group in enumerate(content["groups"]):
        for number, one in enumerate(group["criteria"]):
            errors += _of_criterion(f"groups/{index}/criteria/{number}", one)
    codes = [one["code"] for one in criteria_of(content)]
    if len(codes) > MOST_CRITERIA:
        errors.append(_fault("groups", "too-many", f"A set holds at most {MOST_CRITERIA} criteria."))
    twice = sorted({code for code in codes if codes.count(code) > 1})
    errors += [_fault("groups", "number-twice", f"Two criteria have the number {code}.") for code in twice]
    if errors:
        raise CriteriaRefused("Nothing was published.", errors=errors)


def _of_window(every: str, window: Mapping[str, Any] | None) -> Iterator[dict[str, str]]:
    if window is None:
        return
    if (window["before_month"] is None) == (every == "year"):
        detail = "Name the month of a yearly window, and none of a monthly one."
        yield _fault("window/before_month", "month-misplaced", detail)
    if window["last_day"] < window["before_day"]:
        yield _fault("window/last_day", "ends-before-due", "The last day is not before `before_day`.")


def _of_bands(every: str, bands: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    if bands and every == "month":
        yield _fault("bands", "month-has-no-bands", "Scores of a month are for urging: they have no bands.")
    yield from _repeated("bands", bands)
    yield from _descending("bands", [one["at_least"] for one in bands], "at_least")


def _of_criterion(place: str, one: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    tiers = one["tiers"]
    if any(tier["points"] > one["points"] for tier in tiers):
        yield _fault(f"{place}/tiers", "above-standard", "No tier gives more than the criterion's points.")
    if one["figure"] is None:
        if one["programme"] is not None:
            yield _fault(f"{place}/programme", "figure-needed", "A programme narrows a figure; name one, or leave it.")
        if any(tier["at_least"] is not None or tier["of"] is not None for tier in tiers):
            yield _fault(f"{place}/tiers", "figure-needed", "Percentages belong to a figure; name one.")
    else:
        yield from _of_figure(place, one)


def _of_figure(place: str, one: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    least = [tier["at_least"] for tier in one["tiers"]]
    if one["counts"] != "standard":
        yield _fault(f"{place}/counts", "answered-only", "Bonus and penalty are answered, not computed.")
    if not least or None in least or any(tier["of"] == 0 for tier in one["tiers"]):
        detail = "Each tier of a figure says from which percentage on it holds, and `of` is above 0."
        yield _fault(f"{place}/tiers", "percentage-needed", detail)
    else:
        yield from _descending(f"{place}/tiers", least, "at_least")


def _descending(place: str, values: Sequence[float], name: str) -> Iterator[dict[str, str]]:
    if any(later >= earlier for earlier, later in pairwise(values)):
        yield _fault(place, "not-descending", f"Give them from the highest `{name}` to the lowest, each once.")


def _repeated(place: str, parts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    seen: set[str] = set()
    for index, one in enumerate(parts):
        if one["code"] in seen:
            yield _fault(f"{place}/{index}/code", "number-twice", "Another one has this number.")
        seen.add(one["code"])


def _fault(place: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{place}", "code": code, "detail": detail}
