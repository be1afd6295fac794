"""What is told beside tasks: what hangs on them, and what bodies owe as reports. What is not known has no figure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sixclear.monitoring.errors import FiguresDoNotReconcile
from sixclear.monitoring.kinds.decision import DECISION
from sixclear.monitoring.kinds.evidence import EVIDENCE
from sixclear.monitoring.kinds.filing import FILING
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.kinds.obstacle import OBSTACLE
from sixclear.monitoring.kinds.period import PERIOD
from sixclear.monitoring.kinds.urge import URGE
from sixclear.monitoring.status import figures
from sixclear.monitoring.status.schemas import (
    DecisionFigures,
    EvidenceFigures,
    ObstacleFigures,
    PeriodFigures,
    ReportingFigures,
    UrgeFigures,
)
from sixclear.monitoring.view.heard import Heard, knows

# A source that never told of it has no figure there, not a zero.
BESIDE_TASKS = (PERIOD, EVIDENCE, DECISION, URGE, FILING, OBSTACLE)


def beside_tasks(cells: Mapping[Cell, int], heard: Heard, at: datetime) -> dict[str, Any]:
    """The figures, by their names; None for what is not known at `at`. Raises FiguresDoNotReconcile."""
    decided = figures.decision_figures(cells).items()
    return {
        "periods": _periods(cells) if knows(heard, PERIOD, at) else None,
        "evidence": EvidenceFigures(**figures.evidence_figures(cells)) if knows(heard, EVIDENCE, at) else None,
        "decisions": {one: DecisionFigures(**told) for one, told in decided} if knows(heard, DECISION, at) else None,
        "urges": UrgeFigures(**figures.urge_figures(cells)) if knows(heard, URGE, at) else None,
        "reporting": _reporting(cells) if knows(heard, FILING, at) else None,
        "obstacles": _obstacles(cells) if knows(heard, OBSTACLE, at) else None,
        "without_movement": cells.get(Cell("task_without_movement", ""), 0) if knows(heard, FILING, at) else None,
    }


def _periods(cells: Mapping[Cell, int]) -> PeriodFigures:
    found = figures.period_figures(cells)
    if found["due"] != found["on_time"] + found["late"] + found["missing"]:
        raise FiguresDoNotReconcile("How periods were reported does not add up to those that are due.")
    return PeriodFigures(**found)


def _reporting(cells: Mapping[Cell, int]) -> ReportingFigures:
    found = figures.reporting_figures(cells)
    if found["expected"] != sum(found[name] for name in ("on_time", "late", "missing", "awaited")):
        raise FiguresDoNotReconcile("How bodies filed does not add up to what is expected of them.")
    return ReportingFigures(**found)


def _obstacles(cells: Mapping[Cell, int]) -> ObstacleFigures:
    counts, parts = figures.obstacle_figures(cells)
    if any(sum(of_part.values()) != counts["open"] for of_part in parts.values()):
        raise FiguresDoNotReconcile("Obstacles by kind, by level or by age do not add up to those that are open.")
    return ObstacleFigures(**counts, **parts)
