"""A few records of each kind, for questions about any of them."""

from datetime import timedelta
from typing import Any

from tests.integration.monitoring.assessments import answered, assessment, criteria
from tests.integration.monitoring.budgets import budget
from tests.integration.monitoring.documents import document
from tests.integration.monitoring.filings import filing
from tests.integration.monitoring.indicators.told import indicator, targets, value
from tests.integration.monitoring.obstacles import obstacle

from sixclear.common.clock import civil_date


async def some_records(view: Any, events: Any) -> None:
    """A small view: two programmes, three bodies, five tasks and what hangs on them."""
    this_year, next_year = events.now + timedelta(days=20), events.now + timedelta(days=60)
    await view.fold(
        [
            events.programme("nq57-central"),
            events.programme("hanoi"),
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
            events.task("a", lead="00004", deadline=this_year),
            events.task("b", lead="00004", deadline=next_year, programme="hanoi", assigned_by="province"),
            events.task("c", lead="01", deadline=events.now + timedelta(minutes=10)),
            events.task("d", kind="recurring"),
            events.task("e", "completed", status="completed", demonstration=True, submitted_at=events.now),
            events.task("a", "progress_reported", status="in_progress", lead="00004", deadline=this_year),
            events.period("d", "reported", status="reported", due_at=events.now, reported_at=events.now),
            *(events.evidence("e"), events.urge("b", programme="hanoi"), filing(events, "b", lead="00004")),
            events.decision("b", "granted", state="granted", programme="hanoi"),
            *(
                obstacle(events, "b"),
                document(events, "l"),
                budget(events, "m", ("requested", 100, civil_date(events.now))),
            ),
            *(criteria(events), assessment(events, "00004", "answered", answers=[answered("I.2", 5)])),
            events.submission("s", organisation="01", due_soon_at=this_year, due_at=next_year),
            events.entry("p", stage="formed_centralised"),
            events.entry("r", lists=["resolution-71"], risk="high", registration="submitted"),
            indicator(events, "cases", levels=["province", "commune"]),
            indicator(
                events,
                "cases",
                "targeted",
                levels=["province", "commune"],
                targets=targets("01", ("2025-11", "50"), baseline=("2025-01", "10")),
            ),
            value(events, "cases", "01", "2025-11", level="province", number=45),
            value(events, "cases", "00004", "2025-11", number=40),
        ]
    )
    await view.pass_time(view.now)
