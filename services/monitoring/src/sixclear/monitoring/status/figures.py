"""Cells into the figures of an answer, pure: the same for counters and for histories."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.budget import PAIRS
from sixclear.monitoring.kinds.budget import STAGES as MONEY_STAGES
from sixclear.monitoring.kinds.decision import ABOUT, OUTCOMES
from sixclear.monitoring.kinds.document import ISSUED, NOT_ISSUED, TYPES
from sixclear.monitoring.kinds.entry import STAGES
from sixclear.monitoring.kinds.evidence import STATES
from sixclear.monitoring.kinds.filing import EXPECTED
from sixclear.monitoring.kinds.indicator import INDICATOR_KINDS
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.kinds.obstacle import AGES, KINDS, LEVELS
from sixclear.monitoring.kinds.period import TIMINGS
from sixclear.monitoring.kinds.submission import CLOCKS, OF_WHICH, WITHDRAWN
from sixclear.monitoring.kinds.task import BUCKETS, PART_NOT_KNOWN, PARTS
from sixclear.monitoring.kinds.value import MEASURED_LEVELS

_CENT = Decimal("0.01")


def percent(part: int, whole: int) -> float | None:
    """`part` of `whole` in percent, half up, two decimals; None of nothing."""
    if whole == 0:
        return None
    return float((Decimal(100 * part) / whole).quantize(_CENT, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """How many tasks are in each bucket. The total is counted on its own, never added up."""

    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int
    remaining_overdue: int
    remaining_overdue_of_earlier_years: int
    remaining_not_due: int

    @property
    def remaining_this_year(self) -> int:
        """Open one-off tasks with a deadline up to the end of this civil year (R5)."""
        return self.remaining_overdue + self.remaining_not_due

    @property
    def shares(self) -> dict[str, float | None]:
        """Each bucket's share of the total, in percent."""
        return {name: percent(getattr(self, name), self.total) for name in BUCKETS}

    @property
    def consistent(self) -> bool:
        """Whether the buckets add up to the total."""
        return self.completed + self.in_term + self.overdue + self.recurring == self.total


def task_figures(cells: Mapping[Cell, int], at: datetime) -> TaskFigures:
    """The figures as at `at`, in whose civil year *this year* ends."""
    year = civil_date(at).year
    buckets = dict.fromkeys(BUCKETS, 0)
    remaining = {"overdue": 0, "in_term": 0}
    earlier = 0
    for (measure, slot), n in cells.items():
        if measure == "task_bucket":
            bucket, _, due = slot.partition(":")
            buckets[bucket] += n
            if due and int(due) <= year:
                remaining[bucket] += n
                earlier += n if bucket == "overdue" and int(due) < year else 0
    return TaskFigures(
        total=cells.get(Cell("task", ""), 0),
        remaining_overdue=remaining["overdue"],
        remaining_overdue_of_earlier_years=earlier,
        remaining_not_due=remaining["in_term"],
        **buckets,
    )


@dataclass(frozen=True, slots=True)
class HandedIn:
    """How the submissions that wait or were accepted stand to their deadlines; None while that is not known."""

    completed_on_time: int | None = None
    completed_late: int | None = None
    awaiting_confirmation: int | None = None
    overdue_handed_in_on_time: int | None = None


def handed_in_figures(cells: Mapping[Cell, int], completed: int) -> HandedIn:
    """Known only where the rows tell it of all `completed` tasks: those of older rules do not."""
    counts: dict[str, int] = defaultdict(int)
    for (measure, slot), n in cells.items():
        if measure == "task_handed_in":
            counts[slot] += n
    of_completed = sum(n for slot, n in counts.items() if slot.startswith("completed:"))
    if of_completed != completed or any(n for slot, n in counts.items() if slot.endswith(":unknown")):
        return HandedIn()
    return HandedIn(
        completed_on_time=counts["completed:on_time"],
        completed_late=counts["completed:late"],
        awaiting_confirmation=sum(counts.values()) - of_completed,
        overdue_handed_in_on_time=counts["overdue:on_time"],
    )


def part_figures(cells: Mapping[Cell, int]) -> dict[str, dict[str, int]]:
    """For each bucket of open tasks how many are in which of its parts, or in none that is known."""
    return {
        bucket: {part: cells.get(Cell("task_part", f"{bucket}:{part}"), 0) for part in (*parts, PART_NOT_KNOWN)}
        for bucket, parts in PARTS.items()
    }


def parts_add_up(parts: Mapping[str, Mapping[str, int]], tasks: TaskFigures) -> bool:
    """Whether the parts of each bucket add up to it; both are counted on their own."""
    return all(sum(counts.values()) == getattr(tasks, bucket) for bucket, counts in parts.items())


def known_parts(parts: Mapping[str, int]) -> dict[str, int] | None:
    """The parts of a bucket; None where of a task it is not known in which it is."""
    known = {part: n for part, n in parts.items() if part != PART_NOT_KNOWN}
    return None if parts[PART_NOT_KNOWN] else known


def by_original_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How the accepted submissions of all completed tasks stand to the deadlines that were set first."""
    return {slot: n for (measure, slot), n in cells.items() if measure == "task_done_by_original"}


def rate_figures(on_time: int, late: int, due: int) -> dict[str, float | None]:
    """What was done in time or late of what was due, and the rest of that, in percent (R6); None of nothing."""
    parts = {"done_of_due": on_time + late, "overdue_of_due": due - on_time - late, "on_time": on_time}
    return {name: percent(part, due) for name, part in parts.items()}


def database_figures(cells: Mapping[Cell, int]) -> dict[str, dict[str, int]]:
    """For each programme list in which something stands: how many entries, in which stage, how many at risk."""
    return {
        name: {
            "total": total,
            **{stage: cells.get(Cell("database_stage", f"{name}/{stage}"), 0) for stage in STAGES},
            "at_risk": cells.get(Cell("database_at_risk", name), 0),
        }
        for (measure, name), total in sorted(cells.items())
        if measure == "database" and total
    }


def stages_add_up(databases: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether the stages of each list add up to its total, which is counted on its own."""
    return all(figures["total"] == sum(figures[stage] for stage in STAGES) for figures in databases.values())


