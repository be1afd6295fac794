"""A planted error in a counter, a state or a sum of results is found, stops all figures, and is repaired."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.records import some_records

from sixclear.monitoring.kinds import KINDS
from sixclear.monitoring.view.reconcile import differences, reconcile, repair

pytestmark = pytest.mark.asyncio

RESULTS = ("submission", "indicator", "value", "document", "budget", "criteria", "assessment")
_COUNTRY = "scope = '00000000-0000-0000-0000-000000000000'"
SUMS = (
    "UPDATE value_sum SET number = number + 1 WHERE level = 'province'",
    "UPDATE value_sum SET reported = 0, number = 0",
    "UPDATE value_sum SET day = day - 1",
    f"DELETE FROM value_sum WHERE NOT {_COUNTRY}",
    "INSERT INTO value_sum SELECT epoch, scope, indicator_id, last_day, period, level, 7, day, 1, 0, 5, 0, 0"
    f" FROM value_sum WHERE {_COUNTRY} LIMIT 1",
    "UPDATE organisation_count SET bodies = bodies + 1 WHERE level = 'commune'",
    "DELETE FROM organisation_count",
    "INSERT INTO organisation_count SELECT epoch, scope, 'department', 4 FROM organisation_count LIMIT 1",
)
STATES = (
    "UPDATE submission_state SET body_due_at = body_due_at - interval '90 days'",
    "UPDATE submission_state SET paused_since = due_at",
    "UPDATE submission_state SET reopened = true, appealed = true",
    "UPDATE submission_state SET body_bucket = 'late'",
    "UPDATE value_state SET number = number + 1",
    "UPDATE value_state SET true_from = true_from - interval '2 days'",
    "UPDATE value_state SET definition = 2",
    "UPDATE indicator_state SET levels = '{commune}'",
    "UPDATE assessment_state SET answers = '[]'",
    "UPDATE criteria_state SET content = '{}'",
    "UPDATE document_state SET type = 'law', bucket = 'absent'",
    "UPDATE budget_state SET entries = '{2025-12-01/requested/7}'",
)


QUESTIONS: Sequence[tuple[str, dict[str, str]]] = (
    ("/status", {}),
    ("/indicators", {}),
    ("/indicators", {"organisation": "01"}),
    ("/indicators/cases/series", {}),
    ("/documents", {}),
    ("/budgets", {}),
    ("/scores", {"criteria": "khanh-hoa-monthly", "period": "2025-12"}),
)


async def _figures(site: Any) -> list[Any]:
    found = []
    for path, query in QUESTIONS:
        answer = await site.get(path, **query)
        assert answer.status_code == 200, answer.text
        found.append({name: value for name, value in answer.json().items() if name != "staleness_seconds"})
    return found


async def _each_is_found(view: Any, faults: Sequence[str]) -> None:
    """Each by itself; nothing of it stays."""
    for fault in faults:
        async with view.database.session() as session:
            changed = await session.execute(text(fault))
            assert changed.rowcount, fault
            assert await differences(session, lambda: view.now), fault


async def _all_are_mended(site: Any, view: Any, faults: Sequence[str], right: Sequence[Any]) -> None:
    """All together: no figure is shown until they are repaired, then those of before."""
    async with view.database.transaction() as session:
        for fault in faults:
            await session.execute(text(fault))
    assert await reconcile(view.database, lambda: view.now)
    for path, query in QUESTIONS:
        refused = await site.get(path, **query)
        assert refused.status_code == 503, path
        assert refused.json()["type"].endswith("/figures-do-not-reconcile")
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert await reconcile(view.database, lambda: view.now) == []
    assert await _figures(site) == right


async def _story(site: Any, view: Any, events: Any) -> list[Any]:
    await some_records(view, events)
    view.now = site.clock.now = view.now + timedelta(minutes=1)
    return await _figures(site)


async def test_a_counter_or_a_state_of_each_kind_is_compared_and_mended(site: Any, view: Any, events: Any) -> None:
    right = await _story(site, view, events)
    first = {kind.name: kind.measures[0] for kind in KINDS}
    counters = [f"UPDATE counter SET n = n + 1 WHERE measure = '{first[name]}'" for name in RESULTS]
    lost = [f"DELETE FROM {name}_state" for name in RESULTS]
    await _each_is_found(view, [*counters, *lost])
    await _all_are_mended(site, view, counters, right)
    await _all_are_mended(site, view, lost, right)


async def test_a_sum_or_a_fact_is_compared_and_mended(site: Any, view: Any, events: Any) -> None:
    right = await _story(site, view, events)
    await _each_is_found(view, [*SUMS, *STATES])
    await _all_are_mended(site, view, [*SUMS, *STATES], right)
