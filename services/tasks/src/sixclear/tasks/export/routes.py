"""Lists as files, and the tasks of a programme as a table: for everyone and for the bodies concerned."""

import inspect
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from sixclear.common.errors import Unavailable
from sixclear.common.service_state import state_of
from sixclear.common.spreadsheets.csv_lines import BYTE_ORDER_MARK, csv_lines
from sixclear.common.spreadsheets.writing import MEDIA_TYPE as XLSX
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.texts import Lookup, Words
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.export import listed, service
from sixclear.tasks.export.errors import TooManyRows
from sixclear.tasks.export.kinds import KINDS, Kind
from sixclear.tasks.export.listed import Columns, Listed
from sixclear.tasks.export.rules import Language
from sixclear.tasks.export.service import Export, Part
from sixclear.tasks.programme.errors import OwnFieldsInvalid, ProgrammeNotFound
from sixclear.tasks.task import access
from sixclear.tasks.task.schemas import Bucket, TaskStatus
from sixclear.tasks.task.service.lists import Role, TaskQuery

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(access.OWN)
CSV, NDJSON = "text/csv", "application/x-ndjson"
# Each reads a whole programme, a hundred pages for one request: a process writes no more of them at the same time.
MOST_AT_ONCE = 8
_SOON = 5
_WRITTEN_NOW: set[object] = set()
# One task of a programme that adds one field.
_ROW = (
    *("0197f0a2-6c1e-7d3a-9a52-3f5a1c2b4d6e", "HN-0007", "Số hóa hồ sơ đất đai", "in_progress", "in_term", None),
    *("Phường Ba Đình", "2026-12-18T10:00:00Z", "2026-12-18T10:00:00Z", 60, "2026-11-20T03:12:45Z", None, None, None),
    1250.5,
)
_EXAMPLE = BYTE_ORDER_MARK + csv_lines([[*service.COLUMNS, "Kinh phí dự kiến (triệu đồng)"], _ROW]).decode()
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
    _require_few()
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
        yield BYTE_ORDER_MARK.encode() + csv_lines([export.headings, *part.rows])
        while part.following is not None:
            async with state.read_sessions() as session:
                part = await service.next_part(replace(ctx, session=session), export, part.following)
            yield csv_lines(part.rows)
    finally:
        _WRITTEN_NOW.discard(export)


def _require_few() -> None:
    if len(_WRITTEN_NOW) >= MOST_AT_ONCE:
        raise Unavailable("Many tables are written now. Please try again.", retry_after_seconds=_SOON)


Format = Literal["csv", "ndjson", "xlsx"]
FormatParam = Annotated[
    Format,
    Query(
        description="A table in UTF-8 with a byte order mark (`csv`), an object a line (`ndjson`), or a workbook of at "
        "most 50,000 rows (`xlsx`). In both tables no text is a formula."
    ),
]
ColumnsParam = Annotated[
    Columns,
    Query(
        description="`all`: what the list says. `import`: what `POST /imports/{kind}` takes, by its names; where there "
        "is no such import, `all`."
    ),
]
_READ_AT_ONCE = 64 * 1024
_BINARY = {"type": "string", "format": "binary"}


def _exporting(kind: Kind) -> Callable[..., Any]:
    """The endpoint of a kind; its parameters are the filters of the list."""

    async def export(
        ctx: Context, request: Request, written: Format, columns: Columns, **asked: Any
    ) -> StreamingResponse:
        _require_few()
        return await _file(ctx, request, listed.begin(kind, asked, columns), written)

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [
        inspect.Parameter("ctx", keyword, annotation=ContextDep),
        inspect.Parameter("request", keyword, annotation=Request),
        inspect.Parameter("written", keyword, default="csv", annotation=Annotated[FormatParam, Query(alias="format")]),
        inspect.Parameter("columns", keyword, default="all", annotation=ColumnsParam),
    ]
    filters = [one.replace(kind=keyword) for one in kind.parameters]
    export.__dict__["__signature__"] = inspect.Signature([*own, *filters])
    return export


def _add(kind: Kind) -> None:
    path = f"/own/exports/{kind.name}" if kind.own else f"/exports/{kind.name}"
    operation = kind.listed.operation_id or ""
    router.add_api_route(
        path,
        _exporting(kind),
        methods=["GET"],
        operation_id=kind.operation or f"export{operation.removeprefix('list')}List",
        summary=f"Export {kind.name.replace('-', ' ')}",
        description=f"All of `{kind.listed.operation_id}` as one file: {_first_line(kind)}",
        dependencies=kind.listed.dependencies,
        response_class=StreamingResponse,
        responses={**kind.listed.responses, **_answers(kind)},
    )


def _answers(kind: Kind) -> dict[int | str, dict[str, Any]]:
    """The file, what the list refuses, and what only a workbook is refused with."""
    answers = problem_responses(TooManyRows)
    for status, answer in answers.items():
        of_list = kind.listed.responses.get(status, {}).get("description")
        answer["description"] = "; ".join(filter(None, (of_list, answer["description"])))
    head = listed.head(listed.begin(kind, {}, "all")).decode()
    table: dict[str, Any] = {"schema": {"type": "string"}, "example": head}
    content = {CSV: table, NDJSON: {"schema": {"type": "string"}}, XLSX: {"schema": _BINARY}}
    return answers | {200: {"description": "The list, whole, in the order of its pages.", "content": content}}


def _first_line(kind: Kind) -> str:
    return (inspect.getdoc(kind.listed.endpoint) or "").partition("\n")[0]


for _one in KINDS:
    _add(_one)


async def _file(ctx: Context, request: Request, export: Listed, written: Format) -> StreamingResponse:
    """What is wrong with the request, or with its size, is said before the first byte."""
    headers = {"Content-Disposition": f'attachment; filename="{export.kind.name}.{written}"'}
    # The request's own session may have a connection, and a workbook takes longer than it may be held.
    await ctx.session.rollback()
    parts = listed.parts(ctx, export, state_of(request).read_sessions)
    if written == "xlsx":
        path = await _workbook(export, parts)
        return StreamingResponse(_sent(path), 200, headers, XLSX)
    first = await anext(parts)
    return StreamingResponse(_encoded(export, first, parts, written), 200, headers, CSV if written == "csv" else NDJSON)


async def _encoded(
    export: Listed, first: listed.Rows, parts: AsyncIterator[listed.Rows], written: Format
) -> AsyncIterator[bytes]:
    _WRITTEN_NOW.add(export)
    try:
        head = listed.head(export) if written == "csv" else b""
        yield head + listed.encoded(export, first, csv=written == "csv")
        async for rows in parts:
            yield listed.encoded(export, rows, csv=written == "csv")
    finally:
        _WRITTEN_NOW.discard(export)


async def _workbook(export: Listed, parts: AsyncIterator[listed.Rows]) -> Path:
    handle, name = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    path = Path(name)
    _WRITTEN_NOW.add(export)
    try:
        await listed.write(export, parts, path)
    except BaseException:
        _forget(path)
        raise
    finally:
        _WRITTEN_NOW.discard(export)
    return path


async def _sent(path: Path) -> AsyncIterator[bytes]:
    try:
        with path.open("rb") as file:
            while data := file.read(_READ_AT_ONCE):
                yield data
    finally:
        _forget(path)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
