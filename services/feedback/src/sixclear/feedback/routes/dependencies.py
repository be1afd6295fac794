"""What the routes of this service share: access rules, receipts, answers that nobody keeps."""

from typing import Annotated, cast
from uuid import UUID

import orjson
from fastapi import Depends, Request, Response

from sixclear.common.auth.access import Access, OrganisationRule, current_caller
from sixclear.common.web.route import SessionDep
from sixclear.feedback.receipts import Receipts
from sixclear.feedback.service import handling

SENDER = Depends(Access.public("Anybody may send and follow feedback without an account."))
DESK = Depends(Access.scope("feedback:handle"))
_HANDLING = OrganisationRule(
    "handling_body", "the hub, or the body that the submission is assigned to", handling.get_submission
)
_HUB = OrganisationRule("hub", "the hub, which takes in and assigns every submission", handling.assign)
HANDLE = Depends(Access.scope("feedback:handle", organisation=_HANDLING))
HUB = Depends(Access.scope("feedback:handle", organisation=_HUB))
PUBLISH = Depends(Access.scope("feedback:publish", organisation=_HANDLING))


async def receipts_of(request: Request) -> Receipts:
    """What derives and recognises receipt codes."""
    return cast(Receipts, request.app.state.receipts)


async def case_of(request: Request) -> str:
    """The case that the receipt code in the body names, as the keyed hash that its row has; empty without a code.

    The body is not validated yet: it can be anything.
    """
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return ""
    typed = body.get("receipt_code") if isinstance(body, dict) else None
    receipts: Receipts = request.app.state.receipts
    return receipts.lookup_hash(typed).hex() if isinstance(typed, str) else ""


async def hub_of(request: Request) -> UUID:
    """The body that takes in, triages and assigns everything."""
    return cast(UUID, request.app.state.settings.hub_organisation_id)


async def still_readable(request: Request, session: SessionDep, answer: bytes) -> bytes:
    """The kept answer, if the caller still handles its case; raises SubmissionNotFound.

    The holder of the receipt code reads the case at any time: in the mailbox no path names one.
    """
    submission_id = request.path_params.get("submission_id")
    if submission_id is not None:
        own = (await current_caller(request)).organisation_id
        await handling.submission_of(session, own, await hub_of(request), UUID(submission_id))
    return answer


async def not_kept(response: Response) -> None:
    """Tell caches and browsers to keep nothing of this answer."""
    response.headers["Cache-Control"] = "no-store"


ReceiptsDep = Annotated[Receipts, Depends(receipts_of)]
HubDep = Annotated[UUID, Depends(hub_of)]
NOT_KEPT = Depends(not_kept)
