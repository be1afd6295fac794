"""Lists of texts reach the tables as they are, whatever characters they hold."""

from typing import Any

import pytest
from sqlalchemy import text

from sixclear.monitoring.kinds.kind import Cell

pytestmark = pytest.mark.asyncio

LISTS = [["a,b"], ['say "x"', "back\\slash", "{curly}"], [], ["", " "]]


@pytest.mark.parametrize("lists", LISTS, ids=["comma", "quote", "empty", "blank"])
async def test_a_list_of_texts_is_stored_as_it_is(view: Any, events: Any, lists: list[str]) -> None:
    await view.fold([events.entry("e", lists=lists)])
    async with view.database.session() as session:
        for table in ("entry_state", "entry_history"):
            assert await session.scalar(text(f"SELECT lists FROM {table}")) == sorted(lists)
    assert {cell.slot for cell in await view.cells() if cell.measure == "database"} == set(lists)
    assert await view.cells() == await view.cells_at(view.now)


async def test_a_list_code_with_a_comma_is_one_list(view: Any, events: Any) -> None:
    await view.fold([events.entry("e", lists=["plan,02"])])
    cells = await view.cells()
    assert cells[Cell("database", "plan,02")] == cells[Cell("database_stage", "plan,02/not_deployed")] == 1
    assert Cell("database", "plan") not in cells
