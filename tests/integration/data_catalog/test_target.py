"""The service as a process runs it: it migrates, registers the shipped lists once, and serves."""

from pathlib import Path

import pytest

from sixclear.common.testing.identity import http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.testing.service import bare_runtime
from sixclear.data_catalog.settings import Settings
from sixclear.data_catalog.target import create_target


@pytest.mark.asyncio
async def test_it_starts_twice_on_one_database_and_knows_its_lists(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    url = await empty_database()
    for _ in range(2):
        target = create_target(bare_runtime(tmp_path), Settings(database_url=url))
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
