"""Rows of a file are taken in their order, each alone: by savepoint, or by the files of the service that there are."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sixclear.common.bulk.files import Apply, Files, Part
from sixclear.common.bulk.items import Line
from sixclear.common.bulk.results import FileResult, ItemProblem, ItemResult
from sixclear.common.bulk.split import Piece
from sixclear.common.bulk.tables import CSV, XLSX, CellProblem, CutCsv, CutXlsx
from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context
from sixclear.common.web.etags import StaleVersion, etag
from sixclear.tasks.file.errors import FileHasMacros
from sixclear.tasks.imports import repository as rows
from sixclear.tasks.imports.metrics import IMPORTED
from sixclear.tasks.imports.rules import COLUMNS
from sixclear.tasks.imports.schemas import ImportKind, ImportResult, RowResult
from sixclear.tasks.imports.service import steps
from sixclear.tasks.intake.service import FILES as TASKS
from sixclear.tasks.intake.service import Gathered
from sixclear.tasks.reporting.service.bulk import FILES as REPORTS
from sixclear.tasks.settings import Settings
from sixclear.tasks.value.schemas import ValueItemResult
from sixclear.tasks.value.service.bulk import FILES as VALUES

# The use case of a row.
TakeRow = Callable[[Context, Any, Settings], Awaitable[steps.Taken]]
# The use case of many rows together: those that it takes, by their places; the others are taken one by one.
TakeMany = Callable[[Context, Mapping[int, Any]], Awaitable[Mapping[int, steps.Taken]]]


def _by_step(kind: ImportKind, take: TakeRow, many: TakeMany | None = None) -> Apply:
    """Rows by the use case of one, each in a savepoint of its own; where there is one, by that of `many` first."""

    async def apply(ctx: Context, part: Part, dry_run: bool, own: Settings) -> ImportResult:
        gathered = Gathered(ctx.log)
        inner, whole = replace(ctx, log=gathered), await rows.begin_row(ctx.session)
        items = {place: line.item for place, line in enumerate(part.lines) if line.item is not None}
        told = await many(inner, items) if many else {}
        results = [
            _result(ctx, line, told[place]) if place in told else await _take(inner, gathered, line, take, own)
            for place, line in enumerate(part.lines)
        ]
        for index, result in enumerate(results):
            result.index = index
        if dry_run:
            await rows.undo(whole)
        else:
            await whole.commit()
            await ctx.log.publish_many(ctx.session, gathered.events, recorded_at=ctx.now)
        return ImportResult.of_kind(kind, results, dry_run=dry_run)

    return apply


async def _take(ctx: Context, gathered: Gathered, line: Line[Any], take: TakeRow, own: Settings) -> RowResult:
    if line.item is None:
        return _refused(line, line.problem or ItemProblem(code="invalid", detail=""))
    before, savepoint = len(gathered.events), await rows.begin_row(ctx.session)
    try:
        taken = await take(ctx, line.item, own)
    except DomainError as error:
        del gathered.events[before:]
        await rows.undo(savepoint)
        refused = _refused(line, _problem(error))
        refused.etag = error.headers.get("ETag")
        return refused
    await savepoint.commit()
    return _result(ctx, line, taken)


def _result(ctx: Context, line: Line[Any], taken: steps.Taken) -> RowResult:
    tag = etag(ctx.log.epoch, taken.version)
    told = {"entity_id": taken.entity_id, "task_id": taken.task_id, "outcome": taken.outcome, "etag": tag}
    return RowResult.model_validate({"index": 0, **line.placed, **told})


def _problem(error: DomainError) -> ItemProblem:
    """Why a row is refused; of several faults the first, with what to do there."""
    first = error.errors[0] if error.errors else None
    detail = error.detail if first is None else f"{error.detail} {first['detail']}"
    return ItemProblem(code=error.code, detail=detail, pointer=first["pointer"] if first else None)


def _refused(line: Line[Any], problem: ItemProblem) -> RowResult:
    return RowResult(index=0, **line.placed, outcome="rejected", problem=_at_cell(line, problem))


def _at_cell(line: Line[Any], problem: ItemProblem) -> CellProblem:
    # The version that a row is based on is said by itself.
    pointer = "#/if_match" if problem.code == StaleVersion.code else problem.pointer
    said = ItemProblem(code=problem.code, detail=problem.detail, pointer=pointer)
    return CellProblem.model_validate(line.told(said).model_dump())


def _by_file(kind: ImportKind, files: Files) -> Apply:
    """Rows by a use case that takes many together."""

    async def apply(ctx: Context, part: Part, dry_run: bool, own: Settings) -> FileResult:
        result = await files.apply(ctx, part, dry_run, own)
        told = [_row_of(ctx, line, item) for line, item in zip(part.lines, result.results, strict=True)]
        return ImportResult.of_kind(kind, told, dry_run=dry_run)

    return apply


def _row_of(ctx: Context, line: Line[Any], item: ItemResult) -> RowResult:
    """The result of a file of the service, as a row of an import."""
    values = {"index": item.index, **line.placed, "outcome": _OUTCOMES.get(item.outcome, item.outcome)}
    if isinstance(item, ValueItemResult):
        if item.is_new and values["outcome"] == "updated":
            values["outcome"] = "created"
        values |= {"entity_id": item.value_id, "etag": item.version and etag(ctx.log.epoch, item.version)}
    else:
        said = item.model_dump(include={"task_id", "etag"})
        values |= said | {"entity_id": said["task_id"]}
    return RowResult(**values, problem=item.problem and _at_cell(line, _told(item.problem)))


# What files of the service call it, as rows of imports do.
_OUTCOMES = {"reported": "updated"} | dict.fromkeys(("drafted", "submitted", "approved"), "updated")


def _told(problem: ItemProblem) -> ItemProblem:
    """The problem, with what is said of its first field."""
    errors = getattr(problem, "errors", None)
    if not errors or errors[0].detail in problem.detail:
        return problem
    return problem.model_copy(update={"detail": f"{problem.detail} {errors[0].detail}"})


@dataclass(frozen=True, slots=True)
class _Read:
    """Reads a piece of a file of a kind."""

    kind: ImportKind

    def __call__(self, piece: Piece) -> Line[Any]:
        return COLUMNS[self.kind].read(piece)


def _files(kind: ImportKind, apply: Apply, most: Callable[[Settings], int]) -> Files:
    columns = COLUMNS[kind]
    return Files(
        operation=f"import {kind}",
        item=columns.of_item,
        result=ImportResult,
        apply=apply,
        most=most,
        items_total=IMPORTED,
        cuts={CSV: CutCsv(columns), XLSX: CutXlsx(columns, FileHasMacros)},
        read=_Read(kind),
        atomic_jobs=True,
    )


def _most_tasks(own: Settings) -> int:
    return own.bulk_tasks


def _few_steps(own: Settings) -> int:
    """Each row has a savepoint and the statements of its single route: hundreds outlast one transaction."""
    return max(own.bulk_tasks // 4, 1)


# A kind of a later release is one more line here, with its row in `schemas.py` and its columns in `rules.py`.
IMPORTS: Mapping[ImportKind, Files] = {
    "directives": _files("directives", _by_step("directives", steps.put_directive), _few_steps),
    "tasks": _files("tasks", _by_file("tasks", TASKS), _most_tasks),
    "assignments": _files("assignments", _by_step("assignments", steps.step_assignment), _few_steps),
    "reports": _files("reports", _by_file("reports", REPORTS), lambda own: own.bulk_items),
    "periods": _files("periods", _by_step("periods", steps.step_period), _few_steps),
    "milestones": _files("milestones", _by_step("milestones", steps.put_milestone), _few_steps),
    "results": _files("results", _by_step("results", steps.step_result), _few_steps),
    "documents": _files("documents", _by_step("documents", steps.put_document, steps.put_new_documents), _most_tasks),
    "indicators": _files("indicators", _by_step("indicators", steps.put_indicator), _few_steps),
    "targets": _files("targets", _by_step("targets", steps.put_targets), _few_steps),
    "values": _files("values", _by_file("values", VALUES), lambda own: own.bulk_items),
    "budgets": _files("budgets", _by_step("budgets", steps.open_budget), _few_steps),
    "amounts": _files("amounts", _by_step("amounts", steps.state_amount), _few_steps),
    "assessments": _files("assessments", _by_step("assessments", steps.step_assessment), _few_steps),
}