def not_approved_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """Databases whose registration was sent and not approved yet, and of how many owners."""
    owners = {slot: n for (measure, slot), n in cells.items() if measure == "database_not_approved" and n}
    return {"databases": sum(owners.values()), "organisations": sum(1 for owner in owners if owner)}


def feedback_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How many submissions were received, counted on their own, and how the clock of each stands or ended."""
    clocks = {name: cells.get(Cell("feedback_clock", name), 0) for name in CLOCKS}
    closed = cells.get(Cell("feedback_clock", WITHDRAWN), 0)
    return {"received": cells.get(Cell("feedback", ""), 0), **clocks, "closed_without_answer": closed}


def feedback_parts(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How many of them are paused, were opened again, were appealed; one may be in several."""
    return {name: cells.get(Cell("feedback_of_which", name), 0) for name in OF_WHICH}


def period_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How many periods are due, counted on their own, and how they were reported."""
    return {"due": cells.get(Cell("period", ""), 0)} | {
        name: cells.get(Cell("period_timing", name), 0) for name in TIMINGS
    }


def evidence_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How many pieces of evidence wait, were accepted, were refused."""
    return {state: cells.get(Cell("evidence", state), 0) for state in STATES}


def decision_figures(cells: Mapping[Cell, int]) -> dict[str, dict[str, int]]:
    """For each kind of decision of which there is one: how many have which outcome."""
    found: dict[str, dict[str, int]] = {}
    for about in ABOUT:
        found[about] = {outcome: cells.get(Cell("decision", f"{about}/{outcome}"), 0) for outcome in OUTCOMES}
    return {about: outcomes for about, outcomes in found.items() if any(outcomes.values())}


def urge_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How much of what was said wants an answer, has one, or needs none any more; and how many rungs were told."""
    names = {"unanswered": "open", "answered": "answered", "lapsed": "lapsed", "rungs": "told"}
    return {name: cells.get(Cell("urge", state), 0) for name, state in names.items()}


def reporting_figures(cells: Mapping[Cell, int]) -> dict[str, int]:
    """How many filings are expected, and how each of them stands; empty ones are a part of those that were filed."""
    timings = {name: cells.get(Cell("filing_timing", name), 0) for name in EXPECTED}
    return {
        "expected": cells.get(Cell("filing", ""), 0),
        **timings,
        "empty": cells.get(Cell("filing_empty", ""), 0),
    }


def obstacle_figures(cells: Mapping[Cell, int]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """How many obstacles are open and how many settled; and the open ones by kind, by level and by age."""
    parts = {"kind": KINDS, "level": LEVELS, "age": AGES}
    return (
        {"open": cells.get(Cell("obstacle", ""), 0), "settled": cells.get(Cell("obstacle_settled", ""), 0)},
        {
            f"by_{part}": {slot: cells.get(Cell(f"obstacle_{part}", slot), 0) for slot in slots}
            for part, slots in parts.items()
        },
    )


def document_figures(cells: Mapping[Cell, int]) -> dict[str, dict[str, int]]:
    """By type how many documents were issued, counted on their own, and how these and those that are owed stand."""
    told = sorted(slot.partition("/")[0] for measure, slot in cells if measure == "document")
    return {
        of_type: {
            "issued": cells.get(Cell("document_issued", of_type), 0),
            **{name: cells.get(Cell("document", f"{of_type}/{name}"), 0) for name in (*ISSUED, *NOT_ISSUED)},
        }
        for of_type in dict.fromkeys((*TYPES, *told))
    }


def budget_figures(cells: Mapping[Cell, int], year: str | None = None) -> tuple[dict[str, int], dict[str, int]]:
    """Of one year or of all: how many lines there are, how many have each stage and both stages of each pair; and what
    each stage comes to, and each stage of a pair over the lines that have both."""
    lines = dict.fromkeys(("lines", *MONEY_STAGES, *PAIRS), 0)
    amounts: dict[str, int] = defaultdict(int)
    for (measure, slot), n in cells.items():
        of_year, _, name = slot.partition("/")
        if measure.startswith("budget") and of_year and year in (None, of_year):
            if measure in ("budget", "budget_lines"):
                lines[name or "lines"] += n
            else:
                amounts[name] += n
    return lines, dict(amounts)


def budget_years(cells: Mapping[Cell, int]) -> list[str]:
    """The years of which there are lines."""
    return sorted(slot for (measure, slot), n in cells.items() if measure == "budget" and n)


def indicator_figures(cells: Mapping[Cell, int]) -> tuple[dict[str, int], dict[str, int]]:
    """How many indicators of each kind are defined; and how many values hold, of bodies of which level."""
    defined: dict[str, int] = {kind: cells.get(Cell("indicator", kind), 0) for kind in INDICATOR_KINDS}
    return defined, {level: cells.get(Cell("value", level), 0) for level in MEASURED_LEVELS}


def reports_of(cells: Mapping[Cell, int], at: datetime) -> int:
    """Progress reports on the civil day of `at`."""
    return cells.get(Cell("report", civil_date(at).isoformat()), 0)


def has_demonstration(cells: Mapping[Cell, int]) -> bool:
    """Whether records of demonstration are among those counted."""
    return any(n and measure.endswith("_demonstration") for (measure, _), n in cells.items())
