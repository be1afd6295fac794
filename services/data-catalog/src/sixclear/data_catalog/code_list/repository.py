"""Code lists in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.data_catalog.code_list.models import CodeList, CodeListVersion


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


async def find_code_lists(session: AsyncSession, codes: Collection[str]) -> Sequence[CodeList]:
    """The code lists with these codes; unknown ones are left out."""
    keys = {folded_key(code) for code in codes}
    return (await session.scalars(select(CodeList).where(CodeList.folded_key.in_(keys)))).all() if keys else ()


async def find_version(session: AsyncSession, code_list_id: UUID, number: int | None) -> CodeListVersion | None:
    """One version of a code list, a draft too."""
    return None if number is None else await session.get(CodeListVersion, (code_list_id, number))


async def list_code_lists(session: AsyncSession, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[CodeList]:
    """Approved code lists in the order of their codes, after the cursor."""
    statement = select(CodeList).where(CodeList.status == "approved")
    if after is not None:
        statement = statement.where(tuple_(CodeList.code, CodeList.code_list_id) > tuple_(*after))
    return (await session.scalars(statement.order_by(CodeList.code, CodeList.code_list_id).limit(limit))).all()
