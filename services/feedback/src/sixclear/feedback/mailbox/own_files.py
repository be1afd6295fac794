"""Files that a sender adds to the own case, and reads back. The receipt code travels in bodies only."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.blobs.kinds import endings_of
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import ContentTooLarge, InvalidRequest
from sixclear.common.web.form_stream import FORM_BYTES, PARTS, read_form
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.texts import TEXT, line_of
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.allowance.errors import TooManyAttempts
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment.downloads import AttachmentDownload
from sixclear.feedback.attachment.errors import (
    AttachmentInfected,
    AttachmentKindRefused,
    AttachmentNotFound,
    AttachmentsFull,
    AttachmentUnreadable,
)
from sixclear.feedback.attachment.responses import own_attachment
from sixclear.feedback.attachment.routes import FILE
from sixclear.feedback.attachment.schemas import OwnAttachment
from sixclear.feedback.attachment.service import Bounds
from sixclear.feedback.mailbox import service
from sixclear.feedback.mailbox.errors import MailboxFull, MailboxNotFound
from sixclear.feedback.mailbox.routes import MailboxRoute, case_of
from sixclear.feedback.mailbox.schemas import MailboxOpening
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import (
    NOT_KEPT,
    MostDep,
    ReceiptsDep,
    counted_visitor,
    database_of,
    parts_of,
)

__all__ = ["FORM_BYTES", "router"]

router = APIRouter(route_class=MailboxRoute, tags=["mailbox"])
_NAME = line_of(200)
_TEXTS = ("receipt_code", "text")
_FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "required": ["receipt_code", "file"],
        "properties": {
            "receipt_code": {"type": "string", "minLength": 1, "maxLength": 200},
            "text": {"type": "string", "minLength": 1, "maxLength": TEXT.longest, "format": TEXT.form},
            "file": {"type": "string", "format": "binary"},
        },
    }
}


async def bounds_of(request: Request) -> Bounds:
    """What is taken of files, as the settings say."""
    settings = parts_of(request).settings
    return Bounds(
        folder=settings.files_folder,
        most_bytes=settings.file_bytes,
        most_files=settings.files_per_case,
        most_bytes_of_case=settings.file_bytes_per_case,
        endings=endings_of(settings.file_kinds),
        scanner=settings.scanner,
    )


BoundsDep = Annotated[Bounds, Depends(bounds_of)]


@router.post(
    "/mailbox/files",
    operation_id="sendMailboxFile",
    # The same file under the same name is the same file: a retry needs no key, and the body is too long to be kept.
    dependencies=[Depends(access.SENDER), NOT_KEPT, Depends(RouteOptions(key_kept_with_entity=True))],
    status_code=201,
    responses=problem_responses(
        *(MailboxNotFound, TooManyAttempts, MailboxFull, TransitionNotAllowed, CaseErased, AttachmentsFull),
        *(ContentTooLarge, AttachmentKindRefused, AttachmentUnreadable, AttachmentInfected, InvalidRequest),
    )
    | {200: {"description": "You sent this file under this name before.", "model": OwnAttachment}},
    openapi_extra={"requestBody": {"required": True, "content": {PARTS: _FORM}}},
)
async def send_file(
    ctx: ContextDep, request: Request, response: Response, receipts: ReceiptsDep, bounds: BoundsDep, most: MostDep
) -> OwnAttachment:
    """Add a file to one's case, with a message or without: a form with the texts first and the file as its last part.

    Its kind is recognised from the content. It is kept sealed; handlers get a copy without what says who made it, when
    and where, and with the file a message, which holds its name where no `text` is sent. Sent again under the same name
    it is the same file (200). That it was received is stated, by its SHA-256.
    """
    form = await read_form(request, _TEXTS)
    code, name = form.texts.get("receipt_code", ""), _named(form.file_name)
    text = _passed(TEXT.passed, form.texts["text"], "text") if form.texts.get("text", "").strip() else name
    # Asked in a session of its own: the file may take minutes, and no connection is held meanwhile.
    async with database_of(request).session() as session:
        await service.check_code(replace(ctx, session=session), receipts, code)
    arrived = await attachments.arrive(form.content, name, bounds, (await counted_visitor(request))[0])
    kept = False
    try:
        sent = await service.send_file(ctx, receipts, code, text, arrived, bounds, most)
        kept = sent.new
    finally:
        if not kept:
            await attachments.forget_arrived(arrived, bounds)
    response.status_code = 201 if sent.new else 200
    return own_attachment(sent.key, sent.attachment)


@router.post(
    "/mailbox/files/{attachment_id}",
    operation_id="readMailboxFile",
    dependencies=[
        Depends(access.SENDER),
        NOT_KEPT,
        Depends(RouteOptions(key_kept_with_entity=True, key_belongs_to=case_of)),
    ],
    response_class=Response,
    responses=FILE | problem_responses(MailboxNotFound, TooManyAttempts, AttachmentNotFound),
)
async def read_file(
    ctx: ContextDep,
    request: Request,
    receipts: ReceiptsDep,
    bounds: BoundsDep,
    attachment_id: UUID,
    opening: MailboxOpening,
) -> Response:
    """A file of one's case as it was sent, to be saved."""
    case = await service.open_mailbox(ctx, receipts, opening.receipt_code)
    who, _ = await counted_visitor(request)
    return AttachmentDownload(
        await attachments.read_original(ctx, case.submission_id, attachment_id, bounds.folder, who)
    )


def _named(given: str) -> str:
    """The name of a file without a path, as it is kept; raises InvalidRequest without one."""
    return _passed(_NAME.passed, given.replace("\\", "/").rpartition("/")[2], "file")


def _passed(gate: Any, text: str, field: str) -> str:
    try:
        passed: str = gate(text)
    except ValueError:
        detail = f"Give a {'name of 200' if field == 'file' else 'text of 10000'} characters at most, which shows."
        raise InvalidRequest(errors=[{"pointer": f"#/{field}", "code": "text-refused", "detail": detail}]) from None
    return passed
