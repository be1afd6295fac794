"""What a request that reads what is not public leaves in the access log."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from sixclear.common import access_log
from sixclear.common.access_log import Reading
from sixclear.common.caller import Caller

# What people type to find something may name a person, and a key may be anything.
_TYPED = frozenset({"q", "external_id", "own_field"})
# Where a page goes on says nothing of what was asked for.
_PLACES = frozenset({"cursor", "after"})
_IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_TOLD = re.compile(r"[A-Za-z0-9_:.+-]{1,64}", re.ASCII)
_HIDDEN = "…"


def shows_only_public(request: Request) -> None:
    """Say of this answer that it has nothing in it that is not public, so that it leaves no row."""
    request.state.only_public = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of its route: which operation, by which scopes, and what may narrow a list.

    `always`: an answer is noted also when an event says who changed something.
    """

    operation: str
    scopes: Collection[str]
    filters: Collection[str]
    always: bool


async def note_reading(
    request: Request, response: Response, session: AsyncSession, asked: Asked, now: datetime
) -> None:
    """Add the answer to the access log; the caller commits before it leaves: what cannot be noted is not shown.

    Refusals show nothing. 304 tells that a version is still the current one, and a tag can be guessed, or be `*`.
    """
    told = 200 <= response.status_code < 300 or response.status_code == 304
    if not told or getattr(request.state, "only_public", False):
        return
    caller: Caller = request.state.caller
    reading = Reading(
        read_at=now,
        client_id=caller.client_id,
        organisation_id=caller.organisation_id,
        scopes=sorted(caller.scopes.intersection(asked.scopes)),
        operation=asked.operation,
        entity=_entity_of(request, asked.filters),
        filter=_filter_of(request, asked.filters),
        request_id=getattr(request.state, "request_id", None),
    )
    await access_log.note(session, reading)


def _entity_of(request: Request, filters: Collection[str]) -> str | None:
    """The identifiers in the path; of a list those in its filter, such as the task whose decisions are asked for."""
    named = [str(value) for value in request.path_params.values()]
    if not named:
        named = [value for value in _filter_of(request, filters).values() if _IDENTIFIER.fullmatch(value)]
    return "/".join(named) or None


def _filter_of(request: Request, filters: Collection[str]) -> dict[str, str]:
    """What a list was narrowed to; of text that a person typed only that there was some."""
    given = {name: value for name, value in request.query_params.items() if name in filters and name not in _PLACES}
    return {name: value if name not in _TYPED and _TOLD.fullmatch(value) else _HIDDEN for name, value in given.items()}
