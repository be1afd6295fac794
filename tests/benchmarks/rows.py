"""What was measured: rounds side by side, their medians, and the row that is kept of them."""

import asyncio
import statistics
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.goals import Goal
from tests.benchmarks.machine import Patience

# A case does its work once and says what came out, by name: {"rate": 1830.0, "cpu_us": 410.0}.
Figures = Mapping[str, float]
Case = Callable[[], Awaitable[Figures]]

# Of one case in one round; a case is meant to take some seconds.
_CASE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """A measured goal. `held` is None where nothing is promised or nothing could be measured; `note` says which."""

    part: str
    key: str
    goal: str
    peer: str
    figure: str
    ratio: float | None
    spread: str
    floor: str
    aim: float | None
    held: bool | None
    note: str
    measured_at: str
    commit: str

    def as_json(self) -> dict[str, Any]:
        """As `docs/performance.json` holds it."""
        return asdict(self)


class Rounds:
    """The figures of each case, round by round: cases of one round ran one after another on the same machine.

    A case that does not end within its limit is left out from then on, and `slow` says so by its name.
    """

    def __init__(self, patience: Patience | None = None, case_seconds: float = _CASE_SECONDS) -> None:
        self._figures: dict[str, list[Figures]] = {}
        self._patience = patience or Patience()
        self._busy = self._ran = 0
        self._case_seconds = case_seconds
        self.slow: dict[str, str] = {}

    async def run(self, cases: Mapping[str, Case], rounds: int, say: Callable[[str], None]) -> None:
        """Run every case once a round; the order turns, so that no case always follows the same one."""
        names = list(cases)
        for number in range(rounds):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                if name in self.slow:
                    continue
                self._ran += 1
                self._busy += not await self._patience.quiet()
                told = await self._once(name, cases[name])
                say(f"  round {number + 1}/{rounds} {name}: {told}")

    async def _once(self, name: str, case: Case) -> str:
        """Run a case within its limit, and keep its figures; what is to be said of it."""
        try:
            async with asyncio.timeout(self._case_seconds) as limit:
                figures = await case()
        except TimeoutError:
            if not limit.expired():
                raise
            self._figures.pop(name, None)
            self.slow[name] = f"{name} did not end within {self._case_seconds:.0f} s"
            return f"SLOW, {self.slow[name]}: left out"
        self._figures.setdefault(name, []).append(figures)
        return ", ".join(f"{key} {shown(value)}" for key, value in figures.items())

    @property
    def disturbed(self) -> str:
        """What is said beside the figures when others used the machine too."""
        return f"others used the machine in {self._busy} of {self._ran} measurements" if self._busy else ""

    def has(self, case: str) -> bool:
        """Whether the case ran."""
        return case in self._figures

    def values(self, case: str, figure: str) -> list[float]:
        """What each round gave."""
        return [one[figure] for one in self._figures[case]]

    def median(self, case: str, figure: str) -> float:
        """The median of the rounds."""
        return statistics.median(self.values(case, figure))

    def ratios(self, case: str, peer: str, figure: str) -> list[float]:
        """The case's figure through the peer's of the same round."""
        pairs = zip(self.values(case, figure), self.values(peer, figure), strict=True)
        return [ours / theirs for ours, theirs in pairs]


def compared(rounds: Rounds, goal: Goal, case: str, peer: str, figure: str, unit: str, note: str = "") -> Row:
    """The row of a goal that is a ratio of two cases; it says which of them was too slow to be measured."""
    if slow := [rounds.slow[name] for name in (case, peer) if name in rounds.slow]:
        return missing(goal, noted(*slow))
    ours, theirs = rounds.median(case, figure), rounds.median(peer, figure)
    ratios = rounds.ratios(case, peer, figure)
    return row(goal, f"{shown(ours)} {unit} against {shown(theirs)}", ratios, noted(note, rounds.disturbed))


def cpu_of(rounds: Rounds, case: str) -> str:
    """What an event costs in both processes, as a note; empty of a case that was not measured."""
    if not rounds.has(case):
        return ""
    ours, theirs = rounds.median(case, "cpu_us"), rounds.median(case, "postgres_us")
    return f"application + PostgreSQL: {ours:.0f} + {theirs:.0f} µs an event"


def row(goal: Goal, figure: str, ratios: Sequence[float], note: str = "") -> Row:
    """The row of a goal; `ratios` are those of the rounds, or one that was counted."""
    ratio = statistics.median(ratios)
    held = goal.floor.held_by(ratio) if goal.floor else None
    spread = f"{shown(min(ratios))}–{shown(max(ratios))}" if len(ratios) > 1 else "counted once"
    return _row(goal, figure, float(f"{ratio:.4g}"), spread, held, note)


def noted(*words: str) -> str:
    """Notes in one line."""
    return "; ".join(word for word in words if word)


def missing(goal: Goal, why: str) -> Row:
    """The row of a goal that could not be measured."""
    return _row(goal, "–", None, "–", None, why)


def _row(goal: Goal, figure: str, ratio: float | None, spread: str, held: bool | None, note: str) -> Row:
    return Row(
        part=goal.part,
        key=goal.key,
        goal=goal.goal,
        peer=goal.peer,
        figure=figure,
        ratio=ratio,
        spread=spread,
        floor=str(goal.floor) if goal.floor else "shown only",
        aim=goal.floor.aim if goal.floor else None,
        held=held,
        note=note,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=_commit(),
    )


def _commit() -> str:
    """The commit that is measured; `+` after it: with changes that no commit has."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def shown(value: float) -> str:
    """Three digits that count, with commas between thousands."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
