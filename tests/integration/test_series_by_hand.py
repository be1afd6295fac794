"""What monitoring counts of indicators is what the register of tasks computes, period by period, now and in the past.

Values arrive in any order: supplied, approved, corrected, withdrawn; targets and definitions change, bodies are merged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from tests.integration.tasks.conftest import named
from tests.integration.tasks.value.values import an_indicator, approved, published, targets
from tests.integration.tasks_and_monitoring import Both, both

from sixclear.monitoring.view.reconcile import differences
from sixclear.tasks.organisation.seed import Seed, organisation_id, register

__all__ = ["both"]

pytestmark = pytest.mark.asyncio

PERIODS = ("2025-08", "2025-09", "2025-10", "2025-11")
COMMUNES = {"25999": "75", "26001": "75", "26002": "75", "27001": "77", "27002": "77", "27003": "77"}
TREE = COMMUNES | {"26001-T": "26001", "27001-T": "27001", "27002-T": "27002", "77-KH": "77"}
SCOPES = (None, "75", "77", "26001", "27001", "27001-T", "25999")
# How something is measured, and of whom.
INDICATORS: Mapping[str, Mapping[str, Any]] = {
    "communes": {"supplies": [{"level": "commune"}]},
    "everywhere": {"supplies": [{"level": one} for one in ("province", "commune", "department")], "direction": "down"},
    "ratio": {"value_type": "ratio", "supplies": [{"level": "commune"}, {"organisation": "75"}]},
    "share": {"value_type": "share", "supplies": [{"level": "province"}, {"level": "commune"}]},
    "one-body": {"value_type": "rank", "direction": "down", "supplies": [{"organisation": "75"}]},
}


# Of the others the register says nothing of bodies below, monitoring how many reported.
ADDS = (None, "ratio")


@dataclass
class Country:
    """Two provinces whose bodies say at random what is measured of them."""

    both: Both
    dice: Random
    instants: list[datetime] = field(default_factory=list)
    held: dict[tuple[str, str, str], str] = field(default_factory=dict)
    standing: list[str] = field(default_factory=lambda: ["75", "77", *TREE])

    async def begin(self) -> None:
        """The tree and the indicators."""
        service = self.both.service
        grown = [Seed("77", "province", None, None, (named("Tỉnh 77", "province"),))]
        for code, parent in TREE.items():
            if code != "25999":
                level = "commune" if code in COMMUNES else "department"
                kind = "ward" if code in COMMUNES else "department"
                grown.append(Seed(code, level, None, parent, (named(f"Đơn vị {code}", kind),)))
        await register(service.database, service.log, grown, service.clock())
        for code, said in INDICATORS.items():
            await an_indicator(service, code=code, **said)

    async def step(self) -> None:
        """Something happens, and time passes."""
        what = self.dice.choices(
            ("publish", "approve", "withdraw", "target", "redefine", "merge"), (12, 4, 3, 4, 0.6, 0.6)
        )
        await getattr(self, f"_{what[0]}")()
        self.both.service.clock.pass_by(hours=self.dice.choice((0, 1, 7, 20)))
        self.instants.append(self.both.service.clock.now)

    def _measured(self, code: str) -> list[str]:
        supplies = INDICATORS[code]["supplies"]
        levels = {one["level"] for one in supplies if "level" in one}
        return [body for body in self.standing if self._level(body) in levels or {"organisation": body} in supplies]

    def _level(self, body: str) -> str:
        return "commune" if body in COMMUNES else "province" if body in ("75", "77") else "department"

    def _said(self, code: str) -> dict[str, Any]:
        if code == "ratio":
            whole = self.dice.choice((0, *range(1, 60)))
            return {"numerator": self.dice.randint(0, whole), "denominator": whole}
        bound = {"bound": "more_than", "note": "Theo báo cáo"} if self.dice.random() < 0.15 else {}
        return {"number": self.dice.randint(int(code == "one-body"), 100)} | bound

    async def _publish(self) -> None:
        code = self.dice.choice(sorted(INDICATORS))
        period = self.dice.choice(PERIODS)
        bodies = self._measured(code)
        lines = [
            {"organisation": body, "period": period, "reason": "Sửa", "note": "Đã kiểm tra"} | self._said(code)
            for body in self.dice.sample(bodies, min(len(bodies), self.dice.randint(1, 5)))
        ]
        result = await published(self.both.service, code, *lines)
        for line, item in zip(lines, result["items"], strict=True):
            assert item["outcome"] in ("approved", "unchanged"), str(item["problem"])[:900]
            self.held[code, line["organisation"], period] = item["value_id"]

    async def _approve(self) -> None:
        code = self.dice.choice(("communes", "everywhere"))
        body, period = self.dice.choice(self._measured(code)), self.dice.choice(PERIODS)
        # Another number than any before: what is said again is nothing to approve.
        said = {"reason": "Đếm lại", "note": "Đã kiểm tra", "number": 101 + len(self.instants)}
        value = await approved(self.both.service, body, code, period, **said)
        self.held[code, body, period] = value["value_id"]

    async def _withdraw(self) -> None:
        if self.held:
            value_id = self.held.pop(self.dice.choice(sorted(self.held)))
            taken = await self.both.service.post("P57", f"/values/{value_id}/withdraw", {"reason": "Sai kỳ"})
            assert taken.status_code == 200, taken.text

    async def _target(self) -> None:
        code, body = self.dice.choice(sorted(INDICATORS)), self.dice.choice(("75", "77", "26001"))
        baseline = {} if code == "one-body" else {"baseline": {"period": "2025-08", "value": self.dice.randint(0, 60)}}
        aims = [{"period": period, "value": self.dice.randint(0, 90)} for period in ("2025-10", "2025-12")]
        answer = await targets(self.both.service, code, body, targets=aims, **baseline)
        # 409: they were set at this very instant before.
        assert answer.status_code in (200, 409, 422), answer.text

    async def _redefine(self) -> None:
        code = self.dice.choice(("communes", "everywhere"))
        await an_indicator(self.both.service, code=code, unit=f"đơn vị {self.dice.random()}", **INDICATORS[code])

    async def _merge(self) -> None:
        standing = [one for one in ("26002", "27003") if one in self.standing]
        if standing:
            former = self.dice.choice(standing)
            into = {"26002": "26001", "27003": "27001"}[former]
            path = f"/organisations/{organisation_id(former)}/merge"
            done = await self.both.service.post(TREE[former], path, {"into": into, "reason": "Hợp nhất"})
            assert done.status_code == 200, done.text
            self.standing.remove(former)

    async def compare(self, at: datetime | None) -> int:
        """Ask both for each series; how many periods had a figure."""
        then = {} if at is None else {"as_of": at.isoformat()}
        found = 0
        for code in INDICATORS:
            for scope in SCOPES:
                of_body = {} if scope is None else {"organisation": str(organisation_id(scope))}
                register_says = await self.both.service.get(f"/indicators/{code}/series", **of_body, **then)
                answer = await self.both.site.get(f"/indicators/{code}/series", **of_body, **then)
                assert answer.status_code == 200, answer.text
                if scope is None and answer.json()["organisation_id"] is not None:
                    continue
                counted = {one["period"]: one for one in answer.json()["points"]}
                for point in register_says["points"]:
                    if point["period"] in counted:
                        shown = _counted(counted[point["period"]], adds_up=INDICATORS[code].get("value_type") in ADDS)
                        assert shown == _registered(point), (code, scope, at)
                        found += point["own"] is not None or point["rolled"] is not None
                    else:
                        assert (point["own"], point["target"]) == (None, None), "before anything was known below it"
        return found


def _registered(point: Mapping[str, Any]) -> Sequence[Any]:
    own = point["own"]
    return (
        *(point["period"], point["first_day"], point["last_day"]),
        *_numbers(own and own["figure"], point["difference"], point["gap"], point["attainment"]),
        *_numbers(point["attainment_capped"], *(point[one] and point[one]["value"] for one in ("target", "path"))),
        *(point["behind"], point["met"], own and own["bound"]),
        _together(point["rolled"]),
    )


def _counted(point: Mapping[str, Any], *, adds_up: bool) -> Sequence[Any]:
    return (
        *(point["period"], point["first_day"], point["last_day"]),
        *_numbers(point["own"], point["difference"], point["gap"], point["attainment"]),
        *_numbers(point["attainment_capped"], point["target"] and point["target"]["value"], point["path"]),
        *(point["behind"], point["met"], point["bound"]),
        _together(point["rolled_up"] if adds_up else None),
    )


def _together(rolled: Mapping[str, Any] | None) -> Sequence[Any] | None:
    counts = ("reported", "expected", "bounds", "other_definition")
    return (
        None
        if rolled is None
        else [
            *_numbers(*(rolled[one] for one in ("figure", "numerator", "denominator"))),
            *(rolled[one] for one in counts),
        ]
    )


def _numbers(*found: str | None) -> list[Decimal | None]:
    return [None if one is None else Decimal(one) for one in found]


async def tell(both: Both, seed: int, steps: int, instants: int) -> int:
    """Tell a history, and compare on its way, at its end and about instants that are past; how much was compared."""
    country = Country(both, Random(seed))
    await country.begin()
    found = 0
    for number in range(1, steps + 1):
        await country.step()
        if number % (steps // 2) == 0:
            await both.follow()
            found += await country.compare(None)
    for at in country.dice.sample(country.instants, instants):
        found += await country.compare(at)
    async with both.view.database.session() as session:
        assert await differences(session, lambda: both.view.now) == []
    return found


async def test_each_period_is_what_the_register_says(both: Both) -> None:
    assert await tell(both, seed=1, steps=60, instants=2) > 150, "so many periods were told"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
async def test_each_period_of_a_long_history_is_too(both: Both, seed: int) -> None:
    assert await tell(both, seed, steps=200, instants=8) > 500, "so many periods were told"
