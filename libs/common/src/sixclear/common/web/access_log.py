"""What a request that reads what is not public leaves in the access log."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from starlette.responses import Response

from sixclear.common import access_log
from sixclear.common.access_log import Reading
from sixclear.common.caller import Caller
from sixclear.common.db import Database

# What people type to find something may name a person, and a key may be anything.
_TYPED = frozenset({"q", "external_id", "own_field"})
# Where a page goes on says nothing of what was asked for.
_PLACES = frozenset({"cursor", "after"})
_TOLD = re.compile(r"[A-Za-z0-9_:.+-]{1,64}", re.ASCII)
_HIDDEN = "…"


def shows_only_public(request: Request) -> None:
    """Say of this answer that it has nothing in it that is not public, so that it leaves no row."""
    request.state.only_public = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of its route: which operation, by which scopes, what may narrow a list, and when."""

    operation: str
    scopes: Collection[str]
    filters: Collection[str]
    at: datetime


async def note_reading(request: Request, response: Response, database: Database, asked: Asked) -> None:
    """Add the answer to the access log, and commit, before it leaves: what cannot be noted is not shown.

    Refusals, and answers that say that nothing has changed, show nothing.
    """
    shown = 200 <= response.status_code < 300 and not getattr(request.state, "only_public", False)
    if not shown:
        return
    caller: Caller = request.state.caller
    reading = Reading(
        read_at=asked.at,
        client_id=caller.client_id,
        organisation_id=caller.organisation_id,
        scopes=sorted(caller.scopes.intersection(asked.scopes)),
        operation=asked.operation,
        entity="/".join(str(value) for value in request.path_params.values()) or None,
        filter=_filter_of(request, asked.filters),
        request_id=getattr(request.state, "request_id", None),
    )
    async with database.transaction() as session:
        await access_log.note(session, reading)


def _filter_of(request: Request, filters: Collection[str]) -> dict[str, str]:
    """What a list was narrowed to; of text that a person typed only that there was some."""
    given = {name: value for name, value in request.query_params.items() if name in filters and name not in _PLACES}
    return {name: value if name not in _TYPED and _TOLD.fullmatch(value) else _HIDDEN for name, value in given.items()}
