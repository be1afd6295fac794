"""A file of values in one transaction: a refused line never fails its neighbours."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sixclear.common.bulk.files import Files, Part
from sixclear.common.bulk.items import Line
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context
from sixclear.common.web.etags import check_version
from sixclear.tasks.settings import Settings
from sixclear.tasks.value.errors import ValueRefused
from sixclear.tasks.value.metrics import BULK_VALUES
from sixclear.tasks.value.schemas import ValueBulkResult, ValueItem, ValueItemResult
from sixclear.tasks.value.service.supply import Planned, Supplying

_TWICE = "The file has another value for the same indicator, body and period. Leave one of them."


async def supply_many(ctx: Context, part: Part, dry_run: bool, _own: Settings) -> ValueBulkResult:
    """Type many values into their slots by the rules of a single one.

    What says again what its slot says is `unchanged`, so that a machine may send its file again. Two lines for one slot
    are both refused: which of them is meant is not for us to choose.
    """
    lines: Sequence[Line[ValueItem]] = part.lines
    items = [line.item for line in part.said if line.item]
    batch = await Supplying.load(ctx, [(item.indicator, item) for item in items])
    slots = (batch.find(item.indicator, item) for item in items)
    times = Counter(slot.value_id for slot in slots if slot is not None)
    results, planned = [], []
    for index, line in enumerate(lines):
        try:
            found = None if line.item is None else _plan(batch, line, line.item, times, in_job=part.later is not None)
        except DomainError as error:
            results.append(_refused(index, line, error))
            continue
        if found is None:
            results.append(ValueItemResult(index=index, **line.named, outcome="rejected", problem=line.problem))
            continue
        planned.append(found)
        results.append(_taken(index, line, found).of_new_slot(is_new=found.slot.value_id not in batch.values))
    if not dry_run:
        new = await batch.write(planned)
        for result in results:
            if result.value_id is not None:
                made = new.get(result.value_id)
                result.version = made["version"] if made else batch.values[result.value_id].version
    return ValueBulkResult.of(results, dry_run=dry_run)


def _plan(batch: Supplying, line: Line[ValueItem], item: ValueItem, times: Counter[UUID], *, in_job: bool) -> Planned:
    slot = batch.find(item.indicator, item)
    if slot is not None and times[slot.value_id] > 1:
        raise _slot_twice()
    value = None if slot is None else batch.values.get(slot.value_id)
    check_version(item.if_match, batch.ctx.log.epoch, None if value is None else value.version)
    found = batch.plan(item.indicator, item, line.number)
    request_id = batch.ctx.request_id
    newest = None if value is None else batch.statements[value.value_id, value.statement]
    if in_job and newest is not None and found.outcome != "unchanged" and newest.request_id == request_id is not None:
        # An earlier part of the same file had it.
        raise _slot_twice()
    return found


def _slot_twice() -> ValueRefused:
    return ValueRefused(_TWICE, errors=[{"pointer": "#/period", "code": "slot-twice", "detail": _TWICE}])


def _taken(index: int, line: Line[ValueItem], found: Planned) -> ValueItemResult:
    value_id, told = found.slot.value_id, list(found.breaches)
    return ValueItemResult(index=index, **line.named, outcome=found.outcome, value_id=value_id, breaches=told)


def _refused(index: int, line: Line[ValueItem], error: DomainError) -> ValueItemResult:
    first = error.errors[0] if error.errors else None
    # The code of the field says more than that of the refusal, as a file names many.
    code = first["code"] if first else error.code
    problem = ItemProblem(code=code, detail=error.detail, pointer=first and first.get("pointer"))
    return ValueItemResult(index=index, **line.named, outcome="rejected", problem=problem)


FILES = Files(
    operation="supplyValuesInBulk",
    item=ValueItem,
    result=ValueBulkResult,
    apply=supply_many,
    most=lambda own: own.bulk_items,
    items_total=BULK_VALUES,
)
