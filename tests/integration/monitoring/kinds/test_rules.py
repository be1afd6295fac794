"""Each rule stands twice, in Python and in SQL: both say the same of any facts at any instant."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from tests.cases import task_handed_in
from tests.cases.document_standing import CASES as STANDINGS
from tests.cases.document_standing import ON, DocumentCase
from tests.cases.timing import CASES as TIMING
from tests.cases.timing import TimingCase

from sixclear.common.clock import civil_day_end, civil_day_start
from sixclear.common.db import Database
from sixclear.monitoring.kinds import KINDS
from sixclear.monitoring.kinds.budget import STAGES
from sixclear.monitoring.kinds.document import DOCUMENT
from sixclear.monitoring.kinds.kind import Kind
from sixclear.monitoring.kinds.task import TASK, TaskFacts
from sixclear.monitoring.statements import Columns, sql

pytestmark = pytest.mark.asyncio

CASES = json.loads((Path(__file__).parents[3] / "cases" / "task_bucket.json").read_text(encoding="utf-8"))
NOON = datetime(2025, 12, 31, 5, tzinfo=UTC)
# Both sides of the civil new year (17:00 UTC), of the instant itself, and of each other.
INSTANTS = [NOON + timedelta(hours=12), *(NOON + timedelta(microseconds=n) for n in (-1, 0, 1))]
TEXTS = ("a", "b,c", 'd"e', "submitted", "returned", "database", "high", "none", "retire", "not_deployed")


async def by_sql(database: Database, kind: Kind[Any], facts: Struct, at: datetime) -> tuple[Any, ...]:
    """Values, boundary and cells of facts, by the rules in SQL."""
    columns = Columns(**kind.columns)
    values = columns.values([[getattr(facts, name) for name in kind.columns]])
    async with database.session() as session:
        row = (
            await session.execute(
                sql(
                    """
                    WITH h AS (SELECT {selected}, false AS withdrawn FROM {unnested}),
                    v AS (SELECT h.*, {values}, {boundary} AS next_boundary FROM h)
                    SELECT (SELECT ROW({axes}) FROM v AS h), (SELECT next_boundary FROM v), (
                        SELECT array_agg(ROW(c.measure, c.slot, CAST(c.amount AS numeric)))
                        FROM v AS h CROSS JOIN LATERAL {cells} AS c(measure, slot, amount)
                        WHERE h.{first} IS NOT NULL AND c.slot IS NOT NULL)
                    """,
                    selected=", ".join(
                        f"{part} AS {name}"
                        for name, part in zip(kind.columns, _parts(columns.selected, len(kind.columns)), strict=True)
                    ),
                    unnested=columns.unnested,
                    values=kind.values_sql,
                    boundary=kind.boundary_sql,
                    axes=", ".join(f"h.{axis.name}" for axis in kind.axes),
                    cells=kind.cells_sql,
                    first=kind.axes[0].name,
                ),
                {**values, "at": at},
            )
        ).one()
    return tuple(row[0]), row[1], sorted(tuple(cell) for cell in row[2] or ())


def _parts(selected: str, count: int) -> list[str]:
    parts = selected.split(", ")
    assert len(parts) == count
    return parts


def by_python(kind: Kind[Any], facts: Struct, at: datetime) -> tuple[Any, ...]:
    """The same, by the rules in Python."""
    values = kind.values(facts, at)
    if values is None:
        return (None,) * len(kind.axes), None, []
    return values, kind.boundary(facts, at), sorted(tuple(cell) for cell in kind.cells(facts, *values))


def some(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a fact with this type."""
    if hint is datetime:
        return st.sampled_from(INSTANTS)
    if hint is date:
        return st.sampled_from([instant.date() for instant in INSTANTS])
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(st.sampled_from(TEXTS), max_size=3, unique=True).map(tuple)
    if get_args(hint):
        return st.one_of(*(some(item) for item in get_args(hint)))
    known = {
        str: st.sampled_from(TEXTS),
        bool: st.booleans(),
        UUID: st.just(UUID(int=7)),
        int: st.integers(2000, 2002),
        Decimal: st.sampled_from([Decimal(0), Decimal("1.5")]),
        type(None): st.none(),
    }
    return known[hint]


