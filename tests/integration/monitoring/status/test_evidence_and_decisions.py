"""Evidence by whether another body accepted it, decisions by kind and outcome; what is not known is no zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON

from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio


async def told(site: Any, view: Any, at: datetime, **query: Any) -> tuple[Any, Any]:
    """Evidence and decisions of the status, at an instant that is now; the same is said of it as a past one."""
    site.clock.now = view.now = at
    now = (await site.get("/status", **query)).json()
    then = (await site.get("/status", **query, as_of=at.isoformat())).json()
    assert (now["evidence"], now["decisions"]) == (then["evidence"], then["decisions"])
    evidence, decisions = now["evidence"], now["decisions"]
    return evidence and tuple(evidence[name] for name in ("waiting", "accepted", "refused")), decisions and {
        about: {outcome: n for outcome, n in outcomes.items() if n} for about, outcomes in decisions.items()
    }


async def test_evidence_is_a_claim_until_it_is_judged(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.evidence(name) for name in "abc"])
    attached = events.now
    assert (await told(site, view, attached))[0] == (3, 0, 0)
    await view.fold(
        [events.evidence("a", "accepted", state="accepted"), events.evidence("b", "refused", state="refused")]
    )
    await view.fold([events.evidence("b", "redacted", state="refused")])
    assert (await told(site, view, events.now))[0] == (1, 1, 1)
    site.clock.now = events.now
    then = (await site.get("/status", as_of=attached.isoformat())).json()
    assert then["evidence"] == {"waiting": 3, "accepted": 0, "refused": 0}
    await view.fold([events.evidence("c", "withdrawn")])
    past = (await site.get("/status", as_of=attached.isoformat())).json()
    assert past["evidence"]["waiting"] == 2, "what became restricted leaves the past, too"


async def test_decisions_are_counted_by_kind_and_outcome(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.decision("a"), events.decision("b"), events.decision("c", kind="transfer")])
    assert (await told(site, view, events.now))[1] == {"extension": {"asked": 2}, "transfer": {"asked": 1}}
    asked = events.now
    await view.fold(
        [
            events.decision("a", "granted", state="granted_otherwise"),
            events.decision("b", "taken_back", state="withdrawn"),
            events.decision("c", "granted", kind="transfer", state="granted"),
            events.decision("c", "accepted", kind="transfer", state="accepted"),
            events.decision("d", "granted", kind="pause", state="granted"),
        ]
    )
    assert (await told(site, view, events.now))[1] == {
        "extension": {"granted_otherwise": 1, "withdrawn": 1},
        "transfer": {"accepted": 1},
        "pause": {"granted": 1},
    }
    then = (await site.get("/status", as_of=asked.isoformat())).json()["decisions"]
    assert (then["extension"]["asked"], then["transfer"]["asked"], set(then)) == (2, 1, {"extension", "transfer"})
    assert (await site.get("/changes")).json()["items"] == []
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_each_is_not_known_until_it_is_heard_of(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.organisation("01", level="province"), events.task("a")])
    assert await told(site, view, events.now) == (None, None)
    before = events.now
    await view.fold([events.evidence("a")])
    assert await told(site, view, events.now) == ((1, 0, 0), None)
    await view.fold([events.decision("a")])
    assert await told(site, view, events.now) == ((1, 0, 0), {"extension": {"asked": 1}})
    assert await told(site, view, events.now, organisation="01") == ((0, 0, 0), {}), "where there is none, none waits"
    then = (await site.get("/status", as_of=before.isoformat())).json()
    assert (then["evidence"], then["decisions"]) == (None, None)
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE source_view SET rules = 0 WHERE source = 'tasks'"))
    assert await told(site, view, events.now + timedelta(days=1)) == (None, None)


@pytest.mark.parametrize(
    ("query", "waiting"),
    [
        ({}, 2),
        ({"organisation": "01"}, 2),
        ({"organisation": "00004"}, 1),
        ({"programme": "hanoi"}, 1),
        ({"assigned_by": "central"}, 2),
        ({"reach": "own"}, 1),
        ({"organisation": "01", "reach": "national"}, 1),
    ],
)
async def test_both_heed_the_filters_as_tasks_do(
    site: Any, view: Any, events: Any, query: dict[str, str], waiting: int
) -> None:
    hanoi = {"lead": "01", "programme": "hanoi", "assigned_by": "province"}
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
            events.programme("nq57-central"),
            events.programme("hanoi", owner="01", reach="own"),
        ]
    )
    for make in (events.evidence, events.decision):
        await view.fold([make("a"), make("b", lead="00004"), make("c", **hanoi)])
    evidence, decisions = await told(site, view, NOON + timedelta(days=1), **query)
    assert evidence == (waiting, 0, 0)
    assert decisions == {"extension": {"asked": waiting}}
