"""The programme lists that ship with the product, registered when they are missing."""

from importlib.resources import files
from typing import Any

import orjson

from sixclear.common.db import Database
from sixclear.data_catalog.repository import lists as rows


def shipped_lists() -> list[dict[str, Any]]:
    """The lists of the shipped file, each with its editions."""
    lists: list[dict[str, Any]] = orjson.loads(
        (files("sixclear.data_catalog") / "data" / "programme-lists.json").read_bytes()
    )["lists"]
    return lists


async def seed_lists(database: Database) -> None:
    """Register the shipped lists and editions that are missing. Safe to run again."""
    shipped = shipped_lists()
    lists = [{name: row[name] for name in ("slug", "name_vi", "name_en")} for row in shipped]
    editions = [{"slug": row["slug"], **edition} for row in shipped for edition in row["editions"]]
    async with database.transaction() as session:
        await rows.add_lists(session, lists, editions)
