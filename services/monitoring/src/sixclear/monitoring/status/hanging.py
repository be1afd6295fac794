"""What is told beside tasks: what hangs on them, what bodies owe as reports, and results.

What is not known has no figure.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sixclear.monitoring.errors import FiguresDoNotReconcile
from sixclear.monitoring.kinds.budget import BUDGET, PAIRS, STAGES
from sixclear.monitoring.kinds.decision import DECISION
from sixclear.monitoring.kinds.document import DOCUMENT
from sixclear.monitoring.kinds.evidence import EVIDENCE
from sixclear.monitoring.kinds.filing import FILING
from sixclear.monitoring.kinds.indicator import INDICATOR
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.kinds.obstacle import OBSTACLE
from sixclear.monitoring.kinds.period import PERIOD
from sixclear.monitoring.kinds.urge import URGE
from sixclear.monitoring.kinds.value import VALUE
from sixclear.monitoring.status import figures
from sixclear.monitoring.status.schemas import (
    BudgetFigures,
    DecisionFigures,
    DocumentCounts,
    DocumentFigures,
    EvidenceFigures,
    IndicatorCounts,
    ObstacleFigures,
    PairFigures,
    PeriodFigures,
    ReportingFigures,
    ShareFigures,
    StageFigures,
    UrgeFigures,
)
from sixclear.monitoring.view.heard import Heard, knows

# A source that never told of it has no figure there, not a zero.
BESIDE_TASKS = (PERIOD, EVIDENCE, DECISION, URGE, FILING, OBSTACLE, DOCUMENT, BUDGET, INDICATOR, VALUE)


def beside_tasks(cells: Mapping[Cell, int], heard: Heard, at: datetime, *, of_body: bool = False) -> dict[str, Any]:
    """The figures, by their names; None for what is not known at `at`. Raises FiguresDoNotReconcile.

    Asked `of_body`, how many indicators are defined is not said: none is a body's own.
    """
    decided = figures.decision_figures(cells).items()
    return {
        "periods": _periods(cells) if knows(heard, PERIOD, at) else None,
        "evidence": EvidenceFigures(**figures.evidence_figures(cells)) if knows(heard, EVIDENCE, at) else None,
        "decisions": {one: DecisionFigures(**told) for one, told in decided} if knows(heard, DECISION, at) else None,
        "urges": UrgeFigures(**figures.urge_figures(cells)) if knows(heard, URGE, at) else None,
        "reporting": _reporting(cells) if knows(heard, FILING, at) else None,
        "obstacles": _obstacles(cells) if knows(heard, OBSTACLE, at) else None,
        "budgets": budget_figures(cells) if knows(heard, BUDGET, at) else None,
        "documents": document_figures(cells) if knows(heard, DOCUMENT, at) else None,
        "indicators": _indicators(cells, of_body=of_body) if knows(heard, INDICATOR, at) else None,
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


def document_figures(cells: Mapping[Cell, int]) -> DocumentFigures:
    """Documents in all and by type; raises FiguresDoNotReconcile."""
    found = figures.document_figures(cells)
    for of_type, counts in found.items():
        if counts["issued"] != counts["not_in_force_yet"] + counts["in_force"] + counts["replaced"]:
            raise FiguresDoNotReconcile(f"How documents of the type {of_type} stand does not add up to those issued.")
    sums = {name: sum(counts[name] for counts in found.values()) for name in DocumentCounts.model_fields}
    return DocumentFigures(**sums, by_type={of_type: DocumentCounts(**counts) for of_type, counts in found.items()})


def budget_figures(cells: Mapping[Cell, int], year: str | None = None) -> BudgetFigures:
    """Money by stage, of one year or of all."""
    lines, amounts = figures.budget_figures(cells, year)
    return BudgetFigures(
        lines=lines["lines"],
        **{one: StageFigures(amount=amounts.get(one, 0) if lines[one] else None, lines=lines[one]) for one in STAGES},
        **{name: _pair(name, lines[name], amounts) for name in PAIRS},
    )


def _pair(name: str, lines: int, amounts: Mapping[str, int]) -> PairFigures:
    if not lines:
        return PairFigures(difference=None, lines=0, share=None)
    whole, part = (amounts.get(f"{name}/{stage}", 0) for stage in PAIRS[name])
    share = figures.percent(part, whole)
    return PairFigures(
        difference=whole - part,
        lines=lines,
        share=None if share is None else ShareFigures(numerator=part, denominator=whole, percent=share),
    )


def _indicators(cells: Mapping[Cell, int], *, of_body: bool) -> IndicatorCounts:
    defined, by_level = figures.indicator_figures(cells)
    return IndicatorCounts(
        defined=None if of_body else sum(defined.values()),
        values=sum(by_level.values()),
        values_by_level=by_level,
        bounds=cells.get(Cell("value_bound", ""), 0),
        waiting=cells.get(Cell("value_waiting", ""), 0),
    )
