"""The live status, now from counters or at a past instant from histories: one shape, the same figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring.errors import FiguresDoNotReconcile
from sixclear.monitoring.status import figures
from sixclear.monitoring.status.sealed import sealed_cells
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.view import cells as cells_repository
from sixclear.monitoring.view import dimensions as organisations
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import Selection
from sixclear.monitoring.view.states import Cell


async def status(session: AsyncSession, selection: Selection, *, at: datetime | None, now: datetime) -> dict[str, Any]:
    """The whole answer; `at` None means now. Raises FiguresDoNotReconcile."""
    await require_reconciled(session)
    fresh = await freshness(session, now)
    if at is None:
        cells = await cells_repository.cells_now(session, selection, civil_date(now))
        last_report = await cells_repository.last_report_now(session, selection)
    else:
        cells = await cells_repository.cells_at(session, selection, at)
        last_report = await cells_repository.last_report_at(session, selection, at)
    sealed = await sealed_cells(session, at or now, now) if selection.of_the_country else {}
    cells = Counter(cells) + Counter(sealed)
    return {
        "as_of": at or now,
        "staleness_seconds": fresh.staleness_seconds,
        "filters": {
            "organisation_id": selection.organisation_id,
            "programme": selection.programme,
            "assigned_by": selection.assigned_by,
        },
        "demonstration_included": figures.has_demonstration(cells),
        "sources": fresh.sources,
        **task_part(cells, last_report, at or now),
        "databases": {
            **_lists(cells),
            "registered_not_approved": figures.not_approved_figures(cells),
        },
        "feedback": {
            **figures.feedback_figures(cells),
            "sealed": sealed.get(Cell("feedback", ""), 0) if selection.of_the_country else None,
        },
        "denominators": denominators(cells, at or now),
    }


def task_part(cells: Mapping[Cell, int], last_report: datetime | None, at: datetime) -> dict[str, Any]:
    """The part of an answer that counts tasks; raises FiguresDoNotReconcile when buckets and total differ."""
    tasks = figures.task_figures(cells, at)
    if not tasks.consistent:
        raise FiguresDoNotReconcile("The buckets do not add up to the total.")
    return {
        "tasks": asdict(tasks),
        "shares_percent": tasks.shares,
        "activity": {"reports_today": figures.reports_of(cells, at), "last_report_at": last_report},
    }


def denominators(cells: Mapping[Cell, int], at: datetime) -> dict[str, Any]:
    """What each figure is a part of, by name and number, and which filters it heeds."""
    return {
        "shares_percent": {"name": "tasks.total", "value": figures.task_figures(cells, at).total},
        "remaining_this_year": {"name": "deadline up to the end of the civil year", "value": civil_date(at).year},
        "databases": {
            **{name: {"name": f"databases.{name}.total", "value": n["total"]} for name, n in _lists(cells).items()},
            "filters": ["organisation"],
        },
        "feedback": {
            "name": "feedback.received",
            "value": cells.get(Cell("feedback", ""), 0),
            "filters": ["organisation", "programme"],
        },
    }


def _lists(cells: Mapping[Cell, int]) -> dict[str, dict[str, int]]:
    databases = figures.database_figures(cells)
    if not figures.stages_add_up(databases):
        raise FiguresDoNotReconcile("The stages of a list do not add up to its total.")
    return databases


async def programmes_now(session: AsyncSession, now: datetime) -> dict[str, dict[str, Any]]:
    """The task part of every programme, from counters."""
    cells = await cells_repository.programme_cells_now(session, civil_date(now))
    last_reports = await cells_repository.programme_last_reports(session)
    slugs = await organisations.list_programmes(session)
    return {slug: task_part(cells.get(slug, {}), last_reports.get(slug), now) for slug in sorted({*slugs, *cells})}


async def provinces(
    session: AsyncSession, programme: str | None, *, at: datetime | None, now: datetime
) -> dict[str, Any]:
    """The tasks of each province with everything below it; raises FiguresDoNotReconcile."""
    await require_reconciled(session)
    units = await organisations.list_provinces(session, now)
    ids = [unit.organisation_id for unit in units]
    if at is None:
        cells = await cells_repository.scope_cells_now(session, ids, programme)
    else:
        cells = await cells_repository.scope_cells_at(session, ids, programme, at)
    items = [{**unit._mapping, **_of_province(cells.get(unit.organisation_id, {}), at or now)} for unit in units]
    return {"as_of": at or now, "items": items}


def _of_province(cells: Mapping[Cell, int], at: datetime) -> dict[str, Any]:
    part = task_part(cells, None, at)["tasks"]
    del part["remaining_this_year"]
    return {**part, "overdue_percent": figures.percent(part["overdue"], part["total"])}
