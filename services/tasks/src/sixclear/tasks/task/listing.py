"""Lists of tasks, a page at a time, in the order that was asked for.

Two ways lead to a page. A list of few tasks is gathered by the index of its filter and sorted: as many rows are read as
it has. A longer one is read in its order until the page is full. How many there are is counted up to a limit, with the
first page. No index has a column that a report changes, or every report would write all indexes of its task: the orders
by report and by change walk the reports and the events from their ends, a bounded number for each page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    Text,
    case,
    column,
    exists,
    func,
    join,
    literal,
    or_,
    select,
    table,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from sixclear.common.counting import MOST_COUNTED, count_up_to
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.task.filters import BY_DEADLINE, NEVER, TaskFilter, among, conditions
from sixclear.tasks.task.lifecycle import OPEN_STATUSES
from sixclear.tasks.task.models import ProgressReport, Task
from sixclear.tasks.task.timing import is_overdue_in_sql

Sort = Literal["deadline", "days_late", "last_report", "body", "updated", "id"]
_Key = Literal["deadline", "id", "body", "reported", "changed"]

# Counting stops here, and a list with no more than these is sorted for each page. A search compares texts, row by row.
MOST_SEARCHED = 1_000
# Reports or events that one page walks over at most: it may then be short, and the next one goes on.
_WALKED = 10_000
# A list of the tasks of so many bodies takes the first ones of each; of more it reads all tasks in order.
_MOST_BODIES = 400
_WITHOUT_REPORT = frozenset({"draft", "proposed"})
_NO_TASK = UUID(int=0)
_EVENT = table(
    "event",
    column("event_id"),
    column("entity_type", Text),
    column("entity_id", PgUUID(as_uuid=True)),
    column("version"),
    column("change", Text),
    column("published", Boolean),
)
_HIDDEN_REPORT = exists().where(
    _EVENT.c.entity_type == "task",
    _EVENT.c.entity_id == Task.task_id,
    _EVENT.c.change == "progress_reported",
    ~_EVENT.c.published,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the part of the order, and the values of its key. `instant` None: never."""

    part: int
    instant: datetime | None
    text: str
    number: int
    task_id: UUID


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list; `few` says how it is read. Both stay from page to page, and `as_of`, for what is late."""

    sort: Sort
    as_of: datetime
    few: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """Tasks that stand together in an order, and the key by which they do.

    `walked`: no index of tasks has them in this order, and a page walks over a bounded number of other rows.
    `is_empty`: the filter itself leaves none.
    """

    key: _Key
    holds: tuple[ColumnElement[bool], ...] = ()
    walked: bool = False
    is_empty: bool = False


_Asked: TypeAlias = Select[*tuple[Any, ...]]
Found: TypeAlias = list[tuple[Task, Place]]


async def count_tasks(session: AsyncSession, narrow: TaskFilter, now: datetime) -> int:
    """How many tasks the list has; above `most_counted` one more than that."""
    found = select(literal(1)).select_from(Task).where(*conditions(narrow, now))
    return await count_up_to(session, found, most_counted(narrow))


async def has_grown(session: AsyncSession, narrow: TaskFilter, now: datetime) -> bool:
    """Whether a list that was short, as a cursor says, is too long to be gathered for each page."""
    most = 2 * most_counted(narrow)
    found = select(literal(1)).select_from(Task).where(*conditions(narrow, now))
    return await count_up_to(session, found, most) > most


def most_counted(narrow: TaskFilter) -> int:
    """Where counting stops."""
    return MOST_SEARCHED if narrow.query else MOST_COUNTED


async def list_tasks(
    session: AsyncSession, narrow: TaskFilter, order: Order, *, now: datetime, after: Place | None, limit: int
) -> tuple[Found, Place | None]:
    """The tasks after a place, with their own places, and where reading stopped before the page was full.

    The place is None when the page is full or the list is at its end.
    """
    found: Found = []
    parts = _parts(order, narrow)
    first = after.part if after else 0
    for number, part in enumerate(parts[first:], first):
        if part.is_empty:
            continue
        begun = after if after and after.part == number else None
        while True:
            reading = _Reading(narrow, order, part, number, now, begun, limit - len(found))
            found += await _read(session, reading)
            if len(found) >= limit:
                return found, None
            begun, may_be_told = await _stopped(session, reading)
            if begun is None:
                break
            if may_be_told:
                return found, begun
    return found, None


def part_count(sort: Sort, as_of: datetime) -> int:
    """In how many parts an order is read: the place in a cursor is in one of them."""
    return len(_parts(Order(sort, as_of, few=False), TaskFilter()))


def _parts(order: Order, narrow: TaskFilter) -> Sequence[_Part]:
    late = is_overdue_in_sql(Task.status, Task.kind, Task.current_deadline, order.as_of)
    # A report that not everyone may read must not be told by the place of its task.
    untold = or_(Task.last_report_at.is_(None), _HIDDEN_REPORT)
    none_late = narrow.bucket not in (None, "overdue") or narrow.status not in (None, *OPEN_STATUSES)
    none_reported = narrow.status in _WITHOUT_REPORT
    parts: Mapping[Sort, Sequence[_Part]] = {
        "deadline": [_Part("deadline")],
        "id": [_Part("id")],
        # Those that are late, the longest first; NULL of the comparison is not late.
        "days_late": [
            _Part("deadline", (case((late, True), else_=False), order.as_of > BY_DEADLINE), is_empty=none_late),
            _Part("deadline", (case((late, False), else_=True),)),
        ],
        "body": [_Part("body"), _Part("deadline", (Task.lead_organisation_id.is_(None),))],
        "last_report": [
            _Part("reported", (~untold,), walked=True, is_empty=none_reported),
            _Part("deadline", (untold,), walked=True),
        ],
        "updated": [_Part("changed", walked=True)],
    }
    return parts[order.sort]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One statement: a part of a list from a place on."""

    narrow: TaskFilter
    order: Order
    part: _Part
    number: int
    now: datetime
    begun: Place | None
    limit: int

    @property
    def has_few_bodies(self) -> bool:
        """Whether its list is that of a body with those below it, and not of the whole country."""
        bodies = self.narrow.lead_organisation_ids
        return bodies is not None and len(bodies) <= _MOST_BODIES

    def where(self, narrow: TaskFilter | None = None) -> list[ColumnElement[bool]]:
        """What holds of its tasks."""
        return [*conditions(narrow or self.narrow, self.now), *self.part.holds]