# Entries of a line: a day, a stage and an amount, in the order of their days.
ENTRIES = st.lists(
    st.tuples(st.sampled_from(("2025-12-30", "2025-12-31", "2026-01-01")), st.sampled_from(STAGES), st.integers(0, 3)),
    max_size=6,
).map(lambda drawn: tuple(f"{day}/{stage}/{amount}" for day, stage, amount in sorted(drawn, key=lambda one: one[0])))
SHAPED = {"entries": ENTRIES}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
async def test_both_forms_of_a_rule_agree(database: Database, kind: Kind[Any], data: st.DataObject) -> None:
    facts = kind.facts(
        **{
            name: data.draw(SHAPED[name] if name in SHAPED else some(hint))
            for name, hint in get_type_hints(kind.facts).items()
        }
    )
    at = data.draw(st.sampled_from(INSTANTS))
    assert await by_sql(database, kind, facts, at) == by_python(kind, facts, at)


@pytest.mark.parametrize("case", task_handed_in.CASES, ids=lambda case: str(case.title))
async def test_a_submission_is_judged_as_the_table_of_cases_says(
    database: Database, case: task_handed_in.TaskHandedInCase
) -> None:
    facts = TaskFacts(
        organisation_id=None,
        programme=None,
        assigned_by="central",
        title="Nhiệm vụ",
        status=case.status,
        kind="one_off",
        deadline=case.deadline,
        last_report_at=None,
        submitted_at=case.submitted_at,
        demonstration=False,
    )
    expected = [case.handed_in] if case.handed_in else []
    for cells in (by_python(TASK, facts, NOON)[2], (await by_sql(database, TASK, facts, NOON))[2]):
        assert [slot.partition(":")[2] for measure, slot, _ in cells if measure == "task_handed_in"] == expected


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['status']} {case['kind']} {case['bucket']}")
async def test_a_task_is_in_the_bucket_that_the_table_of_cases_names(database: Database, case: dict[str, Any]) -> None:
    at = datetime.fromisoformat(CASES["at"])
    facts = TaskFacts(
        organisation_id=None,
        programme=None,
        assigned_by="central",
        title="Nhiệm vụ",
        status=case["status"],
        kind=case["kind"],
        deadline=datetime.fromisoformat(case["deadline"]) if case["deadline"] else None,
        last_report_at=None,
        demonstration=False,
    )
    for values in (by_python(TASK, facts, at)[0], (await by_sql(database, TASK, facts, at))[0]):
        assert values[0] == case["bucket"]


@pytest.mark.parametrize("case", TIMING, ids=lambda case: str(case.title))
async def test_work_stands_to_its_deadline_as_the_table_of_cases_says(database: Database, case: TimingCase) -> None:
    facts = TASK.facts_of(
        {
            "lead_organisation_id": None,
            "programme": None,
            "assigned_by": "central",
            "title": "Nhiệm vụ",
            "status": {"open": "in_progress"}.get(case.state, case.state),
            "kind": "one_off",
            "current_deadline": _written(case.deadline),
            "original_deadline": _written(case.original_deadline),
            "submitted_at": _written(case.submitted_at),
            "last_report_at": None,
            "percent": case.percent,
            "expected_on": _written(case.expected_on),
            "demonstration": False,
        }
    )
    for _, _, cells in (by_python(TASK, facts, case.at), await by_sql(database, TASK, facts, case.at)):
        slots = {measure: slot.rpartition(":")[2] for measure, slot, _ in cells}
        part = {"submitted": "waiting", "paused": "paused", "completed": None, "open": case.standing}[case.state]
        assert slots.get("task_part") == {"overdue": "late"}.get(part or "", part)
        if case.state == "completed":
            judged = slots["task_handed_in"], slots["task_done_by_original"]
            assert tuple(word if word in {"on_time", "late"} else None for word in judged) == (
                case.standing,
                case.original,
            )


@pytest.mark.parametrize("case", STANDINGS, ids=lambda case: str(case.title))
async def test_a_document_stands_as_the_table_of_cases_says(database: Database, case: DocumentCase) -> None:
    days = {name: _written(getattr(case, name)) for name in ("issued_on", "effective_on", "due_on", "replaced_on")}
    about = {"organisation_id": None, "programme": "plan", "assigned_by": "central", "demonstration": False}
    facts = DOCUMENT.facts_of({"type": "law", **about, **days})
    standing = {"issued": "not_in_force_yet", None: "absent"}.get(case.standing, case.standing)
    for at in (civil_day_start(ON), civil_day_end(ON)):
        for values in (by_python(DOCUMENT, facts, at)[0], (await by_sql(database, DOCUMENT, facts, at))[0]):
            assert values[0] == ("overdue" if case.overdue else standing)


def _written(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None
