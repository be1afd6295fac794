"""Files of cases over HTTP, for who handles the case. Their senders read them in the mailbox."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.attachment import service
from sixclear.feedback.attachment.downloads import AttachmentDownload
from sixclear.feedback.attachment.errors import AttachmentHeld, AttachmentNotFound
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep, parts_of
from sixclear.feedback.submission.errors import SubmissionNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])
_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": _BINARY}}
}


@router.get(
    "/submissions/{submission_id}/files/{attachment_id}",
    operation_id="getSubmissionFile",
    dependencies=[Depends(access.READ), NOT_KEPT, Depends(RouteOptions(writes=True))],
    response_class=Response,
    responses=FILE | problem_responses(SubmissionNotFound, AttachmentNotFound, AttachmentHeld),
)
async def get_submission_file(
    ctx: ContextDep, request: Request, hub: HubDep, submission_id: UUID, attachment_id: UUID
) -> Response:
    """A file of a case, to be saved: without what says who made it, when and where. Each reading is logged.

    The sender sees by which body it was read, and has the file as it was sent.
    """
    folder = parts_of(request).settings.files_folder
    return AttachmentDownload(await service.read_copy(ctx, hub, submission_id, attachment_id, folder))
