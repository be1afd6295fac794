"""Files over HTTP: sent once, named in what is said of a task."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from sixclear.common.blobs.store import CHUNK
from sixclear.common.errors import ContentTooLarge, InvalidRequest, MalformedRequest
from sixclear.common.service_state import own_state
from sixclear.common.web.access import Access
from sixclear.common.web.media_types import media_type, require_identity
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.texts import line_of
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.file import service
from sixclear.tasks.file.errors import (
    FileHasMacros,
    FileKindRefused,
    FileNotFound,
    FileRedacted,
    FilesNotSetUp,
    TooManyFilesWaiting,
)
from sixclear.tasks.file.responses import file_response
from sixclear.tasks.file.schemas import FileView
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.settings import Settings

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

SEND = Depends(Access.scope("tasks:report", organisation="own"))
Name = Annotated[str, line_of(200)]
_PARTS = "multipart/form-data"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}


@router.post(
    "/files",
    operation_id="sendFile",
    # The same file under the same name is the same file: a repetition needs no key, and a key keeps no second answer.
    dependencies=[SEND, Depends(RouteOptions(key_kept_with_entity=True, recorded=False))],
    status_code=201,
    responses=problem_responses(
        *(ContentTooLarge, FileKindRefused, FileHasMacros, FileRedacted, TooManyFilesWaiting),
        *(InvalidRequest, FilesNotSetUp),
    )
    | {200: {"description": "You sent this file under this name before.", "model": FileView}},
    # The form comes first: openapi-generator makes Java that does not compile where it comes second.
    openapi_extra={"requestBody": {"required": True, "content": {_PARTS: _FORM, "application/octet-stream": _BINARY}}},
)
async def send_file(
    ctx: ContextDep,
    request: Request,
    response: Response,
    name: Annotated[Name | None, Query(description="Its name, where the body is the file itself.")] = None,
) -> FileView:
    """Send a file, as the body itself with `name`, or as the part `file` of a form; name it in evidence afterwards.

    Its kind is recognised from the content. Sent again it is the same file (200), so a retry does no harm.
    """
    require_identity(request)
    settings = own_state(request, Settings)
    bounds = service.Bounds(settings.file_bytes, settings.files_waiting)
    if media_type(request) == _PARTS:
        async with _form(request) as form:
            part = form.get("file")
            if not isinstance(part, UploadFile):
                raise _missing("#/file", "Send the file as the part `file`, with its name.")
            given = _named(name or part.filename)
            file, new = await service.take(ctx, store_of(settings), _read(part), given, bounds)
    else:
        file, new = await service.take(ctx, store_of(settings), request.stream(), _named(name), bounds)
    response.status_code = 201 if new else 200
    return file_response(file)


@router.get("/files/{file_id}", operation_id="getFile", dependencies=[SEND], responses=problem_responses(FileNotFound))
async def get_file(ctx: ContextDep, file_id: UUID) -> FileView:
    """A file that your organisation sent: what is known of it, without its content."""
    return file_response(await service.own_file(ctx, file_id))


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    try:
        form = await request.form(max_files=1, max_fields=0)
    except UnicodeError:  # `charset` names an encoding in which no name can be written
        raise MalformedRequest("The names in the form cannot be read in their charset.") from None
    try:
        yield form
    finally:
        await form.close()


def _named(given: str | None) -> str:
    """The name of a file without a path, as it is kept; raises InvalidRequest without one."""
    bare = (given or "").replace("\\", "/").rpartition("/")[2]
    try:
        return line_of(200).passed(bare)
    except ValueError:
        raise _missing("name", "Give the name of the file: at most 200 characters.") from None


def _missing(where: str, detail: str) -> InvalidRequest:
    place = {"pointer": where} if where.startswith("#") else {"parameter": where, "in": "query"}
    return InvalidRequest(errors=[place | {"code": "missing", "detail": detail}])


async def _read(part: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await part.read(CHUNK):
        yield chunk
