"""What is promised: every goal with its peer and its floor. A floor is changed here or nowhere."""

from dataclasses import dataclass
from typing import Literal

FULL, BARE = "full peer", "bare peer"


@dataclass(frozen=True, slots=True)
class Floor:
    """What a ratio must be; `aim` is what we want."""

    kind: Literal["at least", "at most"]
    ratio: float
    aim: float | None = None

    def held_by(self, ratio: float) -> bool:
        """Whether the ratio keeps the floor."""
        return ratio >= self.ratio if self.kind == "at least" else ratio <= self.ratio

    def __str__(self) -> str:
        return f"{'≥' if self.kind == 'at least' else '≤'} {self.ratio:g}"


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table. Without a floor it is shown and not gated, such as a peer that does less."""

    part: str
    key: str
    goal: str
    peer: str
    floor: Floor | None = None


def _at_least(ratio: float, aim: float | None = None) -> Floor:
    return Floor("at least", ratio, aim)


def _at_most(ratio: float, aim: float | None = None) -> Floor:
    return Floor("at most", ratio, aim)


_PGBENCH = "pgbench, the same four rows"
_UPDATE = "Single update, 32 connections"
_ORDINARY = "Ordinary route, hot routes off"
_RATE_AT = f"{_UPDATE}, `commit_delay` 1 ms"

INGEST = (
    Goal("ingest", "hot-full", f"{_UPDATE}, service alone", FULL, _at_least(14, 25)),
    Goal("ingest", "hot-bare", f"{_UPDATE}, service alone", BARE, _at_least(5)),
    Goal("ingest", "hot-pgbench", f"{_UPDATE}, service alone", _PGBENCH, _at_least(0.45, 0.65)),
    Goal("ingest", "all-full", f"{_UPDATE}, `all` with fold", FULL, _at_least(10, 16)),
    Goal("ingest", "all-bare", f"{_UPDATE}, `all` with fold", BARE, _at_least(4)),
    Goal("ingest", "slow-disk-full", _RATE_AT, FULL, _at_least(12)),
    Goal("ingest", "ordinary-full", f"{_ORDINARY}, service alone", FULL, _at_least(4, 6)),
    Goal("ingest", "ordinary-bare", f"{_ORDINARY}, service alone", BARE, _at_least(1.5, 2.2)),
    Goal("ingest", "ordinary-all-full", f"{_ORDINARY}, `all` with fold", FULL),
    Goal("ingest", "cpu-full", "CPU per update, application and PostgreSQL", FULL, _at_most(0.05, 0.035)),
    Goal("ingest", "cpu-ordinary-full", f"{_ORDINARY}, CPU per update", FULL),
)

GOALS: tuple[Goal, ...] = INGEST


def goals_of(part: str) -> dict[str, Goal]:
    """The goals of one part by their key."""
    return {goal.key: goal for goal in GOALS if goal.part == part}