async def _read(session: AsyncSession, reading: _Reading) -> Found:
    return [(task, _place(reading, task, extra)) for task, extra in await session.execute(statement(reading))]


def _place(reading: _Reading, task: Task, extra: Any) -> Place:
    """`extra` is what the key has beside the columns of the task."""
    key = reading.part.key
    instants = {"reported": task.last_report_at, "changed": task.recorded_at}
    number = extra if key == "changed" and not reading.order.few else 0
    text = extra if key == "body" else ""
    return Place(reading.number, instants.get(key, task.current_deadline), text, number, task.task_id)


def statement(reading: _Reading) -> _Asked:
    """What a part of a page asks: tasks, each with what its key has beside the columns of the task."""
    if reading.order.few:
        return _gathered(reading)
    if reading.part.key == "body":
        return _body_by_body(reading)
    window = _window(reading)
    if window is not None:
        return _walked(reading, window)
    if reading.part.key == "deadline" and reading.has_few_bodies:
        return _of_each_body(reading)
    columns = _columns(reading.part.key)
    asked = select(Task, literal(None)).where(*reading.where(), *_after(columns, reading))
    return asked.order_by(*columns).limit(reading.limit).options(selectinload(Task.programme))


def _columns(key: _Key) -> list[SQLColumnExpression[Any]]:
    columns: Mapping[_Key, list[SQLColumnExpression[Any]]] = {
        "deadline": [BY_DEADLINE, Task.task_id],
        "id": [Task.task_id],
        "body": [Organisation.code, BY_DEADLINE, Task.task_id],
        "reported": [Task.last_report_at, Task.task_id],
        "changed": [Task.recorded_at, Task.task_id],
    }
    return columns[key]


