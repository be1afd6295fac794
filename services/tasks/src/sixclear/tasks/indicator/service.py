"""Indicators: found, listed, registered and described again; the targets of bodies are set."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.spans import span_of
from sixclear.common.targets import Targets
from sixclear.common.use_case import AlreadyRegistered, Context, Expect, ReferenceUnknown
from sixclear.common.web.numbers import written
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.indicator import repository as rows
from sixclear.tasks.indicator.access import require_defining_body
from sixclear.tasks.indicator.errors import IndicatorNotFound, IndicatorRefused
from sixclear.tasks.indicator.models import (
    MEASURED,
    Indicator,
    IndicatorDefinition,
    IndicatorTarget,
    definition_then,
    supplies_of,
    targets_of,
)
from sixclear.tasks.indicator.recording import indicator_kind
from sixclear.tasks.indicator.rules import Definition, Fault, two_readings
from sixclear.tasks.indicator.schemas import IndicatorEntry, Target, TargetsEntry
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import referenced
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import get_programme, referenced_programme
from sixclear.tasks.task.access import is_visible
from sixclear.tasks.task.models import state_of

_NOT_THERE = "No indicator has this code; list them at /indicators."
_PLAIN = (
    *("name_vi", "name_en", "kind", "unit", "direction", "value_type", "cumulative", "period_unit", "decimals"),
    *("parts_of_whole", "source", "method", "directive_id"),
)
# By indicator and number.
Definitions = Mapping[tuple[UUID, int], Definition]


async def get_indicator(ctx: Context, code: str, *, lock: bool = False) -> Indicator:
    """The indicator with this code; raises IndicatorNotFound."""
    indicator = await rows.find_indicator(ctx.session, code, lock=lock)
    if indicator is None:
        raise IndicatorNotFound(_NOT_THERE)
    return indicator


async def known_indicators(ctx: Context, codes: Collection[str]) -> dict[str, Indicator]:
    """The indicators with these codes, by code, with one statement; unknown ones are left out."""
    return {row.code: row for row in await rows.find_indicators(ctx.session, codes)}


async def indicators_by_id(ctx: Context, ids: Collection[UUID]) -> dict[UUID, Indicator]:
    """The indicators with these identifiers."""
    return await rows.indicators_by_id(ctx.session, ids)


async def definitions_of(ctx: Context, ids: Collection[UUID]) -> Definitions:
    """Every definition that these indicators had."""
    found = await rows.definitions(ctx.session, ids)
    return {(row.indicator_id, row.number): definition_then(row) for row in found}


async def list_indicators(
    ctx: Context, programme: str | None, kind: str | None, *, after: str | None, limit: int
) -> Sequence[Indicator]:
    """Indicators in the order of their codes, of one programme or of all; raises ProgrammeNotFound."""
    found = await get_programme(ctx.session, programme) if programme else None
    programme_id = None if found is None else found.programme_id
    return await rows.list_indicators(ctx.session, programme_id, kind, after=after, limit=limit)


async def register(ctx: Context, entry: IndicatorEntry, expect: Expect) -> tuple[Indicator, bool]:
    """Register an indicator, or describe it again; True when it is new. The same again changes nothing.

    What is measured otherwise makes the next definition: what was measured before keeps the one that it has.
    """
    programme = await referenced_programme(ctx.session, entry.programme)
    require_defining_body(ctx, programme)
    indicator_id = stable_id("indicator", entry.code)
    await wait_to_create(ctx.session, indicator_id)
    indicator = await rows.find_indicator(ctx.session, entry.code, lock=True)
    if indicator is not None and indicator.programme_id != programme.programme_id:
        raise AlreadyRegistered("Another programme has an indicator of this code.", f"{PREFIX}/indicators/{entry.code}")
    expect(indicator)
    fields = await _fields(ctx, entry)
    if indicator is None:
        created = _new(indicator_id, entry.code, programme)
        ctx.session.add(created)
        await _keep(ctx, created, "registered", fields, entry)
        return created, True
    task_ids = {task.task_id for _, task in await rows.linked_tasks(ctx.session, [indicator_id])}
    changed = {name for name, value in fields.items() if getattr(indicator, name) != value}
    if changed or task_ids != set(entry.task_ids):
        await _keep(ctx, indicator, "redefined" if changed.intersection(MEASURED) else "updated", fields, entry)
    return indicator, False


def _new(indicator_id: UUID, code: str, programme: Programme) -> Indicator:
    told = {"code": code, "programme": programme, "demonstration": programme.demonstration}
    return Indicator(indicator_id=indicator_id, version=0, definition=0, target_sets=0, **told)


async def _keep(ctx: Context, indicator: Indicator, change: str, fields: dict[str, Any], entry: IndicatorEntry) -> None:
    occurred_at = ctx.fact_time(entry.occurred_at, indicator.occurred_at if indicator.version else None)
    if change != "updated":
        fields = fields | {"definition": indicator.definition + 1}
    await record(ctx, indicator, Change(change, fields), occurred_at, indicator_kind())
    await rows.link_tasks(ctx.session, indicator.indicator_id, entry.task_ids)
    if change != "updated":
        content = {name: _stored(getattr(indicator, name)) for name in MEASURED}
        ctx.session.add(
            IndicatorDefinition(
                indicator_id=indicator.indicator_id,
                number=indicator.definition,
                content=content,
                defined_at=occurred_at,
            )
        )
    await ctx.session.flush()


def _stored(value: Any) -> Any:
    """A number with a fraction is text in JSON: nothing of it is lost."""
    return value if value is None or isinstance(value, bool | int | str | dict) else written(value)


async def _fields(ctx: Context, entry: IndicatorEntry) -> dict[str, Any]:
    """What the entry says, by the columns; raises what it is refused with."""
    supplies = await _supplies(ctx, entry)
    await _check_links(ctx, entry)
    return {
        **{name: getattr(entry, name) for name in _PLAIN},
        **entry.plausibility.model_dump(),
        "statements": entry.statements.model_dump(),
        "supplies": supplies,
        "levels": sorted(one["level"] for one in supplies if one["level"]),
        "bodies": sorted({UUID(one["organisation_id"]) for one in supplies if one["organisation_id"]}),
    }


async def _supplies(ctx: Context, entry: IndicatorEntry) -> list[dict[str, Any]]:
    faults = []
    for index, one in enumerate(entry.supplies):
        if (one.level is None) == (one.organisation is None):
            detail = "Name a level, or one organisation, and not both."
            faults.append(Fault(f"supplies/{index}", "level-or-organisation", detail))
    if faults:
        _refuse(faults)
    named = {
        f"#/supplies/{index}/{field}": reference
        for index, one in enumerate(entry.supplies)
        for field in ("organisation", "supplier")
        if (reference := getattr(one, field)) is not None
    }
    known = await referenced(ctx.session, named, hold=True) if named else {}
    found = [_supply(index, one.level, known) for index, one in enumerate(entry.supplies)]
    measured = [(one["level"], one["organisation_id"]) for one in found]
    for index, body in enumerate(measured):
        if body in measured[:index]:
            detail = "This level or organisation has a supplier already."
            _refuse([Fault(f"supplies/{index}", "supplied-twice", detail)])
    return found


def _supply(index: int, level: str | None, known: Mapping[str, Organisation]) -> dict[str, Any]:
    body, supplier = (known.get(f"#/supplies/{index}/{field}") for field in ("organisation", "supplier"))
    return {
        "level": level,
        "organisation_id": body and str(body.organisation_id),
        "supplier_organisation_id": supplier and str(supplier.organisation_id),
    }


async def _check_links(ctx: Context, entry: IndicatorEntry) -> None:
    errors = []
    if entry.directive_id is not None and await rows.find_directive(ctx.session, entry.directive_id) is None:
        detail = "No directive has this identifier."
        errors.append({"pointer": "#/directive_id", "code": "directive-unknown", "detail": detail})
    tasks = await rows.tasks_by_id(ctx.session, set(entry.task_ids))
    seen = {task.task_id for task in tasks if is_visible(state_of(task), ctx.caller.organisation_id)}
    for index, task_id in enumerate(entry.task_ids):
        if task_id not in seen or task_id in entry.task_ids[:index]:
            detail = "No task that you may see has this identifier, or it is named twice."
            errors.append({"pointer": f"#/task_ids/{index}", "code": "task-unknown", "detail": detail})
    if errors:
        raise ReferenceUnknown("The indicator names what is not known.", errors=errors)


def _refuse(faults: Sequence[Fault]) -> None:
    raise IndicatorRefused("Nothing was changed.", errors=[one.as_error() for one in faults])


async def set_targets(
    ctx: Context, code: str, entry: TargetsEntry, expect: Expect
) -> tuple[Indicator, IndicatorTarget]:
    """Set all targets of one body that is measured; the owner of the programme may. The same again changes nothing."""
    indicator = await get_indicator(ctx, code, lock=True)
    require_defining_body(ctx, indicator.programme)
    expect(indicator)
    body = (await referenced(ctx.session, {"#/organisation": entry.organisation}, hold=True))["#/organisation"]
    _check_targets(indicator, body, entry)
    content = _content(entry)
    last = await rows.newest_targets(ctx.session, indicator.indicator_id, body.organisation_id)
    if last is not None and last.content == content:
        return indicator, last
    targets = IndicatorTarget(
        indicator_id=indicator.indicator_id,
        organisation_id=body.organisation_id,
        number=last.number + 1 if last else 1,
        content=content,
        set_at=ctx.now,
        set_by_organisation_id=ctx.caller.own_organisation(),
        reason=entry.reason,
    )
    ctx.session.add(targets)
    change = Change("targeted", {"target_sets": indicator.target_sets + 1})
    occurred_at = ctx.fact_time(None, indicator.occurred_at)
    await record(ctx, indicator, change, occurred_at, indicator_kind(targets), reason=entry.reason)
    return indicator, targets


def _content(entry: TargetsEntry) -> dict[str, Any]:
    def point(one: Any) -> dict[str, str]:
        return {"period": one.period, "value": written(one.value)}

    ranges = ("value", "low", "high")
    return {
        "baseline": entry.baseline and point(entry.baseline),
        "trajectory": entry.trajectory,
        "targets": [
            {"period": one.period} | {name: _stored(getattr(one, name)) for name in ranges} for one in entry.targets
        ],
        "points": [point(one) for one in entry.points],
    }


def _check_targets(indicator: Indicator, body: Organisation, entry: TargetsEntry) -> None:
    faults = []
    above = _is_measured(indicator, body)
    if not above:
        faults.append(Fault("organisation", "body-not-measured", "The indicator is not measured of this body."))
    places: list[tuple[str, Any]] = [
        *([("baseline", entry.baseline)] if entry.baseline else []),
        *((f"targets/{index}", one) for index, one in enumerate(entry.targets)),
        *((f"points/{index}", one) for index, one in enumerate(entry.points)),
    ]
    for place, one in places:
        if span_of(one.period) is None:
            faults.append(Fault(f"{place}/period", "period-unknown", "This is no key of a period, such as 2026-Q4."))
        faults += _ambiguous(indicator, place, one)
    for index, target in enumerate(entry.targets):
        faults += _faults_of_target(indicator.direction, index, target)
    if not faults:
        faults += _repeated("targets", entry.targets) + _repeated("points", entry.points)
    if entry.points and (entry.trajectory == "linear" or indicator.direction == "within"):
        detail = "Points belong to a trajectory of points, of an indicator with one number as target."
        faults.append(Fault("points", "points-not-used", detail))
    if faults:
        _refuse(faults)


def _ambiguous(indicator: Indicator, place: str, one: Any) -> list[Fault]:
    numbers = ((name, getattr(one, name, None)) for name in ("value", "low", "high"))
    # What a ratio is to reach is in percent.
    kind = "share" if indicator.value_type == "ratio" else indicator.value_type
    return [
        Fault(f"{place}/{name}", "two-readings", readings)
        for name, number in numbers
        if number is not None and (readings := two_readings(kind, indicator.decimals, number))
    ]


def _is_measured(indicator: Indicator, body: Organisation) -> bool:
    """Whether values of the body are measured, or rolled up of bodies below it."""
    supplies = supplies_of(indicator)
    return supplies.measures(body.organisation_id, body.level) or body.level in ("central", "province")


def _faults_of_target(direction: str, index: int, target: Target) -> list[Fault]:
    place, ends = f"targets/{index}", (target.low, target.high)
    if direction == "within":
        if target.low is None or target.high is None or target.value is not None or target.low > target.high:
            return [Fault(place, "range-needed", "Give `low` and `high`, in this order, and no `value`.")]
    elif target.value is None or ends != (None, None):
        return [Fault(place, "value-needed", "Give `value`; only with direction `within` a range.")]
    return []


def _repeated(name: str, points: Sequence[Any]) -> list[Fault]:
    days = [span.last for one in points if (span := span_of(one.period))]
    return [
        Fault(f"{name}/{index}/period", "same-day", "Another one is for the same day.")
        for index, day in enumerate(days)
        if day in days[:index]
    ]


async def list_targets(ctx: Context, code: str, *, after: UUID | None, limit: int) -> Sequence[IndicatorTarget]:
    """The targets of each body as they were set last; raises IndicatorNotFound."""
    indicator = await get_indicator(ctx, code)
    return await rows.list_targets(ctx.session, indicator.indicator_id, after=after, limit=limit)


async def targets_at(ctx: Context, indicator: Indicator, organisation_id: UUID, at: datetime) -> Targets | None:
    """The targets of a body as they were set last, up to an instant."""
    row = await rows.newest_targets(ctx.session, indicator.indicator_id, organisation_id, at)
    return None if row is None else targets_of(row)
