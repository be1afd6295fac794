"""Answers that are kept for a repetition: what of them the caller may read now."""

from typing import Any

import orjson
from fastapi import Request

from sixclear.common.use_case import Context
from sixclear.common.web.access import current_caller
from sixclear.common.web.route import SessionDep, current_time
from sixclear.common.web.use_cases import use_case
from sixclear.data_catalog.code_list import service as code_lists
from sixclear.data_catalog.element import service as elements
from sixclear.data_catalog.entry import service as entries


async def still_readable(request: Request, session: SessionDep, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it; raises what the reading of it raises."""
    ctx = await use_case(request, session, await current_caller(request), await current_time(request))
    return await _readable(ctx, answer)


async def _readable(ctx: Context, answer: bytes) -> bytes:
    told: Any = orjson.loads(answer) if answer else None
    if not isinstance(told, dict):
        return answer
    if "element_id" in told:
        await elements.get_own(ctx, told["code"])
        return answer
    if "code_list_id" in told:
        await code_lists.get_own(ctx, told["code"])
        return answer
    return await entries.still_readable(ctx, answer)
