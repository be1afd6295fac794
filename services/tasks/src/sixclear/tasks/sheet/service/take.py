"""A sheet that came back: each answer goes through the use case of its own address, then the period is filed.

What is unchanged writes nothing, so that a sheet may be sent twice, or by somebody else of the body. What another
changed meanwhile is told at its cell, and the rest is taken.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sixclear.common.bulk.files import Part
from sixclear.common.bulk.items import Line
from sixclear.common.db import wait_to_create
from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context
from sixclear.common.web.etags import version_in
from sixclear.tasks.reporting.schemas import BulkItemResult, BulkProgressItem
from sixclear.tasks.reporting.service.bulk import report_many
from sixclear.tasks.settings import Settings
from sixclear.tasks.sheet import repository as rows
from sixclear.tasks.sheet import rules
from sixclear.tasks.sheet.errors import SheetTooLong
from sixclear.tasks.sheet.repository import Asked, Said
from sixclear.tasks.sheet.schemas import MOST_ROWS, CellProblem, Outcome, ReportRow, SheetResult, SheetRow
from sixclear.tasks.sheet.service import answers, filed, measured
from sixclear.tasks.sheet.workbook import Placed, Sent
from sixclear.tasks.task.access import NOT_SEEN
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.service.find import lock_records

_REPORTED: Mapping[str, Outcome] = {"reported": "taken", "unchanged": "unchanged"}
# A row of several tasks came to the first of these that one of them came to.
_GRAVEST: Sequence[Outcome] = ("conflict", "refused", "taken", "unchanged")
_CHANGED = "Another changed it since the sheet was written. Get the sheet again, and decide."
_Reports = Sequence[Placed[ReportRow]]


async def take(ctx: Context, sent: Sent, own: Settings) -> SheetResult:
    """Take the answers of a sheet, and file the period for the caller's body; sheets of one body wait for each other.

    Raises InvalidRequest for a period that is none, and SheetTooLong.
    """
    begin, _ = rules.span(sent.period)
    await wait_to_create(ctx.session, ctx.caller.own_organisation())
    reports: list[Placed[ReportRow]] = [*sent.rows["tasks"], *sent.rows["periods"]]
    answered = [one for one in reports if one.item.answer is not None]
    if sum(len(one.item.tasks) for one in answered) > MOST_ROWS:
        raise SheetTooLong
    others = {kind: [one for one in sent.rows[kind] if one.item.answer is not None] for kind in answers.KINDS}
    told = {one.item.task_id for kind in answers.KINDS for one in others[kind]}
    supplied = [one for one in sent.rows["values"] if measured.is_touched(one.item)]
    # In one order, before any of them changes: two requests that name the same tasks never deadlock.
    await lock_records(ctx, told.union(ref.task_id for one in answered for ref in one.item.tasks))
    taking = await _Taking.of(ctx, answered, begin)
    found = [*sent.unread, *await taking.take(own)]
    for kind in answers.KINDS:
        found += [await _by_itself(ctx, placed, answers.ANSWERS[kind]) for placed in others[kind]]
    found += await measured.take(ctx, sent.period, supplied)
    filings = await filed.file(ctx, sent, _marked(reports))
    counts = Counter(one.outcome for one in found)
    touched = len(found) - len(sent.unread)
    return SheetResult(
        period=sent.period,
        untouched=sum(len(listed) for listed in sent.rows.values()) - touched,
        taken=counts["taken"],
        unchanged=counts["unchanged"],
        conflicts=counts["conflict"],
        refused=counts["refused"],
        rows=found,
        filings=filings,
    )


def _marked(reports: _Reports) -> Collection[UUID]:
    return {ref.task_id for one in reports if one.item.no_change for ref in one.item.tasks}


@dataclass(frozen=True, slots=True)
class _Cell:
    """A task of a row that was touched, and what came of it."""

    placed: Placed[ReportRow]
    task_id: UUID
    outcome: Outcome
    problems: Sequence[CellProblem] = ()


@dataclass(frozen=True, slots=True)
class _Taking:
    """The rows that report, with what stood and stands at each of their tasks."""

    ctx: Context
    rows: _Reports
    led: Collection[UUID]
    base: Mapping[Asked, Said]
    now: Mapping[Asked, Said]
    # What rows of this sheet say before the one that is looked at: a row may stand there twice.
    said: dict[Asked, rules.Answer] = field(default_factory=dict)

    @classmethod
    async def of(cls, ctx: Context, answered: _Reports, begin: Any) -> "_Taking":
        """What was said of the tasks of these rows, which are locked."""
        named = [(one.item.period, ref) for one in answered for ref in one.item.tasks]
        led = await rows.list_led(ctx.session, ctx.caller.own_organisation(), {ref.task_id for _, ref in named})
        now: list[Asked] = [(ref.task_id, period, None) for period, ref in named if ref.task_id in led]
        base = [(ref.task_id, period, _version(ref.etag)) for period, ref in named if ref.task_id in led]
        return cls(
            ctx,
            answered,
            led,
            await rows.last_said(ctx.session, base, begin),
            await rows.last_said(ctx.session, now, begin),
        )

    async def take(self, own: Settings) -> list[SheetRow]:
        """Report what is to be reported, with one use case for all, and tell what became of each row."""
        lines: list[tuple[_Cell, Line[BulkProgressItem]]] = []
        cells: list[_Cell] = []
        for placed in self.rows:
            for ref in placed.item.tasks:
                self._judge(placed, ref.task_id, ref.etag, lines, cells)
        answer = await report_many(self.ctx, Part([line for _, line in lines]), False, own) if lines else None
        for (cell, _), result in zip(lines, answer.items if answer else (), strict=True):
            cells.append(_reported(cell, result))
        return _by_row(self.rows, cells)

    def _judge(
        self,
        placed: Placed[ReportRow],
        task_id: UUID,
        tag: str | None,
        lines: list[tuple[_Cell, Line[BulkProgressItem]]],
        cells: list[_Cell],
    ) -> None:
        if task_id not in self.led:
            cells.append(_Cell(placed, task_id, "refused", [_problem(placed, None, TaskNotFound.code, NOT_SEEN)]))
            return
        assert placed.item.answer is not None, "only answered rows are judged"
        key = task_id, placed.item.period, None
        now = self.said.get(key) or rules.answer_of(self.now.get(key))
        base = rules.answer_of(self.base.get((task_id, placed.item.period, _version(tag))))
        merged = rules.merge(placed.item.answer.model_dump(), base, now)
        if merged.conflicts:
            told = [_conflict(placed, name, placed.item.answer.model_dump()[name], now) for name in merged.conflicts]
            cells.append(_Cell(placed, task_id, "conflict", told))
        elif merged.answer is not None and merged.answer["text"] is None:
            cells.append(_Cell(placed, task_id, "refused", [_problem(placed, "text", "missing", _SAY)]))
        elif merged.answer is not None:
            self.said[key] = merged.answer
            item = BulkProgressItem(task_id=task_id, period=placed.item.period, **merged.answer)
            lines.append((_Cell(placed, task_id, "taken"), Line(None, item)))
        elif merged.touched:
            cells.append(_Cell(placed, task_id, "unchanged"))


_SAY = "Say what was done; a report has a text."


def _version(tag: str | None) -> int:
    """The version that the sheet was written with; without one nothing had been said."""
    return 0 if tag is None else version_in(tag)


def _reported(cell: _Cell, result: BulkItemResult) -> _Cell:
    if result.problem is None:
        return _Cell(cell.placed, cell.task_id, _REPORTED[result.outcome])
    column = (result.problem.pointer or "").rpartition("/")[2] or None
    problem = _problem(cell.placed, column, result.problem.code, result.problem.detail)
    return _Cell(cell.placed, cell.task_id, "refused", [problem])


def _by_row(placed: _Reports, cells: Sequence[_Cell]) -> list[SheetRow]:
    found = []
    for one in placed:
        of_row = [cell for cell in cells if cell.placed is one]
        if not of_row:
            continue
        outcomes = {cell.outcome for cell in of_row}
        gravest = next(outcome for outcome in _GRAVEST if outcome in outcomes)
        problems = [problem for cell in of_row for problem in cell.problems]
        found.append(SheetRow(sheet=one.sheet, row=one.row, outcome=gravest, problems=problems))
    return found


def _problem(placed: Placed[Any], column: str | None, code: str, detail: str) -> CellProblem:
    return CellProblem(column=column, cell=placed.cells.get(column or ""), code=code, detail=detail)


def _conflict(placed: Placed[Any], column: str, came: Any, now: Mapping[str, Any]) -> CellProblem:
    problem = _problem(placed, column, "changed-meanwhile", _CHANGED)
    return problem.model_copy(update={"came": came, "now": now.get(column)})


async def _by_itself(
    ctx: Context, placed: Placed[Any], use_case: Callable[[Context, Any], Awaitable[answers.Answered]]
) -> SheetRow:
    """Take one answer by its own use case; a refusal leaves nothing of it and stops no other."""
    try:
        async with ctx.session.begin_nested():
            told = await use_case(ctx, placed.item)
    except DomainError as error:
        column = error.errors[0].get("pointer", "").rpartition("/")[2] if error.errors else None
        problem = _problem(placed, column or None, error.code, error.detail)
        return SheetRow(sheet=placed.sheet, row=placed.row, outcome="refused", problems=[problem])
    problems = [_conflict(placed, name, came, {name: now}) for name, came, now in told.conflicts]
    return SheetRow(sheet=placed.sheet, row=placed.row, outcome=told.outcome, problems=problems)