def _values(key: _Key, place: Place) -> list[Any]:
    instant = NEVER if place.instant is None else place.instant
    values: Mapping[_Key, list[Any]] = {"id": [place.task_id], "body": [place.text, instant, place.task_id]}
    return values.get(key, [instant, place.task_id])


def _after(columns: Sequence[SQLColumnExpression[Any]], reading: _Reading) -> list[ColumnElement[bool]]:
    if reading.begun is None:
        return []
    values = tuple_(*_values(reading.part.key, reading.begun)[-len(columns) :])
    newest_first = reading.part.key in ("reported", "changed")
    return [tuple_(*columns) < values if newest_first else tuple_(*columns) > values]


def _gathered(reading: _Reading) -> _Asked:
    """All that the filter finds, by its index, then sorted: asked for in order, the planner may read all tasks."""
    key = reading.part.key
    columns = {f"key_{place}": one for place, one in enumerate(_columns(key))}
    asked = [Task.task_id.label("found_id"), *(one.label(name) for name, one in columns.items())]
    inner: _Asked = select(*asked)  # type: ignore[assignment, unused-ignore]
    inner = inner.where(*reading.where())
    if key == "body":
        inner = inner.join(Organisation, Organisation.organisation_id == Task.lead_organisation_id)
    found = inner.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    keys = [found.c[name] for name in columns]
    ordered = [one.desc() for one in keys] if key in ("reported", "changed") else keys
    page = select(found).where(*_after(keys, reading)).order_by(*ordered).limit(reading.limit).subquery("page")
    outer = [page.c[name] for name in columns]
    extra = outer[0] if key == "body" else literal(None)
    return (
        select(Task, extra)
        .join(page, page.c.found_id == Task.task_id)
        .order_by(*([one.desc() for one in outer] if key in ("reported", "changed") else outer))
        .options(selectinload(Task.programme))
    )


def _of_each_body(reading: _Reading) -> _Asked:
    """The first tasks of each body, by the index that begins with it, and of these the first."""
    given = literal(list(reading.narrow.lead_organisation_ids or ()), ARRAY(PgUUID(as_uuid=True)))
    body = func.unnest(given).table_valued("id").render_derived(name="body")
    columns = _columns("deadline")
    own = (
        select(Task)
        .where(Task.lead_organisation_id == body.c.id)
        .where(*reading.where(replace(reading.narrow, lead_organisation_ids=None)), *_after(columns, reading))
        .order_by(*columns)
        .limit(reading.limit)
        .lateral("own")
    )
    task = aliased(Task, own)
    return (
        select(task, literal(None))
        .select_from(body.join(own, true()))
        .order_by(func.coalesce(task.current_deadline, NEVER), task.task_id)
        .limit(reading.limit)
        .options(selectinload(task.programme))
    )


def _body_by_body(reading: _Reading) -> _Asked:
    """Bodies by their codes, and the first tasks of each until the page is full."""
    begun, columns = reading.begun, _columns("deadline")
    own = select(Task).where(Task.lead_organisation_id == Organisation.organisation_id)
    own = own.where(*reading.where(replace(reading.narrow, lead_organisation_ids=None)))
    bodies: list[ColumnElement[bool]] = []
    if reading.narrow.lead_organisation_ids is not None:
        bodies.append(Organisation.organisation_id == among(reading.narrow.lead_organisation_ids))
    if begun is not None:
        own = own.where(or_(Organisation.code > begun.text, *_after(columns, reading)))
        bodies.append(Organisation.code >= begun.text)
    lateral = own.order_by(*columns).limit(reading.limit).lateral("own")
    task = aliased(Task, lateral)
    return (
        select(task, Organisation.code)
        .select_from(join(Organisation, lateral, true()))
        .where(*bodies)
        .order_by(Organisation.code, func.coalesce(task.current_deadline, NEVER), task.task_id)
        .limit(reading.limit)
        .options(selectinload(task.programme))
    )


