"""The live status, now from counters or at a past instant from histories: one shape, the same figures."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.common.web.schemas import Schema
from sixclear.monitoring.errors import FiguresDoNotReconcile
from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.kind import AnyKind, Cell
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.kinds.task import BUCKETS, REPORTS, TASK
from sixclear.monitoring.status import figures
from sixclear.monitoring.status.hanging import BESIDE_TASKS, beside_tasks
from sixclear.monitoring.status.provinces import Province, Provinces
from sixclear.monitoring.status.schemas import (
    Activity,
    Databases,
    Done,
    FeedbackFigures,
    FeedbackParts,
    Filters,
    InTermParts,
    ListFigures,
    NotApproved,
    OverdueParts,
    Rates,
    Shares,
    Status,
    TaskFigures,
    TaskPart,
)
from sixclear.monitoring.status.sealed import SEALED, sealed_cells, sealed_part
from sixclear.monitoring.streams.freshness import Freshness, freshness
from sixclear.monitoring.view import cells as view
from sixclear.monitoring.view import dimensions, latest_past, past
from sixclear.monitoring.view.as_then import as_then
from sixclear.monitoring.view.dimensions import Reach, Reference
from sixclear.monitoring.view.former_tree import body_then, provinces_then
from sixclear.monitoring.view.heard import Heard, heard_since
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import Selection, known_body

# Of tasks it is asked, too: while other rules count them, how they stand has no figure.
HEARD_OF = (TASK, *BESIDE_TASKS, SUBMISSION)
# A status reads the measures of these and no others; of a directive or a group, what hangs on tasks is not known.
SHOWN = (TASK, *BESIDE_TASKS, SUBMISSION, ENTRY)
_OF_NAMED = (TASK, SUBMISSION, ENTRY)
_OF_PROVINCES = ("task", "task_bucket")
_BY_REACH = {
    measure for kind in SHOWN if kind.by_reach for measure in (*kind.measures, *(f.measure for f in kind.flows))
}
_WITHOUT_PROGRAMME = {m for kind in SHOWN if "programme" not in kind.dimensions for m in kind.measures}


async def status(session: AsyncSession, selection: Selection, *, at: datetime | None, now: datetime) -> Status:
    """The whole answer; `at` None means now. Raises FiguresDoNotReconcile."""
    await require_reconciled(session, past=at is not None)
    fresh = await freshness(session, now)
    cells: view.Cells
    if at is None and not selection.names_facts:
        cells = await view.cells_now(session, SHOWN, selection, civil_date(now))
        last_report = await view.latest_now(session, TASK, REPORTS, selection)
    else:
        last_report = await latest_past.latest_at(session, TASK, REPORTS, selection, at or now)
        cells = await past.cells_at(session, _shown(selection), selection, at or now)
    sealed = await sealed_cells(session, at or now, now) if _tells_sealed(selection) else {}
    heard = await heard_since(session, HEARD_OF)
    return _status(cells, sealed, last_report, selection, fresh, heard, at or now)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look told that every answer needs: no figure is refused, how old they are, and which programmes exist.

    `sealed` are the cells of sealed submissions as now; `heard` says since when what hangs on tasks is known. The
    `number` rises with every change of the figures.
    """

    fresh: Freshness
    programmes: Mapping[str, Reach]
    sealed: Mapping[Cell, int]
    heard: Heard
    number: int

    def reach_of(self, programme: str | None) -> Reach | None:
        """The reach of a programme that is known; None where none is asked about."""
        return None if programme is None else self.programmes[programme]


