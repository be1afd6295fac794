"""The service as a process runs it: it migrates, registers the shipped lists once, and serves."""

from pathlib import Path
from typing import Any, cast

import pytest

from sixclear.common.clock import utc_now
from sixclear.common.ids import new_id
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.data_catalog.settings import Settings
from sixclear.data_catalog.target import create_target


@pytest.mark.asyncio
async def test_it_starts_twice_on_one_database_and_knows_its_lists(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    runtime = Runtime(
        settings=CommonSettings(env="test", home=tmp_path),
        clock=utc_now,
        new_id=new_id,
        bus=cast(Any, None),
        verifier=FakeIssuer().verifier(),
        http=cast(Any, None),
    )
    url = await empty_database()
    for _ in range(2):
        target = create_target(runtime, Settings(database_url=url))
        assert not target.checks()[0].ok
        await target.start()
        try:
            assert target.checks()[0].ok
            async with http_client(target.app) as http:
                lists = (await http.get("/api/catalog/v1/lists")).json()["items"]
            assert [row["slug"] for row in lists] == ["plan-02", "resolution-71"]
            assert sum(edition["total"] for row in lists for edition in row["editions"]) == 0
        finally:
            await target.stop()
