"""Money: what lines came to by stage on a day, summed; and for pairs of stages the lines that have both.

The newest version has every entry that was not corrected, each with its day; so it says of every day what held.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, Axis, Counted, Kind, PartialIndex

STAGES = ("requested", "appraised", "approved", "allocated", "disbursed")
# What a difference is called, of which stage, and which one is taken away.
PAIRS = {"not_approved": ("requested", "approved"), "undisbursed": ("allocated", "disbursed")}
_DAY = 10


class BudgetFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of the event of a line.

    `entries` are texts of day, stage and amount with a slash between, in the order in which they hold.
    """

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    year: int
    entries: tuple[str, ...]
    demonstration: bool


class _AmountData(Struct):
    number: int
    stage: str
    amount: int
    dated_on: date


class _BudgetData(Struct, kw_only=True):
    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    year: int
    amounts: list[_AmountData]
    demonstration: bool


def _read(data: Mapping[str, Any]) -> BudgetFacts:
    read = msgspec.convert(data, _BudgetData)
    held = sorted(read.amounts, key=lambda one: (one.dated_on, one.number))
    return BudgetFacts(
        organisation_id=read.organisation_id,
        programme=read.programme,
        assigned_by=read.assigned_by,
        year=read.year,
        entries=tuple(f"{one.dated_on}/{one.stage}/{one.amount}" for one in held),
        demonstration=read.demonstration,
    )


class _Entered(Axis[BudgetFacts]):
    """How many of the entries are of a day that has begun: an entry holds from the beginning of its day on."""

    def value(self, facts: BudgetFacts, at: datetime) -> str:
        today = civil_date(at).isoformat()
        return str(sum(entry[:_DAY] <= today for entry in facts.entries))

    def boundary(self, facts: BudgetFacts, at: datetime) -> datetime | None:
        return min((instant for instant in self.instants(facts) if instant >= at), default=None)

    def instants(self, facts: BudgetFacts) -> set[datetime]:
        days = {date.fromisoformat(entry[:_DAY]) for entry in facts.entries}
        return {civil_day_end(day - timedelta(days=1)) for day in days}

    def sql(self, at: str = ":at") -> str:
        return f"""CAST((SELECT count(*) FROM unnest(h.entries) AS e(entry)
            WHERE left(e.entry, {_DAY}) <= {_day_of(at)}) AS text)"""  # noqa: S608 (constants of this package)

    @property
    def timed(self) -> bool:
        return True

    @property
    def instants_sql(self) -> str:
        return f"""SELECT CAST(left(e.entry, {_DAY}) AS timestamp) {CIVIL_ZONE} - interval '1 microsecond'
            FROM unnest(h.entries) AS e(entry)"""  # noqa: S608 (constants of this package)

    @property
    def boundary_sql(self) -> str:
        return f"(SELECT min(i.at) FROM ({self.instants_sql}) AS i(at) WHERE i.at >= :at)"  # noqa: S608

    @property
    def ahead_sql(self) -> str:
        return f"(h.bucket <> '0' AND {_LAST.format(row='h.')} > {_day_of(':at')})"


# The day of the last entry that is counted.
_LAST = '"left"({row}entries[CAST({row}bucket AS integer)], 10)'


def _day_of(at: str) -> str:
    return f"to_char(CAST({at} AS timestamptz) {CIVIL_ZONE}, 'YYYY-MM-DD')"


ENTERED = _Entered(name="bucket", start="0")


def _cells(facts: BudgetFacts, bucket: str) -> Iterable[Counted]:
    """By year. A stage without an entry is in no cell; an amount of 0 is one."""
    held: dict[str, int] = {}
    for entry in facts.entries[: int(bucket)]:
        _, stage, amount = entry.split("/")
        held[stage] = int(amount)
    yield Counted("budget", str(facts.year))
    for stage in STAGES:
        if stage in held:
            yield Counted("budget_amount", f"{facts.year}/{stage}", held[stage])
            yield Counted("budget_lines", f"{facts.year}/{stage}")
    for name, pair in PAIRS.items():
        if held.keys() >= set(pair):
            yield Counted("budget_lines", f"{facts.year}/{name}")
            yield from (Counted("budget_pair", f"{facts.year}/{name}/{stage}", held[stage]) for stage in pair)
    if facts.demonstration:
        yield Counted("budget_demonstration", "")


def _cells_in_sql() -> str:
    held = ", ".join(f"max(l.amount) FILTER (WHERE l.stage = '{stage}') AS {stage}" for stage in STAGES)
    cells = [f"('budget_amount', '{one}', m.{one}), ('budget_lines', '{one}', {_one(f'm.{one}')})" for one in STAGES]
    for name, (whole, part) in PAIRS.items():
        both = f"m.{whole} + m.{part}"
        cells.append(f"('budget_lines', '{name}', {_one(both)})")
        cells += [
            f"('budget_pair', '{name}/{stage}', CASE WHEN {both} IS NOT NULL THEN m.{stage} END)"
            for stage in (whole, part)
        ]
    return f"""
    (
        SELECT 'budget', CAST(h.year AS text), CAST(1 AS numeric)
        UNION ALL SELECT 'budget_demonstration', '', 1 WHERE h.demonstration
        UNION ALL SELECT c.measure, h.year || '/' || c.slot, c.amount
        FROM (
            SELECT {held} FROM (
                SELECT DISTINCT ON (stage) split_part(e.entry, '/', 2) AS stage,
                    CAST(split_part(e.entry, '/', 3) AS numeric) AS amount
                FROM unnest(h.entries) WITH ORDINALITY AS e(entry, place)
                WHERE e.place <= CAST(h.bucket AS integer) ORDER BY stage, e.place DESC
            ) AS l
        ) AS m CROSS JOIN LATERAL (VALUES {", ".join(cells)}) AS c(measure, slot, amount)
        WHERE c.amount IS NOT NULL
    )
    """  # noqa: S608 (constants of this package)


def _one(amount: str) -> str:
    return f"CASE WHEN {amount} IS NOT NULL THEN 1 END"


BUDGET: Kind[BudgetFacts] = Kind(
    name="budget",
    source="tasks",
    rules=1,
    facts=BudgetFacts,
    read=_read,
    axes=(ENTERED,),
    by_reach=True,
    by_its_days=True,
    measures=("budget", "budget_amount", "budget_lines", "budget_pair", "budget_demonstration"),
    cells=_cells,
    cells_sql=_cells_in_sql(),
    title=None,
    told=False,
    state_indexes=(PartialIndex("entered", (_LAST.format(row=""),), "bucket <> '0'"),),
)