async def status_beside(
    session: AsyncSession,
    selection: Selection,
    named: Reference | None,
    *,
    by_then: bool,
    standing: Standing,
    at: datetime | None,
    now: datetime,
) -> Status:
    """As `status`, of the body that is named, for callers that know the rest: one statement, two for a past instant.

    Two also where a fact is named that no counter knows: its records are read as of a past instant. With `by_then` a
    past instant is told by its own tree and programmes: some more where these were others. Raises ReferenceUnknown.
    """
    tells_sealed = named is None and _tells_sealed(selection)
    cells: view.Cells
    sealed: Mapping[Cell, int] = standing.sealed if tells_sealed else {}
    by_history = at or (now if selection.names_facts else None)
    if by_history is None:
        found = await view.cells_of_body(session, SHOWN, (TASK, REPORTS), selection, named, civil_date(now))
        body, cells, last_report = found
    else:
        reports = await latest_past.reports_of_body_at(session, TASK, REPORTS, selection, named, by_history)
        body, last_report = reports.body, reports.latest
        if by_then and reports.otherwise_since:
            then = await body_then(session, named, by_history) if named is not None and reports.moved_since else None
            if then is None and named is not None:
                selection = replace(selection, organisation_id=known_body(body))
            selection = await as_then(session, selection, then, by_history)
            if not selection.of_now:
                last_report = await latest_past.latest_at(session, TASK, REPORTS, selection, by_history)
            body = selection.organisation_id
    if named is not None:
        selection = replace(selection, organisation_id=known_body(body))
    if by_history is not None:
        part = sealed_part(by_history, now) if tells_sealed else None
        by_scope = await past.cells_with_part_at(session, _shown(selection), selection, part, by_history)
        cells = by_scope.get(selection.scope, {})
        sealed = {cell: int(n) for cell, n in by_scope.get(SEALED, {}).items()}
    return _status(cells, sealed, last_report, selection, standing.fresh, standing.heard, at or now)


class Now(NamedTuple):
    """The statuses of the country (None) and of each programme, the sealed cells of the country, what was heard of."""

    statuses: dict[str | None, Status]
    sealed: dict[Cell, int]
    heard: Heard


async def statuses_now(session: AsyncSession, fresh: Freshness, now: datetime) -> Now:
    """All statuses that are kept, from counters; raises FiguresDoNotReconcile.

    For callers that know the age of the view, and that no figure is refused.
    """
    by_programme = await view.programme_cells_now(session, SHOWN, civil_date(now))
    reports = await view.programme_latest(session, TASK, REPORTS)
    reach_of = await dimensions.list_programmes(session)
    sealed, heard = await sealed_cells(session, now, now), await heard_since(session, HEARD_OF)
    own = {slug for slug, reach in reach_of.items() if reach == "own"}
    country = _without(by_programme.get("", {}), [by_programme.get(slug, {}) for slug in own])
    last = (
        max((at for slug, at in reports.items() if slug and slug not in own), default=None) if own else reports.get("")
    )
    under_none = {cell: n for cell, n in country.items() if cell.measure in _WITHOUT_PROGRAMME}
    found: dict[str | None, Status] = {None: _status(country, sealed, last, Selection(), fresh, heard, now)}
    for slug in sorted({*reach_of, *by_programme} - {""}):
        cells = {**by_programme.get(slug, {}), **under_none}
        selection = Selection(programme=slug, reach=reach_of.get(slug, "national"))
        found[slug] = _status(cells, {}, reports.get(slug), selection, fresh, heard, now)
    return Now(found, sealed, heard)


def _without(all_cells: view.Cells, own: Iterable[view.Cells]) -> view.Cells:
    """The country contains no own work."""
    found = dict(all_cells)
    for cell, n in (item for cells in own for item in cells.items() if item[0].measure in _BY_REACH):
        found[cell] = found.get(cell, 0) - n
    return found


def _shown(selection: Selection) -> tuple[AnyKind, ...]:
    return _OF_NAMED if selection.names_facts else SHOWN


def _tells_sealed(selection: Selection) -> bool:
    """Sealed ones are told of the whole country only."""
    return selection.is_all_of(SUBMISSION)


def _status(
    cells: view.Cells,
    sealed: Mapping[Cell, int],
    last_report: datetime | None,
    selection: Selection,
    fresh: Freshness,
    heard: Heard,
    at: datetime,
) -> Status:
    counts = {cell: int(cells.get(cell, 0)) + sealed.get(cell, 0) for cell in cells.keys() | sealed.keys()}
    tasks = task_part(counts, last_report, at, heard)
    known, of_body = {} if selection.names_facts else heard, selection.organisation_id is not None
    lists, on_tasks = _lists(counts), beside_tasks(counts, known, at, of_body=of_body)
    return Status(
        tasks=tasks.tasks,
        shares_percent=tasks.shares_percent,
        rates_percent=tasks.rates_percent,
        activity=tasks.activity,
        as_of=at,
        staleness_seconds=fresh.staleness_seconds,
        filters=filters_of(selection),
        demonstration_included=figures.has_demonstration(counts),
        sources=fresh.sources,
        databases=Databases.model_validate(
            {**lists, "registered_not_approved": NotApproved(**figures.not_approved_figures(counts))}
        ),
        feedback=_feedback(counts, sealed if _tells_sealed(selection) else None, heard),
        **on_tasks,
        denominators=_denominators(counts, lists, tasks.tasks, at)
        | {"periods": {"name": "periods.due", "value": on_tasks["periods"] and on_tasks["periods"].due}},
    )


