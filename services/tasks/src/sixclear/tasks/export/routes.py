"""The tasks of a programme as a table, for everyone and for the bodies concerned."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from sixclear.common.errors import Unavailable
from sixclear.common.service_state import state_of
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.texts import Lookup, Words
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.export import service
from sixclear.tasks.export.rules import BYTE_ORDER_MARK, Language, lines
from sixclear.tasks.export.service import Export, Part
from sixclear.tasks.programme.errors import OwnFieldsInvalid, ProgrammeNotFound
from sixclear.tasks.task import access
from sixclear.tasks.task.schemas import Bucket, TaskStatus
from sixclear.tasks.task.service.lists import Role, TaskQuery

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(access.OWN)
CSV = "text/csv"
# Each reads a whole programme, a hundred pages for one request: a process writes no more of them at the same time.
MOST_AT_ONCE = 8
_SOON = 5
_WRITTEN_NOW: set[Export] = set()
# One task of a programme that adds one field.
_ROW = (
    *("0197f0a2-6c1e-7d3a-9a52-3f5a1c2b4d6e", "HN-0007", "Số hóa hồ sơ đất đai", "in_progress", "in_term", None),
    *("Phường Ba Đình", "2026-12-18T10:00:00Z", "2026-12-18T10:00:00Z", 60, "2026-11-20T03:12:45Z", None, None, None),
    1250.5,
)
_EXAMPLE = BYTE_ORDER_MARK + lines([[*service.COLUMNS, "Kinh phí dự kiến (triệu đồng)"], _ROW]).decode()
_FILE: dict[int | str, dict[str, Any]] = problem_responses(ProgrammeNotFound, ReferenceUnknown, OwnFieldsInvalid) | {
    200: {"description": "The table.", "content": {CSV: {"schema": {"type": "string"}, "example": _EXAMPLE}}}
}
LanguageParam = Annotated[Language, Query(description="Of labels and names; instants and codes are as in the API.")]
OwnFieldParam = Annotated[Words | None, Query(description="`name:value` of a public field that the programme adds.")]


@router.get(
    "/programmes/{slug}/tasks/export",
    operation_id="exportTasks",
    dependencies=[PUBLIC],
    response_class=StreamingResponse,
    responses=_FILE,
)
async def export_tasks(
    ctx: ContextDep,
    request: Request,
    slug: Lookup,
    organisation: Annotated[Lookup | None, Query(description="Lead body with its subtree.")] = None,
    status: TaskStatus | None = None,
    bucket: Bucket | None = None,
    own_field: OwnFieldParam = None,
    language: LanguageParam = "vi",
) -> Response:
    """The unrestricted tasks of a programme as CSV, in the order of their identifiers, with its public fields.

    The first row has the names of the columns, for its own fields their labels.
    """
    asked = _asked(slug, organisation, status, bucket, own_field)
    return await _table(ctx, request, asked, None, language)


@router.get(
    "/own/programmes/{slug}/tasks/export",
    operation_id="exportOwnTasks",
    dependencies=[OWN],
    response_class=StreamingResponse,
    responses=_FILE,
)
async def export_own_tasks(
    ctx: ContextDep,
    request: Request,
    slug: Lookup,
    role: Annotated[Role, Query(description="As in `/own/tasks`.")] = "lead",
    status: TaskStatus | None = None,
    bucket: Bucket | None = None,
    own_field: OwnFieldParam = None,
    language: LanguageParam = "vi",
) -> Response:
    """As `/programmes/{slug}/tasks/export`, of `/own/tasks`: restricted ones too, with fields that are not public."""
    return await _table(ctx, request, _asked(slug, None, status, bucket, own_field), role, language)


def _asked(slug: str, organisation: str | None, status: str | None, bucket: str | None, own: str | None) -> TaskQuery:
    return TaskQuery(slug, organisation, status, bucket, None, None, None, None, None, "id", own_field=own)


async def _table(
    ctx: Context, request: Request, asked: TaskQuery, role: Role | None, language: Language
) -> StreamingResponse:
    """What is wrong with the request is said before the first byte; raises Unavailable while many are written."""
    if len(_WRITTEN_NOW) >= MOST_AT_ONCE:
        raise Unavailable("Many tables are written now. Please try again.", retry_after_seconds=_SOON)
    export = await service.begin(ctx, asked, role, language)
    first = await service.next_part(ctx, export, None)
    headers = {"Content-Disposition": f'attachment; filename="{asked.programme}.csv"'}
    return StreamingResponse(_lines(ctx, request, export, first), 200, headers, CSV)


async def _lines(ctx: Context, request: Request, export: Export, first: Part) -> AsyncIterator[bytes]:
    """Part by part, each read by itself: a slow reader holds no transaction open."""
    state, part = state_of(request), first
    assert state.read_sessions is not None
    _WRITTEN_NOW.add(export)
    try:
        yield BYTE_ORDER_MARK.encode() + lines([export.headings, *part.rows])
        while part.following is not None:
            async with state.read_sessions() as session:
                part = await service.next_part(replace(ctx, session=session), export, part.following)
            yield lines(part.rows)
    finally:
        _WRITTEN_NOW.discard(export)
