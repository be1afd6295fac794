"""Programme lists: which there are, and those that ship with the product."""

from collections.abc import Collection, Sequence
from importlib.resources import files
from typing import Any

import orjson

from sixclear.common.db import Database
from sixclear.common.use_case import Context
from sixclear.data_catalog.programme_list import repository
from sixclear.data_catalog.programme_list.errors import ListNotFound
from sixclear.data_catalog.programme_list.models import ProgrammeList, ProgrammeListEdition


async def list_lists(ctx: Context) -> Sequence[ProgrammeList]:
    """Every programme list, by slug."""
    return await repository.list_lists(ctx.session)


async def list_editions(ctx: Context) -> Sequence[ProgrammeListEdition]:
    """Every edition of every list, newest first."""
    return await repository.list_editions(ctx.session)


async def require_list(ctx: Context, slug: str) -> None:
    """Raises ListNotFound unless a list has this slug."""
    if not await repository.list_exists(ctx.session, slug):
        raise ListNotFound("No programme list has this slug; see them at /lists.")


async def known_editions(ctx: Context, slugs: Collection[str]) -> set[tuple[str, str]]:
    """The (slug, edition) pairs of these lists."""
    return await repository.known_editions(ctx.session, slugs)


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
        await repository.add_lists(session, lists, editions)