def _feedback(counts: Mapping[Cell, int], sealed: Mapping[Cell, int] | None, heard: Heard) -> FeedbackFigures:
    """Raises FiguresDoNotReconcile when the clocks do not add up to what was received."""
    found = figures.feedback_figures(counts)
    if found["received"] != sum(n for name, n in found.items() if name != "received"):
        raise FiguresDoNotReconcile("How the clocks of submissions stand does not add up to those received.")
    known = found["received"] == 0 or SUBMISSION.name in heard
    return FeedbackFigures(
        **found,
        overdue_by_body=counts.get(Cell("feedback_overdue_by_body", ""), 0) if known else None,
        of_which=FeedbackParts(**figures.feedback_parts(counts)) if known else None,
        sealed=None if sealed is None else sealed.get(Cell("feedback", ""), 0),
    )


def filters_of(selection: Selection) -> Filters:
    """What figures were narrowed to, as it is answered."""
    return Filters(
        organisation_id=selection.organisation_id,
        programme=selection.programme,
        assigned_by=selection.assigned_by,
        reach=selection.reach or ("both" if selection.organisation_id else "national"),
        directive=selection.directive_id,
        group=selection.work_group,
        tree="now" if selection.of_now else "then",
    )


def task_part(
    cells: Mapping[Cell, int], last_report: datetime | None, at: datetime, heard: Heard | None = None
) -> TaskPart:
    """The part of an answer that counts tasks; how they stand is left out where `heard` does not say that it is known.

    Raises FiguresDoNotReconcile when buckets and total differ, or parts and buckets.
    """
    tasks = figures.task_figures(cells, at)
    if not tasks.consistent:
        raise FiguresDoNotReconcile("The buckets do not add up to the total.")
    handed_in = figures.handed_in_figures(cells, tasks.completed)
    known = heard is not None and (tasks.total == 0 or TASK.name in heard)
    shown = TaskFigures(
        **asdict(tasks),
        remaining_this_year=tasks.remaining_this_year,
        **asdict(handed_in),
        **(_standing(cells, tasks, handed_in) if known else {}),
    )
    due = _due(shown)
    return TaskPart(
        tasks=shown,
        shares_percent=Shares(**tasks.shares),
        rates_percent=Rates(**figures.rate_figures(shown.done.on_time, shown.done.late, due))
        if shown.done is not None and due is not None
        else None,
        activity=Activity(reports_today=figures.reports_of(cells, at), last_report_at=last_report),
    )


def _standing(
    cells: Mapping[Cell, int], tasks: figures.TaskFigures, handed_in: figures.HandedIn
) -> dict[str, Schema | None]:
    """How open tasks stand to their deadlines, and completed ones stood."""
    parts, by_original = figures.part_figures(cells), figures.by_original_figures(cells)
    if not figures.parts_add_up(parts, tasks):
        raise FiguresDoNotReconcile("The parts of a bucket do not add up to it.")
    if sum(by_original.values()) != tasks.completed:
        raise FiguresDoNotReconcile("How tasks were done by their first deadline does not add up to those completed.")
    in_term, overdue = figures.known_parts(parts["in_term"]), figures.known_parts(parts["overdue"])
    return {
        "in_term_parts": None if in_term is None else InTermParts(**in_term),
        "overdue_parts": None if overdue is None else OverdueParts(**overdue),
        "done": None
        if handed_in.completed_on_time is None or handed_in.completed_late is None
        else Done(
            on_time=handed_in.completed_on_time,
            late=handed_in.completed_late,
            on_time_original=by_original.get("on_time", 0),
            late_original=by_original.get("late", 0),
        ),
    }


