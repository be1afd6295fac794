"""A file of elements in one transaction: a refused line never fails its neighbours."""

from collections import Counter
from collections.abc import Sequence

from sixclear.common.bulk.files import Files, Part
from sixclear.common.bulk.items import Line
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.errors import DomainError
from sixclear.common.keys import folded_key
from sixclear.common.use_case import Context
from sixclear.common.web.etags import check_version
from sixclear.data_catalog.element.metrics import BULK_ELEMENTS
from sixclear.data_catalog.element.schemas import ElementBulkResult, ElementItem, ElementItemResult
from sixclear.data_catalog.element.service import Drafting, Planned
from sixclear.data_catalog.settings import Settings

MOST_ITEMS = 500
_TWICE = ItemProblem(
    code="code-twice",
    detail="The file has another line with the same code. Leave one of them.",
    pointer="#/code",
)


async def draft_many(ctx: Context, part: Part, dry_run: bool, _own: Settings | None) -> ElementBulkResult:
    """Draft elements by the rules of a single one; what says the same again is `unchanged`.

    Two lines with one code are both refused: which of them is meant is not for us to choose.
    """
    lines: Sequence[Line[ElementItem]] = part.lines
    items = [line.item for line in part.said if line.item]
    drafting = await Drafting.load(ctx, items)
    times = Counter(folded_key(item.code) for item in items)
    results, planned = [], list[tuple[ElementItemResult, Planned]]()
    for index, line in enumerate(lines):
        item, problem = line.item, line.problem
        if item is not None and times[folded_key(item.code)] > 1:
            problem = _TWICE
        elif item is not None:
            try:
                found = _plan(drafting, item)
                taken = ElementItemResult(index=index, **line.named, outcome=found.outcome, code=found.element.code)
                planned.append((taken, found))
                results.append(taken)
                continue
            except DomainError as error:
                problem = _problem(error)
        code = None if item is None else item.code
        refused = ElementItemResult(index=index, **line.named, outcome="rejected", problem=problem, code=code)
        results.append(refused)
    if not dry_run:
        await drafting.write([found for _, found in planned])
        for result, found in planned:
            result.version = found.element.version
    return ElementBulkResult.of(results, dry_run=dry_run)


def _plan(drafting: Drafting, item: ElementItem) -> Planned:
    planned = drafting.plan(item)
    element = drafting.known.get(folded_key(item.code))
    check_version(item.if_match, drafting.ctx.log.epoch, None if element is None else element.version)
    return planned


def _problem(error: DomainError) -> ItemProblem:
    first = error.errors[0] if error.errors else None
    # The code of the field says more than that of the refusal, as a file names many.
    code = first["code"] if first else error.code
    return ItemProblem(code=code, detail=error.detail or error.title, pointer=first and first.get("pointer"))


FILES = Files(
    operation="putElementsInBulk",
    item=ElementItem,
    result=ElementBulkResult,
    apply=draft_many,
    most=lambda _own: MOST_ITEMS,
    items_total=BULK_ELEMENTS,
)
