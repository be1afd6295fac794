"""Code lists in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.data_catalog.code_list.models import CodeList, CodeListVersion


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a code list is, and where it stands."""

    folded_key: str
    status: str
    owner_organisation_id: UUID


@dataclass(frozen=True, slots=True)
class Listed:
    """What lists tell of an approved code list. It may have thousands of values, which stay in the database."""

    code_list_id: UUID
    code: str
    owner_organisation_id: UUID
    demonstration: bool
    approved_number: int
    approved_at: datetime
    name_vi: str
    name_en: str | None
    valid_until: str | None


_OF_CONTENT = ("name_vi", "name_en", "valid_until")
_COLUMNS = [one.name for one in fields(Listed) if one.name not in _OF_CONTENT]


async def find_code_list(session: AsyncSession, code: str, *, lock: bool = False) -> CodeList | None:
    """The code list with this code, in any case; its row locked when it is about to change."""
    statement = select(CodeList).where(CodeList.folded_key == folded_key(code))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def find_or_wait(session: AsyncSession, code: str) -> CodeList | None:
    """As `find_code_list`, locked; others who register this code wait until the transaction ends."""
    await wait_to_create(session, stable_id("code of a code list", folded_key(code)))
    return await find_code_list(session, code, lock=True)


async def find_standings(session: AsyncSession, codes: Collection[str]) -> Sequence[Standing]:
    """Whose the code lists with these codes are and where they stand; unknown ones are left out."""
    keys = {folded_key(code) for code in codes}
    if not keys:
        return ()
    columns = (CodeList.folded_key, CodeList.status, CodeList.owner_organisation_id)
    rows = await session.execute(select(*columns).where(CodeList.folded_key.in_(keys)))
    return [Standing(**row._mapping) for row in rows]


async def find_version(session: AsyncSession, code_list_id: UUID, number: int | None) -> CodeListVersion | None:
    """One version of a code list, a draft too."""
    return None if number is None else await session.get(CodeListVersion, (code_list_id, number))


async def list_code_lists(session: AsyncSession, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[Listed]:
    """Approved code lists in the order of their codes, after the cursor."""
    columns = [getattr(CodeList, name) for name in _COLUMNS]
    told = [CodeList.content[name].astext.label(name) for name in _OF_CONTENT]
    statement = select(*columns, *told).where(CodeList.status == "approved")
    if after is not None:
        statement = statement.where(tuple_(CodeList.code, CodeList.code_list_id) > tuple_(*after))
    rows = await session.execute(statement.order_by(CodeList.code, CodeList.code_list_id).limit(limit))
    return [Listed(**row._mapping) for row in rows]
