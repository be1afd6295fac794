"""The figures of the five reports come out of what the demonstration posted: each in the list of `report_figures`."""

from functools import reduce
from typing import Any

import pytest
from tests.e2e.platforms import Platform
from tests.e2e.report_figures import DOCUMENTS, DUE, HANOI, MONEY, NATIONAL, PRINTED, TARGETS, VALUES

pytestmark = [pytest.mark.slow, pytest.mark.asyncio]

TASKS = "/api/tasks/v1"
REVIEW = "2025-12-04T17:00:00+07:00"


async def point(platform: Platform, indicator: str, body: str, period: str, **asked: str) -> Any:
    """One period of a body's series."""
    narrowed = {"organisation": body, "from": period, "to": period} | asked
    [found] = (await platform.get(f"{TASKS}/indicators/{indicator}/series", **narrowed))["points"]
    return found


def body_of(indicator: str) -> str:
    """Whose figures an indicator of the reports has."""
    return HANOI if indicator.startswith("hanoi-") else NATIONAL


async def test_each_value_is_approved_and_shown_as_its_report_has_it(one_process: Platform) -> None:
    for one in VALUES:
        own = (await point(one_process, one.indicator, one.organisation, one.period))["own"]
        shown = own["figure"], own["bound"], (own["numerator"], own["denominator"])
        assert shown == (one.figure, one.bound, one.parts or (None, None)), one
    for indicator, said in PRINTED.values():
        found = await point(one_process, indicator, body_of(indicator), "2025-12")
        assert found["own"]["note"] == said


async def test_each_target_and_each_day_due_is_set(one_process: Platform) -> None:
    for one in TARGETS:
        aim = (await point(one_process, one.indicator, body_of(one.indicator), one.period))["target"]
        assert (aim["value"], aim["low"], aim["high"]) == (one.value, *(one.ends or (None, None))), one
    for indicator, month, day in DUE.values():
        found = await point(one_process, indicator, body_of(indicator), month)
        assert found["target"], indicator
        assert (found["own"], found["gap"], found["met"]) == (None, None, None), "no report says that it is there"
        assert day in (await one_process.get(f"{TASKS}/indicators/{indicator}"))["method"]


async def test_villages_go_down_to_none_by_a_path_that_begins_at_the_report(one_process: Platform) -> None:
    for indicator, first in (("villages-without-signal", "308"), ("villages-without-power", "129")):
        series = await one_process.get(f"{TASKS}/indicators/{indicator}/series", organisation=NATIONAL)
        by_period = {one["period"]: one for one in series["points"]}
        assert (series["latest"]["figure"], series["latest"]["gap"]) == (first, "0")
        assert (by_period["2025-12"]["path"]["value"], by_period["2026-12"]["path"]["value"]) == (first, "0")
        assert by_period["2026-01"]["state"] == "not_reported"
        assert by_period["2026-01"]["gap"] is None


async def test_shares_ranks_and_bounds_are_rolled_up_nowhere(one_process: Platform) -> None:
    """Of the country there is what can be added up: the parts of a ratio, and no share, rank or bound."""
    country = {}
    for indicator in ("online-services", "papers-digitised", "internet-rank-mobile", "digital-technology-enterprises"):
        series = await one_process.get(f"{TASKS}/indicators/{indicator}/series")
        country[indicator] = series["latest"] and series["latest"]["figure"]
    assert country == {"online-services": "92.51"} | dict.fromkeys(set(country) - {"online-services"})


async def test_a_figure_is_true_from_the_day_of_its_report(one_process: Platform) -> None:
    before = await point(one_process, "online-services", NATIONAL, "2025-12", as_of="2025-12-04T16:59:59+07:00")
    then = await point(one_process, "online-services", NATIONAL, "2025-12", as_of=REVIEW)
    assert (before["own"], then["own"]["figure"]) == (None, "92.51")