def _due(tasks: TaskFigures) -> int | None:
    """What was due (R6): done in time, done late, or overdue and not paused; None while that is not known."""
    if tasks.done is None or tasks.overdue_parts is None:
        return None
    return tasks.done.on_time + tasks.done.late + tasks.overdue - tasks.overdue_parts.paused


def _denominators(
    cells: Mapping[Cell, int], lists: Mapping[str, ListFigures], tasks: TaskFigures, at: datetime
) -> dict[str, Any]:
    """What each figure is a part of, by name and number, and which filters it heeds: free JSON of the contract."""
    return {
        "shares_percent": {"name": "tasks.total", "value": tasks.total},
        "rates_percent": {"name": "tasks.done, and tasks.overdue without those paused", "value": _due(tasks)},
        "remaining_this_year": {"name": "deadline up to the end of the civil year", "value": civil_date(at).year},
        "databases": {
            **{name: {"name": f"databases.{name}.total", "value": n.total} for name, n in lists.items()},
            "filters": ["organisation"],
        },
        "feedback": {
            "name": "feedback.received",
            "value": cells.get(Cell("feedback", ""), 0),
            "filters": ["organisation", "programme"],
        },
    }


def _lists(cells: Mapping[Cell, int]) -> dict[str, ListFigures]:
    if not figures.stages_add_up(databases := figures.database_figures(cells)):
        raise FiguresDoNotReconcile("The stages of a list do not add up to its total.")
    return {name: ListFigures(**counts) for name, counts in databases.items()}


async def provinces(
    session: AsyncSession,
    selection: Selection,
    *,
    by_then: bool = False,
    standing: Standing | None = None,
    at: datetime | None,
    now: datetime,
) -> Provinces:
    """The tasks of each province with everything below it; raises FiguresDoNotReconcile.

    Without a programme and a reach they are national: provinces are compared by the same work. Three statements for a
    caller that knows how things stand. With `by_then` a past instant is told by the provinces, the tree and the
    programmes of then: some more where these were others.
    """
    if standing is None:
        await require_reconciled(session, past=at is not None)
    fresh = await freshness(session, now) if standing is None else standing.fresh
    selection = replace(selection, reach=selection.reach or "national")
    reports, then = None, {}
    if at is not None or selection.names_facts:
        reports = await latest_past.reports_of_body_at(session, TASK, REPORTS, selection, None, at or now)
    if at is not None and by_then and reports is not None and reports.moved_since:
        then = {one.organisation_id: one for one in await provinces_then(session, at)}
    units = await dimensions.list_provinces(session, now, then)
    ids = [unit.organisation_id for unit in units]
    if at is not None and by_then and reports is not None and reports.otherwise_since:
        selection = await as_then(session, selection, None, at, beside=ids, thens=then.values())
    if reports is None:
        cells = await view.scope_cells_now(session, TASK, _OF_PROVINCES, ids, selection)
        last_report = await view.latest_now(session, TASK, REPORTS, selection)
    else:
        last_report = reports.latest
        if selection.own_then is not None:
            last_report = await latest_past.latest_at(session, TASK, REPORTS, selection, at or now)
        scopes = [(i, *part) for i in ids for part in (then[i].parts if then else ((i, 1),))]
        cells = await past.scope_cells_at(session, TASK, _OF_PROVINCES, scopes, selection, at or now)
    return Provinces(
        as_of=at or now,
        staleness_seconds=fresh.staleness_seconds,
        last_report_at=last_report,
        reach=selection.reach,
        tree="then" if then or not selection.of_now else "now",
        items=[_province(unit, cells.get(unit.organisation_id, {}), at or now) for unit in units],
    )


def _province(unit: dimensions.Unit, cells: view.Cells, at: datetime) -> Province:
    tasks = task_part(_whole(cells), None, at).tasks
    return Province(
        **asdict(unit),
        **tasks.model_dump(include={"total", *BUCKETS}),
        overdue_percent=figures.percent(tasks.overdue, tasks.total),
    )


def _whole(cells: view.Cells) -> dict[Cell, int]:
    """What is shown here counts things: every amount is a whole number."""
    return {cell: int(amount) for cell, amount in cells.items()}
