"""Documents of law and administration: by type, and by how they stand on a day, whenever they were entered."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON
from tests.integration.monitoring.documents import document

from sixclear.common.clock import civil_date
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio
TODAY = civil_date(NOON)


async def told(site: Any, view: Any, **query: Any) -> dict[str, Any] | None:
    """The documents of the status, without zeros; the question of its own says the same."""
    site.clock.now = view.now
    await view.pass_time(view.now)
    found = (await site.get("/status", **query)).json()["documents"]
    own = (await site.get("/documents", **query)).json()
    assert own["documents"] == found
    if "as_of" not in query:
        assert (await site.get("/documents", **query, as_of=view.now.isoformat())).json()["documents"] == found
    if found is None:
        return None
    types = {name: {key: n for key, n in counts.items() if n} for name, counts in found.pop("by_type").items()}
    return {key: n for key, n in found.items() if n} | {name: counts for name, counts in types.items() if counts}


async def consistent(view: Any) -> None:
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_documents_that_are_entered_late_count_from_their_day_of_issue(site: Any, view: Any, events: Any) -> None:
    """What the report of 2 July says comes out, although all was entered in December."""
    june, autumn = date(2025, 6, 27), date(2025, 11, 20)
    await view.fold(
        [
            *(document(events, f"law{n}", issued_on=june if n < 2 else autumn) for n in range(3)),
            *(document(events, f"decree{n}", type="decree", issued_on=june) for n in range(4)),
            document(events, "resolution", type="resolution", issued_on=june),
            document(events, "plan", type="local_document", issued_on=autumn),
        ]
    )
    view.now = events.now
    assert await told(site, view, as_of="2025-07-02") == {
        "issued": 7,
        "not_in_force_yet": 7,
        "law": {"issued": 2, "not_in_force_yet": 2},
        "decree": {"issued": 4, "not_in_force_yet": 4},
        "resolution": {"issued": 1, "not_in_force_yet": 1},
    }
    now = await told(site, view) or {}
    assert (now["issued"], now["law"]["issued"], now["local_document"]["issued"]) == (9, 3, 1)
    assert await told(site, view, as_of="2025-06-26") == {}
    assert (await told(site, view, as_of="2025-06-27") or {})["issued"] == 7
    await consistent(view)


async def test_a_decree_is_owed_late_issued_in_force_and_replaced(site: Any, view: Any, events: Any) -> None:
    due = TODAY + timedelta(days=2)
    await view.fold([document(events, "decree", "owed", type="decree", due_on=due)])
    view.now = events.now
    assert await told(site, view) == {"owed": 1, "decree": {"owed": 1}}
    view.now = NOON + timedelta(days=3)
    assert await told(site, view) == {"overdue": 1, "decree": {"overdue": 1}}, "by time alone"
    events.now = view.now
    issued = {"type": "decree", "due_on": due, "issued_on": TODAY + timedelta(days=3)}
    issued["effective_on"] = TODAY + timedelta(days=10)
    await view.fold([document(events, "decree", "issued", **issued)])
    assert (await told(site, view) or {})["decree"] == {"issued": 1, "not_in_force_yet": 1}
    view.now = NOON + timedelta(days=10)
    assert (await told(site, view) or {})["decree"] == {"issued": 1, "in_force": 1}
    events.now = view.now
    replaced = issued | {"replaced_on": TODAY + timedelta(days=12)}
    await view.fold([document(events, "decree", "replaced", **replaced)])
    view.now = NOON + timedelta(days=12)
    assert (await told(site, view) or {})["decree"] == {"issued": 1, "replaced": 1}
    for days, standing in enumerate(("owed", "owed", "owed", "not_in_force_yet")):
        day = (TODAY + timedelta(days=days)).isoformat()
        assert (await told(site, view, as_of=day) or {})[standing] == 1, day
    await consistent(view)
    await view.fold([document(events, "decree", "withdrawn")])
    assert await told(site, view) == {}
    assert await told(site, view, as_of=TODAY.isoformat()) == {}, "it leaves past figures, too"
    await consistent(view)


async def test_it_heeds_the_filters(site: Any, view: Any, events: Any) -> None:
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
            events.programme("nq57-central"),
            events.programme("hanoi", owner="01", reach="own"),
            document(events, "a"),
            document(events, "b", type="plan", lead="00004", assigned_by="commune"),
            document(events, "c", type="plan", lead="01", programme="hanoi", assigned_by="province"),
        ]
    )
    view.now = events.now
    for query, count in (
        ({}, 2),
        ({"organisation": "01"}, 2),
        ({"organisation": "00004"}, 1),
        ({"programme": "hanoi"}, 1),
        ({"assigned_by": "commune"}, 1),
        ({"reach": "own"}, 1),
        ({"programme": "nq57-central", "assigned_by": "central"}, 1),
    ):
        found = await told(site, view, **query)
        assert (found or {}).get("issued") == count, query
    answer = (await site.get("/documents", programme="hanoi", as_of="2025-12-03")).json()
    assert answer["records"] == "/api/tasks/v1/documents?programme=hanoi&as_of=2025-12-03"


async def test_it_is_not_known_until_it_is_heard_of(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    view.now = events.now
    assert await told(site, view) is None
