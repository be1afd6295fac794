"""The list of the reports' figures has every figure that the demonstration knows of, as it stands there."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from tests.e2e.report_figures import DOCUMENTS, DUE, ELSEWHERE, IMPORTED, MONEY, PRINTED, TARGETS, VALUES

from sixclear.launcher.demo.figure_steps import fact, indicators
from sixclear.launcher.demo.law_steps import dealt
from sixclear.launcher.demo.steps import facts

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def places(found: Any, above: str = "") -> Iterator[str]:
    """Where figures and days stand."""
    if isinstance(found, dict):
        for name, below in found.items():
            yield from places(below, f"{above}.{name}" if above else name)
    elif isinstance(found, int | float) or (isinstance(found, str) and _DAY.fullmatch(found)):
        yield above


def test_the_list_names_every_figure_and_every_day_of_the_reports() -> None:
    listed = {place for one in (*VALUES, *TARGETS) for place in one.places}
    listed |= {*PRINTED, *DUE, *DOCUMENTS, *MONEY}
    wanted = {place for place in places(facts()) if not place.startswith("reports.") and not place.endswith(".as_of")}
    others = (*ELSEWHERE, IMPORTED)
    assert {place for place in wanted - listed if not place.startswith(others)} == set(), "not in the list"
    assert listed <= wanted, "in the list, and in no report"


def test_the_list_says_what_the_reports_say() -> None:
    for value in VALUES:
        assert [str(fact(place)) for place in value.places] == list(value.parts or (value.figure,)), value
    for target in TARGETS:
        assert [str(fact(place)) for place in target.places] == list(target.ends or (target.value,)), target
    for place, (_, _, count) in DOCUMENTS.items():
        assert fact(place) == count
    for place, (_, (_, name), wanted) in MONEY.items():
        assert round(fact(place) * (1 if name == "lines" else 10**9)) == wanted
    for place, (_, month, day) in DUE.items():
        year, number, last = map(int, fact(place).split("-"))
        assert (month, day) == (f"{year}-{number:02}", f"{last}/{number}/{year}")


def test_every_indicator_of_the_reports_is_in_the_list() -> None:
    listed = {one.indicator for one in (*VALUES, *TARGETS)} | {indicator for indicator, _, _ in DUE.values()}
    assert listed == {one["code"] for one in indicators()}


@pytest.mark.parametrize("named", sorted(set(ELSEWHERE.values())))
def test_what_is_proven_elsewhere_is_proven_by_a_test_that_is_there(named: str) -> None:
    module, _, test = named.partition("::")
    assert callable(getattr(import_module(module), test))


def test_a_total_in_parts_is_the_total_again() -> None:
    parts = dealt(14_797_456_000_000, 26)
    assert (len(parts), sum(parts)) == (26, 14_797_456_000_000)
    approved = dealt(13_659_992_000_000, 46, [*parts, *dealt(1_918_618_000_000, 20)])
    assert sum(approved) == 13_659_992_000_000
    assert all(0 < less < more for less, more in zip(approved, parts, strict=False))