def _window(reading: _Reading) -> Subquery | None:
    """The rows that the page walks over, for a part that no index of tasks has in its order."""
    part, begun = reading.part, reading.begun
    asked: _Asked
    if reading.order.few or not part.walked or (part.key == "deadline" and reading.has_few_bodies):
        return None
    if part.key == "changed":
        asked = select(_EVENT.c.event_id, _EVENT.c.entity_id.label("task_id"), _EVENT.c.version)
        asked = asked.where(_EVENT.c.entity_type == "task").order_by(_EVENT.c.event_id.desc())
        if begun is not None:
            asked = asked.where(_EVENT.c.event_id < begun.number)
    elif part.key == "reported":
        columns = ProgressReport.occurred_at, ProgressReport.task_id
        asked = select(*columns).distinct().order_by(*(one.desc() for one in columns))
        if begun is not None:
            asked = asked.where(tuple_(*columns) < tuple_(begun.instant, begun.task_id))
    else:
        keys = _columns(part.key)
        asked = select(Task.current_deadline, Task.task_id).where(*_after(keys, reading)).order_by(*keys)
    return asked.limit(_WALKED).subquery("walked")


def _walked(reading: _Reading, window: Subquery) -> _Asked:
    """The tasks of which the rows of the window are the last ones, in the order of the window."""
    at, key = window.c, reading.part.key
    last: list[ColumnElement[bool]] = []
    extra: ColumnElement[Any] = literal(None)
    ordered: list[SQLColumnExpression[Any]]
    if key == "changed":
        last, extra, ordered = [Task.version == at.version], at.event_id, [at.event_id.desc()]
    elif key == "reported":
        last, ordered = [Task.last_report_at == at.occurred_at], [at.occurred_at.desc(), at.task_id.desc()]
    else:
        ordered = [func.coalesce(at.current_deadline, NEVER), at.task_id]
    # One at a time: joined, the planner may read all tasks.
    own = select(Task).where(Task.task_id == at.task_id, *last, *reading.where()).limit(1).lateral("own")
    task = aliased(Task, own)
    return (
        select(task, extra)
        .select_from(window.join(own, true()))
        .order_by(*ordered)
        .limit(reading.limit)
        .options(selectinload(task.programme))
    )


async def _stopped(session: AsyncSession, reading: _Reading) -> tuple[Place | None, bool]:
    """Where the window ended when it was full, and whether a cursor may say so: else the list is read on behind it.

    A cursor stands in addresses: it names no task that the caller may not see. An event's number alone names none.
    """
    window = _window(reading)
    full = None if window is None else await session.execute(select(window).offset(_WALKED - 1).limit(1))
    if window is None or full is None or (last := full.first()) is None:
        return None, False
    if reading.part.key == "changed":
        return Place(reading.number, None, "", last.event_id, _NO_TASK), True
    at = window.c
    keys: list[SQLColumnExpression[Any]]
    if reading.part.key == "reported":
        keys = [at.occurred_at, at.task_id]
    else:
        keys = [func.coalesce(at.current_deadline, NEVER).desc(), at.task_id.desc()]
    all_seen = TaskFilter(restricted_for=reading.narrow.restricted_for, mandated=reading.narrow.mandated)
    seen = *conditions(all_seen, reading.now), ~_HIDDEN_REPORT
    own = select(literal(1)).select_from(Task).where(Task.task_id == at.task_id, *seen).limit(1).lateral("seen")
    asked = select(window).select_from(window.join(own, true())).order_by(*keys).limit(1)
    named = (await session.execute(asked)).first()
    return Place(reading.number, (named or last)[0], "", 0, (named or last)[1]), named is not None
