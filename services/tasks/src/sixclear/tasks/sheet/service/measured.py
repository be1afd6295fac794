"""Values that a body supplies for the period of a sheet: on it, and as they come back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sixclear.common.errors import DomainError
from sixclear.common.spans import span_of
from sixclear.common.use_case import Context
from sixclear.common.web.numbers import written
from sixclear.tasks.sheet.schemas import CellProblem, SheetRow, ValueAnswer, ValueRow
from sixclear.tasks.sheet.workbook import Placed
from sixclear.tasks.value.models import ValueStatement
from sixclear.tasks.value.schemas import FormLine, Provenance, ValueEntry
from sixclear.tasks.value.service import find
from sixclear.tasks.value.service.supply import Planned, Supplying

_COMPARED = ("number", "numerator", "denominator", "note")
_CHANGED = "Another changed it since the sheet was written. Get the sheet again, and decide."
_TWICE = "The sheet has another row for the same indicator and body. Leave one of them."


async def owed(ctx: Context, period: str, programme: str | None, limit: int) -> list[ValueRow]:
    """What the body supplies for the period, with what was typed so far; nothing is measured before the first year."""
    if span_of(period) is None:
        return []
    lines = await find.form(ctx, period, programme, after=None, limit=limit)
    return [_row(line) for line, _ in lines]


def _row(line: FormLine) -> ValueRow:
    value = line.value
    stands = None if value is None else ValueAnswer(**{name: getattr(value, name) for name in _COMPARED})
    return ValueRow(
        indicator=line.indicator,
        organisation=line.organisation.code,
        organisation_name=line.organisation.name_vi,
        name=line.name_vi,
        unit=line.unit,
        value_type=line.value_type,
        status=None if value is None else value.status,
        base=stands,
        answer=stands,
    )


def is_touched(row: ValueRow) -> bool:
    """Whether the row says something: it differs from what stood there, or stands there as a draft to submit."""
    return row.answer is not None and (row.answer != row.base or row.status == "draft")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What becomes of a row: a value that is planned, or what is wrong."""

    placed: Placed[ValueRow]
    planned: Planned | None = None
    outcome: str | None = None
    problems: Sequence[CellProblem] = ()


async def take(ctx: Context, period: str, placed: Sequence[Placed[ValueRow]]) -> list[SheetRow]:
    """Submit the values of these rows together; what is refused stops no other, and what another changed is told."""
    if not placed:
        return []
    named = [(one.item.indicator, _entry(period, one.item, None)) for one in placed]
    batch = await Supplying.load(ctx, named)
    slots = (batch.find(row.indicator, _entry(period, row, None)) for row in (one.item for one in placed))
    times = Counter(slot.value_id for slot in slots if slot is not None)
    judged = [_judge(batch, period, one, times) for one in placed]
    await batch.write([one.planned for one in judged if one.planned is not None])
    return [_told(one) for one in judged]


def _entry(period: str, row: ValueRow, newest: ValueStatement | None) -> ValueEntry:
    assert row.answer is not None, "only rows that were answered are taken"
    return ValueEntry(
        organisation=row.organisation,
        period=period,
        submit=True,
        # The sheet has no cell for what proves a value, and none for its source: they stay.
        evidence=None if newest is None else newest.evidence,
        provenance=Provenance() if newest is None else Provenance(**newest.provenance),
        bound=None if newest is None else newest.bound,
        **row.answer.model_dump(),
    )


def _judge(batch: Supplying, period: str, placed: Placed[ValueRow], times: Counter[UUID]) -> _Judged:
    row = placed.item
    slot = batch.find(row.indicator, _entry(period, row, None))
    value = None if slot is None else batch.values.get(slot.value_id)
    newest = None if value is None else batch.statements[value.value_id, value.statement]
    if slot is not None and times[slot.value_id] > 1:
        return _Judged(placed, outcome="refused", problems=[_problem(placed, None, "slot-twice", _TWICE)])
    if newest is not None and (conflicts := _conflicts(placed, newest)):
        return _Judged(placed, outcome="conflict", problems=conflicts)
    try:
        return _Judged(placed, batch.plan(row.indicator, _entry(period, row, newest)))
    except DomainError as error:
        first = error.errors[0] if error.errors else {}
        column = first.get("pointer", "").rpartition("/")[2] or None
        problem = _problem(placed, column, first.get("code", error.code), error.detail)
        return _Judged(placed, outcome="refused", problems=[problem])


def _conflicts(placed: Placed[ValueRow], newest: ValueStatement) -> list[CellProblem]:
    """The cells that were touched, and that another changed to something else since the sheet was written."""
    came, base = placed.item.answer, placed.item.base or ValueAnswer()
    found = []
    for name in _COMPARED:
        said, stood, stands = (getattr(one, name) for one in (came, base, newest))
        if said != stands and stands != stood:
            problem = _problem(placed, name, "changed-meanwhile", _CHANGED)
            found.append(problem.model_copy(update={"came": _plain(said), "now": _plain(stands)}))
    return found


def _plain(said: Any) -> Any:
    return written(said) if isinstance(said, Decimal) else said


def _problem(placed: Placed[Any], column: str | None, code: str, detail: str) -> CellProblem:
    return CellProblem(column=column, cell=placed.cells.get(column or ""), code=code, detail=detail)


def _told(judged: _Judged) -> SheetRow:
    outcome = judged.outcome
    if judged.planned is not None:
        outcome = "unchanged" if judged.planned.outcome == "unchanged" else "taken"
    placed = judged.placed
    told = {"sheet": placed.sheet, "row": placed.row, "outcome": outcome, "problems": list(judged.problems)}
    return SheetRow.model_validate(told)
