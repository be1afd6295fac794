"""What the country's figure costs: as many rows as that of a province with ten communes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import organisation_id
from tests.integration.monitoring.indicators.told import indicator, value

from sixclear.common.bus.envelope import Envelope
from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.indicators.service import Query, list_figures
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

_TABLES = "value_sum, value_state, organisation_count, organisation_state, indicator_state, indicator_history"
_ROWS = text(
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables"
    " WHERE relname = ANY(CAST(:tables AS text[]))"
)
PERIODS = [f"2025-{month:02d}" for month in range(6, 12)]


def said(events: Any, codes: list[str]) -> Iterator[Envelope]:
    """What communes report for each period."""
    for period in PERIODS:
        yield from (value(events, "cases", code, period, number=1) for code in codes)


async def rows_read(view: Any, query: Query) -> tuple[int, str | None]:
    """Rows that an answer reads, and the figure in it."""
    values = {"tables": _TABLES.split(", ")}
    async with view.database.session() as session:
        # A table so small would be read whole, whatever is asked.
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        before = await session.scalar(_ROWS, values)
        (one,) = await list_figures(session, query, view.now)
        figure = None if one.latest is None else str(one.latest.figure)
        return int(await session.scalar(_ROWS, values) - before), figure


async def test_the_country_reads_as_many_rows_as_ten_communes(view: Any, events: Any) -> None:
    few, many = [f"A{number}" for number in range(10)], [f"B{number}" for number in range(300)]
    await view.fold([events.organisation(code, level="province") for code in ("01", "02")])
    await view.fold([events.organisation(code, parent="01", level="commune") for code in few])
    await view.fold([events.organisation(code, parent="02", level="commune") for code in many])
    await view.fold([events.programme("nq57-central"), indicator(events, "cases", levels=["province", "commune"])])
    await view.fold([*said(events, few), *said(events, many)])
    async with view.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"VACUUM ANALYZE {_TABLES}"))
    events.now = view.now = events.now + timedelta(days=4)
    past = civil_day_end(civil_date(view.now) - timedelta(days=1))
    for at in (None, past):
        ten, figure = await rows_read(view, Query(Selection(organisation_id("01")), at))
        assert figure == "10"
        all_, figure = await rows_read(view, Query(Selection(), at))
        assert figure == "310"
        assert all_ <= ten + 6, "the two provinces, which others are below of, are looked up"
