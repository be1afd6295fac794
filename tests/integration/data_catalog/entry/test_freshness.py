"""Freshness in SQL is the freshness of one entry: both read the same table of cases."""

from typing import get_args

import pytest
from sqlalchemy import Integer, cast, literal, select
from sqlalchemy.dialects.postgresql import TIMESTAMP
from tests.cases.freshness import CASES
from tests.integration.data_catalog.conftest import Service, some_entries

from sixclear.data_catalog.entry.freshness import freshness_in_sql
from sixclear.data_catalog.entry.schemas import Freshness


@pytest.mark.asyncio
async def test_freshness_in_sql_is_that_of_the_cases(service: Service) -> None:
    async with service.database.session() as session:
        for case in CASES:
            last_at = cast(literal(case.last_at), TIMESTAMP(timezone=True))
            promised = cast(literal(case.promised_period_seconds), Integer)
            derived = await session.scalar(select(freshness_in_sql(last_at, promised, case.now)))
            assert derived == case.freshness, case.title


@pytest.mark.asyncio
async def test_a_list_that_is_narrowed_by_freshness_shows_that_freshness(service: Service) -> None:
    await some_entries(service)
    shown = set()
    for moments in range(3):
        service.clock.pass_by(seconds=moments * 43_200)
        for wanted in get_args(Freshness):
            for entry in (await service.get("/entries", freshness=wanted))["items"]:
                assert entry["heartbeat"]["freshness"] == wanted
                shown.add(wanted)
    assert shown == set(get_args(Freshness))
