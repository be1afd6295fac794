"""What is rolled up of made-up trees equals a count by hand, in whichever order events arrive, now and in the past."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON, organisation_id
from tests.integration.monitoring.indicators.told import indicator, value

from sixclear.common.bus.envelope import Envelope
from sixclear.common.clock import civil_day_end
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio

PERIODS = ("2025-09", "2025-10", "2025-11")
# Of whom each is measured: by levels, and by name.
MEASURED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "communes": (["commune"], []),
    "everywhere": (["province", "commune", "department"], []),
    "named": (["province"], ["C1", "D2", "D5"]),
    "ratio": (["commune", "department"], ["P0"]),
}
Said = Mapping[str, Any]


@dataclass
class Country:
    """A tree as it is in the end, and what its bodies said; it tells each as events."""

    dice: Random
    events: Any
    parents: dict[str, str | None] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    # Of a slot: since when its number is true, and what it says.
    holds: dict[tuple[str, str, str], tuple[datetime, Said]] = field(default_factory=dict)
    told: list[Envelope] = field(default_factory=list)

    def tell(self) -> None:
        """Grow the tree, let it report, and correct, withdraw, move and end some of it."""
        self._grow()
        for code, (levels, bodies) in MEASURED.items():
            value_type = "ratio" if code == "ratio" else "count"
            self.told.append(indicator(self.events, code, levels=levels, bodies=bodies, value_type=value_type))
        for step in range(160):
            self.events.now = NOON + timedelta(hours=step)
            self._report()
        self._move()

    def _organisation(self, code: str, change: str = "registered") -> None:
        ended = {"valid_to": "2025-12-06"} if code in self.ended else {}
        parent, level = self.parents[code], self.levels[code]
        self.told.append(self.events.organisation(code, parent, level, change, **ended))

    def _grow(self) -> None:
        for code in ("P0", "P1", "P2"):
            self.parents[code], self.levels[code] = None, "province"
        for number in range(9):
            self.parents[f"C{number}"], self.levels[f"C{number}"] = f"P{number % 2}", "commune"
        for number in range(8):
            above = self.dice.choice([code for code in self.parents if code != "P2"])
            self.parents[f"D{number}"], self.levels[f"D{number}"] = above, "department"
        for code in self.parents:
            self._organisation(code)

    def _move(self) -> None:
        """A commune goes to another province; one ends, and stands below another with what is below it."""
        self.parents["C3"] = "P2"
        self._organisation("C3", "updated")
        self.parents["C5"] = "C7"
        self.ended.add("C5")
        self._organisation("C5", "merged")

    def measured(self, code: str, body: str) -> bool:
        """Whether the body is one of those of whom an indicator is measured."""
        levels, bodies = MEASURED[code]
        return self.levels[body] in levels or body in bodies

    def _report(self) -> None:
        code = self.dice.choice(sorted(MEASURED))
        body = self.dice.choice([one for one in sorted(self.parents) if self.measured(code, one)])
        slot = code, body, self.dice.choice(PERIODS)
        said = self._said(code)
        now = self.events.now + timedelta(minutes=1)
        if slot not in self.holds:
            self._value(slot, "approved", now, said)
        elif self.dice.random() < 0.2:
            del self.holds[slot]
            self.told.append(value(self.events, *slot, "withdrawn"))
        else:
            since, before = self.holds[slot]
            self._value(slot, "submitted", since, before)
            self._value(slot, "corrected", since, said)

    def _value(self, slot: tuple[str, str, str], change: str, since: datetime, said: Said) -> None:
        self.holds[slot] = since, said
        value_type = "ratio" if slot[0] == "ratio" else "count"
        more: dict[str, Any] = {"level": self.levels[slot[1]], "true_from": since, "value_type": value_type}
        code, body, period = slot
        self.told.append(value(self.events, code, body, period, change, **(more | dict(said))))

    def _said(self, code: str) -> Said:
        if code == "ratio":
            whole = self.dice.randint(1, 50)
            return {"numerator": self.dice.randint(0, whole), "denominator": whole}
        number = self.dice.choice([self.dice.randint(0, 90), Decimal(self.dice.randint(0, 900)) / 8])
        return {"number": number} | ({"bound": "more_than"} if self.dice.random() < 0.2 else {})

    def below(self, scope: str | None) -> set[str]:
        """The bodies below a scope."""
        return {body for body in self.parents if scope is None or scope in [*self._above(body)]}

    def _above(self, body: str) -> Iterator[str]:
        above = self.parents[body]
        while above is not None:
            yield above
            above = self.parents[above]

    def expected(self, code: str, scope: str | None, at: datetime) -> tuple[Any, ...] | None:
        """The newest period of which there is a figure, counted body by body."""
        newest = None
        for period in reversed(PERIODS):
            found = self.of_period(code, scope, period, at)
            if found is not None and found[1] is not None:
                return found
            newest = newest or found
        return newest

    def of_period(self, code: str, scope: str | None, period: str, at: datetime) -> tuple[Any, ...] | None:
        """What a count body by body says of one period."""
        below = self.below(scope)
        held = {
            body: said
            for (of, body, key), (since, said) in self.holds.items()
            if (of, key) == (code, period) and since <= at and (body in below or body == scope)
        }
        if not held:
            return None
        measured = {body for body in below if self.measured(code, body)}
        covering = {above for body in measured - self.ended for above in self._above(body)}
        lowest = measured - covering
        told = [held[body] for body in lowest if body in held]
        plain = [said for said in told if "bound" not in said]
        rolled = _figure(plain) if plain else None
        own = _figure([held[scope]]) if scope in held else None
        expected = len(lowest - self.ended) + sum(1 for body in lowest & self.ended if body in held)
        counts = (len(told), expected, len(told) - len(plain)) if expected else None
        return period, own if own is not None else rolled, own, rolled, counts


def _figure(said: Sequence[Said]) -> Decimal | None:
    if "denominator" in said[0]:
        part, whole = (sum((Decimal(one[name]) for one in said), Decimal(0)) for name in ("numerator", "denominator"))
        return (100 * part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Decimal(sum(one["number"] for one in said))


def _answered(latest: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if latest is None:
        return None
    rolled = latest["rolled_up"]
    counts = rolled and (rolled["reported"], rolled["expected"], rolled["bounds"])
    figures = (latest["figure"], latest["own"], rolled and rolled["figure"])
    return latest["period"], *(None if one is None else Decimal(one) for one in figures), counts


async def _series_are_told(
    site: Any, country: Country, scope: str | None, at: datetime, query: Mapping[str, str]
) -> None:
    for code in MEASURED:
        asked = {**query, "from": PERIODS[0], "to": PERIODS[-1]}
        for point in (await site.get(f"/indicators/{code}/series", **asked)).json()["points"]:
            expected = country.of_period(code, scope, point["period"], at)
            if expected is None:
                assert (point["figure"], point["state"]) == (None, "not_reported")
            else:
                assert _answered(point) == expected, (code, scope, at)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_tree_in_any_order_is_what_a_count_by_hand_says(site: Any, view: Any, events: Any, seed: int) -> None:
    country = Country(Random(seed), events)
    country.tell()
    arriving = [events.programme("nq57-central"), *country.told]
    Random(-seed).shuffle(arriving)
    await view.fold(arriving, size=17)
    await view.fold(arriving[:60], size=25)
    view.now = site.clock.now = NOON + timedelta(days=9)
    inside = [NOON + timedelta(hours=hours) for hours in (30, 71, 100)]
    compared = set()
    instants = [None, *inside, civil_day_end(date(2025, 12, 6))]
    for at in instants:
        for scope in (None, "P0", "P1", "P2", "C3", "C7", "D0"):
            query = {"organisation": str(organisation_id(scope))} if scope else {}
            query |= {"as_of": at.isoformat()} if at else {}
            answer = (await site.get("/indicators", **query)).json()
            for one in answer["items"]:
                if one["organisation_id"] == query.get("organisation"):
                    expected = country.expected(one["code"], scope, at or view.now)
                    assert _answered(one["latest"]) == expected, (one["code"], scope, at)
                    compared |= {(one["code"], expected[1:])} if expected else set()
            if at in (None, inside[1]):
                await _series_are_told(site, country, scope, at or view.now, query)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
    assert len(compared) > 30, "so many figures differ from each other"
