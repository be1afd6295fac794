"""What is rolled up over a tree equals the direct computation, in whichever order values arrive."""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, named
from tests.integration.tasks.value.values import DOCUMENT, an_indicator, in_bulk, points

from sixclear.tasks.organisation.seed import Seed, register

PERIODS = ("2025-10", "2025-11")
Tree = Mapping[str, str | None]


async def _grown(service: Service, seed: random.Random, prefix: str) -> dict[str, str | None]:
    """A tree of departments below Đồng Nai, each below a random one that was there before."""
    parents: dict[str, str | None] = {"75": None, "25999": "75", "75-KH": "75"}
    for number in range(12):
        parents[f"{prefix}{number}"] = seed.choice(sorted(parents))
    grown = [
        Seed(code, "department", None, parent, (named(f"Phòng {code}", "department"),))
        for code, parent in parents.items()
        if code.startswith(prefix)
    ]
    await register(service.database, service.log, grown, service.clock())
    return parents


def _below(tree: Tree, top: str) -> set[str]:
    found = {code for code, parent in tree.items() if parent == top}
    return found.union(*(_below(tree, code) for code in found)) if found else found


def _expected(tree: Tree, top: str, said: Mapping[str, Mapping[str, Any]]) -> tuple[str | None, int, int, int]:
    """Of the bodies below that have none below them: the sum, how many reported, of how many, as bounds."""
    lowest = [code for code in _below(tree, top) if not _below(tree, code)]
    told = [said[code] for code in lowest if code in said]
    plain = [one for one in told if not one.get("bound")]
    if not plain:
        return None, len(told), len(lowest), len(told) - len(plain)
    if "denominator" in plain[0]:
        parts = [sum(Decimal(one[name]) for one in plain) for name in ("numerator", "denominator")]
        figure = str(round(100 * parts[0] / parts[1], 2)) if parts[1] else None
    else:
        figure = str(sum(one["number"] for one in plain))
    return figure, len(told), len(lowest), len(told) - len(plain)


def _values(seed: random.Random, tree: Tree, value_type: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What some bodies say for each period, and what some of them say again."""
    found = []
    for period in PERIODS:
        for code in seed.sample(sorted(tree), 11):
            denominator = seed.randint(0, 500)
            ratio = {"numerator": seed.randint(0, denominator), "denominator": denominator}
            bound = {"bound": "more_than"} if seed.random() < 0.2 else {}
            number = {"number": seed.randint(0, 1000)} | bound
            found.append((code, period, ratio if value_type == "ratio" else number))
    return found


async def _arrive(service: Service, code: str, values: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Each in a file of its own, so that the order of arrival is that of the list."""
    half = len(values) // 2
    for part in (values[:half], values[half:]):
        lines = [{"indicator": code, "organisation": body, "period": key} | said for body, key, said in part]
        result = await in_bulk(service, "P57", *(line | {"approved_by": DOCUMENT, "reason": "Sửa"} for line in lines))
        assert result["rejected"] == 0, result


@pytest.mark.asyncio
@pytest.mark.parametrize("value_type", ["count", "ratio"])
async def test_a_roll_up_equals_the_direct_computation(service: Service, value_type: str) -> None:
    seed = random.Random(value_type)
    tree = await _grown(service, seed, "75-T")
    levels = [{"level": "province"}, {"level": "commune"}, {"level": "department"}]
    values = _values(seed, tree, value_type)
    corrected = [(body, key, _values(seed, tree, value_type)[0][2]) for body, key, _ in seed.sample(values, 5)]
    said: dict[str, dict[str, dict[str, Any]]] = {period: {} for period in PERIODS}
    for body, key, what in [*values, *corrected]:
        said[key][body] = what
    series = []
    for order in range(2):
        code = f"order-{order}"
        await an_indicator(service, code=code, value_type=value_type, supplies=levels)
        await _arrive(service, code, seed.sample(values, len(values)))
        await _arrive(service, code, corrected)
        for top in ("75", "75-T0", "75-T1"):
            found = await points(service, code, organisation=top, **{"from": PERIODS[0], "to": PERIODS[1]})
            series.append(found)
            for period in PERIODS:
                rolled = found[period]["rolled"]
                want = _expected(tree, top, said[period])
                if want[2] == 0:
                    assert rolled is None
                    continue
                figure = rolled["figure"]
                shown = None if figure is None or want[0] is None else (Decimal(figure), Decimal(want[0]))
                assert shown is None or shown[0] == shown[1], (top, period)
                assert (figure is None) == (want[0] is None), (top, period)
                assert (rolled["reported"], rolled["expected"], rolled["bounds"]) == want[1:], (top, period)
    half = len(series) // 2
    assert [_figures(one) for one in series[:half]] == [_figures(one) for one in series[half:]]


def _figures(found: Mapping[str, Any]) -> list[Any]:
    return [(key, point["rolled"], point["difference"]) for key, point in found.items()]


@pytest.mark.asyncio
async def test_a_parent_keeps_its_own_figure_beside_the_sum(service: Service) -> None:
    await an_indicator(service, code="count", supplies=[{"level": "province"}, {"level": "commune"}])
    lines = [{"organisation": "75", "number": 100}, {"organisation": "25999", "number": 93}]
    items = [{"indicator": "count", "period": "2025-11", "approved_by": DOCUMENT} | line for line in lines]
    assert (await in_bulk(service, "P57", *items))["approved"] == 2
    point = (await points(service, "count", organisation="75"))["2025-11"]
    assert (point["own"]["figure"], point["rolled"]["figure"], point["difference"]) == ("100", "93", "7")
    assert (point["rolled"]["reported"], point["rolled"]["expected"]) == (1, 1)
    country = (await points(service, "count"))["2025-11"]
    assert (country["own"], country["rolled"]["figure"]) == (None, "93")


@pytest.mark.asyncio
async def test_ranks_shares_and_indices_are_not_added_up(service: Service) -> None:
    for value_type in ("rank", "share", "index"):
        await an_indicator(service, code=value_type, value_type=value_type, decimals=0)
        item = {"indicator": value_type, "period": "2025-11", "organisation": "25999", "number": 48}
        assert (await in_bulk(service, "P57", item | {"approved_by": DOCUMENT}))["approved"] == 1
        above = (await points(service, value_type, organisation="75"))["2025-11"]
        assert (above["rolled"], above["own"], above["state"]) == (None, None, "not_reported")
