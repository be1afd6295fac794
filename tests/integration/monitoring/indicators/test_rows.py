"""What the country's figure costs: as many rows as that of a province with ten communes."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.monitoring.conftest import NOON, organisation_id
from tests.integration.monitoring.indicators.told import indicator, value

from sixclear.common.bus.envelope import Envelope
from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.indicators.service import Query, SeriesQuery, list_figures, read_series
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

_TABLES = "value_sum, value_state, organisation_count, organisation_state, indicator_state, indicator_history"
_ROWS = text(
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables"
    " WHERE relname = ANY(CAST(:tables AS text[]))"
)
PERIODS = [f"2025-{month:02d}" for month in range(6, 12)]
# Bodies report on so many days.
DAYS = 10
PAST = NOON + timedelta(days=DAYS)


def said(events: Any, codes: list[str]) -> Iterator[Envelope]:
    """What communes report for each period, each tenth of them on a day of its own."""
    for period in PERIODS:
        for number, code in enumerate(codes):
            day = NOON + timedelta(days=number % DAYS)
            yield value(events, "cases", code, period, number=1, true_from=day)


async def rows_read(view: Any, ask: Callable[[AsyncSession], Awaitable[list[str | None]]]) -> tuple[int, list[Any]]:
    """Rows that an answer reads, and the figures in it."""
    values = {"tables": _TABLES.split(", ")}
    async with view.database.session() as session:
        # A table so small would be read whole, whatever is asked.
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        before = await session.scalar(_ROWS, values)
        figures = await ask(session)
        return int(await session.scalar(_ROWS, values) - before), figures


def newest(view: Any, scope: UUID | None, at: datetime | None) -> Callable[[AsyncSession], Awaitable[list[str | None]]]:
    """Asks for the newest figure."""

    async def ask(session: AsyncSession) -> list[str | None]:
        (one,) = await list_figures(session, Query(Selection(scope), at), view.now)
        return [None if one.latest is None else str(one.latest.figure)]

    return ask


def series(view: Any, scope: UUID | None, at: datetime | None) -> Callable[[AsyncSession], Awaitable[list[str | None]]]:
    """Asks for all periods."""

    async def ask(session: AsyncSession) -> list[str | None]:
        query = SeriesQuery(scope, PERIODS[0], PERIODS[-1], at)
        return [str(one.figure) for one in (await read_series(session, "cases", query, view.now))[1]]

    return ask


async def _counted(view: Any, events: Any) -> None:
    few, many = [f"A{number}" for number in range(10)], [f"B{number}" for number in range(300)]
    await view.fold([events.organisation(code, level="province") for code in ("01", "02")])
    await view.fold([events.organisation(code, parent="01", level="commune") for code in few])
    await view.fold([events.organisation(code, parent="02", level="commune") for code in many])
    await view.fold([events.programme("nq57-central"), indicator(events, "cases", levels=["province", "commune"])])
    await view.fold([*said(events, few), *said(events, many)])
    async with view.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"VACUUM ANALYZE {_TABLES}"))
    events.now = view.now = NOON + timedelta(days=DAYS + 9)


async def test_the_country_reads_as_many_rows_as_ten_communes(view: Any, events: Any) -> None:
    await _counted(view, events)
    for at in (None, civil_day_end(civil_date(PAST))):
        ten, figures = await rows_read(view, newest(view, organisation_id("01"), at))
        assert figures == ["10"]
        all_, figures = await rows_read(view, newest(view, None, at))
        assert figures == ["310"]
        assert all_ <= ten + 6, "the two provinces, which others are below of, are looked up"


async def test_the_series_of_the_country_reads_as_many_rows_as_that_of_ten_communes(view: Any, events: Any) -> None:
    await _counted(view, events)
    for at in (None, civil_day_end(civil_date(PAST))):
        ten, figures = await rows_read(view, series(view, organisation_id("01"), at))
        assert figures == ["10"] * len(PERIODS)
        hundreds, figures = await rows_read(view, series(view, organisation_id("02"), at))
        assert figures == ["300"] * len(PERIODS)
        all_, figures = await rows_read(view, series(view, None, at))
        assert figures == ["310"] * len(PERIODS)
        assert hundreds <= ten, "a row for each day on which bodies reported, however many"
        assert all_ <= ten + 6, "the two provinces, which others are below of, are looked up"
