"""A made-up kind: two axes, an amount, and a flow that counts an amount."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Amount, Axis, Counted, Flow, Instant, Kind, Rule, Step


class PlanFacts(Struct, frozen=True, kw_only=True):
    organisation_id: UUID | None
    programme: str | None
    assigned_by: Literal["central", "province", "commune"]
    title: str
    status: Literal["draft", "running", "closed"]
    due_at: Instant | None
    report_due_at: Instant | None
    budget: Decimal | None
    paid: Decimal | None
    demonstration: bool


def _settled(facts: PlanFacts) -> str | None:
    return "closed" if facts.status == "closed" else None


_SETTLED = Rule(_settled, "CASE WHEN h.status = 'closed' THEN 'closed' END")
TIMING = Axis(name="timing", start="in_time", steps=(Step("due_at", "late"),), settled=_SETTLED)
REPORTING = Axis(name="reporting", start="reported", steps=(Step("report_due_at", "silent"),), settled=_SETTLED)


def _cells(facts: PlanFacts, timing: str, reporting: str) -> Iterable[Counted]:
    yield Counted("plan", "")
    yield Counted("plan_timing", timing)
    yield Counted("plan_reporting", reporting)
    if facts.budget is not None:
        yield Counted("plan_budget", timing, facts.budget)


_CELLS_SQL = """
(VALUES
    ('plan', '', 1),
    ('plan_timing', h.timing, 1),
    ('plan_reporting', h.reporting, 1),
    ('plan_budget', CASE WHEN h.budget IS NOT NULL THEN h.timing END, h.budget)
)
"""


def _paid(facts: PlanFacts) -> Amount:
    return facts.paid or 0


PAYMENTS = Flow(measure="plan_payment", change="paid", amount=Rule(_paid, "coalesce(h.paid, 0)"), latest="last_payment")

PLAN = Kind(
    name="plan",
    source="tasks",
    rules=1,
    facts=PlanFacts,
    counted=Rule(lambda facts: facts.status != "draft", "h.status <> 'draft'"),
    axes=(TIMING, REPORTING),
    measures=("plan", "plan_timing", "plan_reporting", "plan_budget"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    flows=(PAYMENTS,),
)
