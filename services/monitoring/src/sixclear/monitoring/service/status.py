"""The live status, now from counters or at a past instant from histories: one shape, the same figures."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring import figures
from sixclear.monitoring.errors import FiguresDoNotReconcile, OrganisationNotFound, ProgrammeNotFound
from sixclear.monitoring.projection import Cell
from sixclear.monitoring.reported import SILENT_AFTER, sent_until
from sixclear.monitoring.repository import entities, gaps, organisations, streams, views
from sixclear.monitoring.repository import figures as cells_repository
from sixclear.monitoring.repository.figures import Selection
from sixclear.monitoring.repository.sealed import sealed_cells

AssignedBy = Literal["central", "province", "commune"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the view is, and how far each source is.

    `behind_seconds` is what the view itself is behind what reaches it. `staleness_seconds` counts what does not reach
    it too: a lost event, or one that a relay keeps back. It is None while a relay is silent, because what that one
    keeps back is not known, and while a restored log is folded beside the view, which shows the log before. `silent`
    names the sources of such relays.
    """

    staleness_seconds: float | None
    behind_seconds: float | None
    sources: Mapping[str, dict[str, Any]]
    silent: frozenset[str] = frozenset()


async def select(
    session: AsyncSession, *, organisation: str | None, programme: str | None, assigned_by: AssignedBy | None
) -> Selection:
    """What a caller means; `organisation` is an identifier or any code. Raises when it is unknown."""
    return Selection(
        await _organisation(session, organisation) if organisation is not None else None,
        await known_programme(session, programme),
        assigned_by,
    )


async def _organisation(session: AsyncSession, reference: str) -> UUID:
    try:
        identifier: UUID | None = UUID(reference)
    except ValueError:
        identifier = None
    found = await organisations.find_organisation(session, reference, identifier)
    if found is None:
        raise OrganisationNotFound("Use an organisation_id or a code such as G06 or 01.")
    return found


async def known_programme(session: AsyncSession, slug: str | None) -> str | None:
    """The programme, if it exists or nothing was asked; raises ProgrammeNotFound."""
    if slug is not None and slug not in await organisations.list_programmes(session):
        raise ProgrammeNotFound("See /api/tasks/v1/programmes for those that exist.")
    return slug


async def require_reconciled(session: AsyncSession) -> None:
    """Raises FiguresDoNotReconcile while counters differ from the records: a wrong figure is never given."""
    if not await views.reconciled(session):
        raise FiguresDoNotReconcile("Counters and records differ; figures come back when they are repaired.")


async def freshness(session: AsyncSession, now: datetime) -> Freshness:
    """The age of the instant up to which everything is known and counted; None while that is not known yet."""
    states = await views.sources(session)
    missing = await gaps.open_gaps(session)
    boundary = await entities.next_boundary(session)
    untils = [_believed(state.current_until, now) for state in states.values()]
    if boundary is not None and boundary < now:
        untils.append(boundary)
    behind = _age(untils, now) if None not in untils else None
    reports = await streams.list_reports(session)
    sent = {name: sent_until(reports, name, now) for name, state in states.items() if state.relayed}
    silent = frozenset(name for name, until in sent.items() if until is None)
    gap = await gaps.oldest_gap(session)
    # A clock that ran ahead dated the gap: since when something is missing is not known.
    unknown = gap is not None and _believed(gap, now) is None
    rebuilding = any(state.next_epoch is not None for state in states.values())
    stale = None if behind is None or silent or rebuilding or unknown else max(behind, _age([gap, *sent.values()], now))
    sources = {
        name: {
            "epoch": state.active_epoch,
            "rebuilding_epoch": state.next_epoch,
            "events": state.events,
            "last_event_at": state.last_event_at,
            "current_until": _complete_until(state, sent, now),
            "lag_messages": state.lag_messages,
            "gaps": missing.get(name, 0),
        }
        for name, state in sorted(states.items())
    }
    return Freshness(stale, behind, sources, silent)


def _believed(until: datetime | None, now: datetime) -> datetime | None:
    """The instant, unless it lies far ahead: then it is of a clock that ran ahead, and nothing is known."""
    return until if until is not None and until - now < SILENT_AFTER else None


def _complete_until(state: views.SourceState, sent: Mapping[str, datetime | None], now: datetime) -> datetime | None:
    """Up to when both are known: that everything was folded, and that everything had been sent.

    Not known while a restored log is folded beside: what readers see is of the log before.
    """
    if state.next_epoch is not None:
        return None
    instants = [_believed(state.current_until, now), *([sent[state.source]] if state.source in sent else [])]
    known = [instant for instant in instants if instant is not None]
    return min(known) if len(known) == len(instants) else None


def _age(untils: Iterable[datetime | None], now: datetime) -> float:
    """The age of the oldest instant, nought where there is none."""
    return round(max((0.0, *((now - until).total_seconds() for until in untils if until is not None))), 3)


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


# What moves with the clock or with every event, though no figure does.
_MOVING = frozenset({"as_of", "staleness_seconds", "sources"})
_AGE_STEP_SECONDS = 5


def tag_of(body: Mapping[str, Any]) -> str:
    """The entity tag of an answer: of its figures, of what they are known to lack, and of their age in steps."""
    age = body.get("staleness_seconds")
    lasting = {
        "figures": {name: value for name, value in body.items() if name not in _MOVING},
        "age": None if age is None else age // _AGE_STEP_SECONDS,
        "sources": {name: (state["epoch"], state["gaps"]) for name, state in body.get("sources", {}).items()},
    }
    digest = sha256(orjson.dumps(lasting, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f'"{digest[:32]}"'


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