async def test_each_figure_leads_to_its_report(one_process: Platform) -> None:
    for one in VALUES:
        own = (await point(one_process, one.indicator, one.organisation, one.period))["own"]
        [statement] = (await one_process.get(f"{TASKS}/values/{own['value_id']}"))["statements"]
        told = statement["provenance"]
        assert told["file"] == "seed-facts.json"
        assert told["derived_from"].endswith(": " + ", ".join(one.places))
        assert statement["document"]["issued_on"] in told["derived_from"] or statement["document"]["number"]
        assert statement["document"]["number"].startswith(told["derived_from"].partition(": ")[0])


async def test_documents_are_counted_as_of_the_days_of_the_reports(one_process: Platform) -> None:
    for place, (kind, day, count) in DOCUMENTS.items():
        asked = {"programme": "nq57-central", "type": kind, "as_of": day, "limit": "1"}
        page = await one_process.get(f"{TASKS}/documents", **asked)
        assert page["total"] == count, place
        [document] = page["items"]
        assert "minh họa" in document["number"], "no number looks like one of the State's"
        assert "minh họa" in document["subject"]
    before = await one_process.get(f"{TASKS}/documents", programme="nq57-central", as_of="2025-07-01", limit="1")
    assert before["total"] == 0


async def test_money_is_counted_from_a_line_for_each_body(one_process: Platform) -> None:
    for place, (level, (stage, name), wanted) in MONEY.items():
        narrow = {"programme": "nq57-central", "as_of": "2025-12-04"} | ({"level": level} if level else {})
        totals = await one_process.get(f"{TASKS}/budgets/totals", **narrow)
        assert reduce(lambda found, key: found[key], (stage, name), totals) == wanted, place
    assert totals["not_approved"]["lines"] == totals["lines"] == 46
    lines = await one_process.get(f"{TASKS}/budgets", programme="nq57-central", limit="200")
    assert all(0 < line["not_approved"] < line["requested"]["amount"] for line in lines["items"])
    assert {line["source"] for line in lines["items"]} == {"Ngân sách nhà nước (minh họa: chia theo cơ quan)"}


async def test_the_live_status_counts_the_same_documents_by_their_days(one_process: Platform) -> None:
    for place, (kind, day, count) in DOCUMENTS.items():
        asked = {"programme": "nq57-central", "as_of": f"{day}T17:00:00+07:00"}
        by_type = (await one_process.get("/api/monitoring/v1/documents", **asked))["documents"]["by_type"]
        assert by_type[kind]["issued"] == count, place
    status = await one_process.status(programme="nq57-central", as_of=REVIEW)
    assert status["documents"]["issued"] == 17 + 59 + 62 + 702 + 1
    assert status["documents"]["by_type"]["local_document"]["issued"] == 702


async def test_the_live_status_counts_the_same_money_body_by_body(one_process: Platform) -> None:
    """Monitoring knows whose money a line is, and not at which level that body stands; the records say that."""
    asked = {"programme": "nq57-central", "as_of": REVIEW}
    by_level: dict[str | None, list[Any]] = {None: [await counted_money(one_process, **asked)]}
    for where in ("central", "province"):
        narrowed = {"programme": "nq57-central", "level": where, "limit": "200"}
        lines = (await one_process.get(f"{TASKS}/budgets", **narrowed))["items"]
        bodies = {line["organisation"]["code"] for line in lines}
        by_level[where] = [await counted_money(one_process, organisation=code, **asked) for code in bodies]
    for place, (level, (stage, name), wanted) in MONEY.items():
        assert sum(one[stage][name] for one in by_level[level]) == wanted, place
    assert by_level[None] == [(await one_process.status(**asked))["budgets"]]


async def counted_money(platform: Platform, **asked: str) -> Any:
    """What monitoring says of money by stage."""
    return (await platform.get("/api/monitoring/v1/budgets", **asked))["budgets"]
