"""Figures of results: now from counters, of a past instant from the changes by day."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.budget import BUDGET
from sixclear.monitoring.kinds.document import DOCUMENT
from sixclear.monitoring.kinds.kind import AnyKind, Cell
from sixclear.monitoring.results.schemas import Budgets, Documents
from sixclear.monitoring.status.figures import budget_years, has_demonstration
from sixclear.monitoring.status.hanging import budget_figures, document_figures
from sixclear.monitoring.status.service import filters_of
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.view import cells as view
from sixclear.monitoring.view import past
from sixclear.monitoring.view.heard import heard_since, knows
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import Selection

_RECORDS = "/api/tasks/v1"


async def documents(session: AsyncSession, selection: Selection, *, at: datetime | None, now: datetime) -> Documents:
    """How many documents there are; `at` None means now. Raises FiguresDoNotReconcile."""
    cells, known = await _cells(session, DOCUMENT, selection, at, now)
    return Documents(
        **await _about(session, selection, cells, at, now, list_of="documents"),
        documents=document_figures(cells) if known else None,
    )


async def budgets(session: AsyncSession, selection: Selection, *, at: datetime | None, now: datetime) -> Budgets:
    """What money came to by stage; `at` None means now. Raises FiguresDoNotReconcile."""
    cells, known = await _cells(session, BUDGET, selection, at, now)
    return Budgets(
        **await _about(session, selection, cells, at, now, list_of="budgets"),
        budgets=budget_figures(cells) if known else None,
        by_year={year: budget_figures(cells, year) for year in budget_years(cells)},
    )


async def _cells(
    session: AsyncSession, kind: AnyKind, selection: Selection, at: datetime | None, now: datetime
) -> tuple[dict[Cell, int], bool]:
    """The cells of a kind, and whether they are known."""
    await require_reconciled(session, past=at is not None)
    found: view.Cells
    if at is None:
        found = await view.cells_now(session, [kind], selection, civil_date(now))
    else:
        found = await past.cells_at(session, [kind], selection, at)
    heard = await heard_since(session, [kind])
    return {cell: int(amount) for cell, amount in found.items()}, knows(heard, kind, at or now)


async def _about(
    session: AsyncSession,
    selection: Selection,
    cells: dict[Cell, int],
    at: datetime | None,
    now: datetime,
    *,
    list_of: str,
) -> dict[str, Any]:
    narrowed = {
        "programme": selection.programme,
        "organisation": selection.organisation_id,
        "as_of": civil_date(at or now).isoformat(),
    }
    query = urlencode({name: value for name, value in narrowed.items() if value is not None})
    return {
        "as_of": at or now,
        "staleness_seconds": (await freshness(session, now)).staleness_seconds,
        "filters": filters_of(selection),
        "demonstration_included": has_demonstration(cells),
        "records": f"{_RECORDS}/{list_of}?{query}",
    }
