"""What the routes of this service share: use-case contexts, access rules, answers that nobody keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request, Response

from sixclear.common.auth.access import Access
from sixclear.common.event_log import EventLog
from sixclear.common.use_case import Context
from sixclear.common.web.etags import check_if_match, etag
from sixclear.common.web.route import CallerDep, NowDep, SessionDep
from sixclear.feedback.attempts import Attempts, client_address
from sixclear.feedback.errors import MailboxNotFound, TooManyAttempts
from sixclear.feedback.metrics import MAILBOX_OPENINGS
from sixclear.feedback.models import Submission
from sixclear.feedback.receipts import Receipts

SENDER = Depends(Access.public("Anybody may send and follow feedback without an account."))
DESK = Depends(Access.scope("feedback:handle"))
HANDLE = Depends(Access.scope("feedback:handle", organisation="named in service.handling.get_submission"))
HUB = Depends(Access.scope("feedback:handle", organisation="named in service.handling.assign"))
PUBLISH = Depends(Access.scope("feedback:publish", organisation="named in service.handling.get_submission"))


async def use_case(request: Request, session: SessionDep, caller: CallerDep, now: NowDep) -> Context:
    """The context of this request's use case."""
    return Context(session=session, log=request.app.state.event_log, caller=caller, now=now)


async def receipts_of(request: Request) -> Receipts:
    """What derives and recognises receipt codes."""
    return cast(Receipts, request.app.state.receipts)


async def hub_of(request: Request) -> UUID:
    """The body that takes in, triages and assigns everything."""
    return cast(UUID, request.app.state.settings.hub_organisation_id)


async def not_kept(response: Response) -> None:
    """Tell caches and browsers to keep nothing of this answer."""
    response.headers["Cache-Control"] = "no-store"


ContextDep = Annotated[Context, Depends(use_case)]
ReceiptsDep = Annotated[Receipts, Depends(receipts_of)]
HubDep = Annotated[UUID, Depends(hub_of)]
NOT_KEPT = Depends(not_kept)


@contextmanager
def counted_attempt(request: Request) -> Iterator[None]:
    """Lets the block try a receipt code; an address with too many wrong ones gets TooManyAttempts instead."""
    state = request.app.state
    attempts: Attempts = state.attempts
    peer = request.client.host if request.client else "unknown"
    address = client_address(peer, request.headers.getlist("x-forwarded-for"), state.trusted_proxies)
    try:
        with attempts.attempt(address):
            yield
    except TooManyAttempts:
        MAILBOX_OPENINGS.labels("limited").inc()
        raise
    except MailboxNotFound:
        MAILBOX_OPENINGS.labels("unknown").inc()
        raise
    MAILBOX_OPENINGS.labels("opened").inc()


def tag(response: Response, log: EventLog, submission: Submission) -> None:
    """Put the submission's version into the answer as its ETag."""
    response.headers["ETag"] = etag(log.epoch, submission.version)


def must_match(request: Request, log: EventLog, submission: Submission) -> None:
    """Refuse a step that was decided on another version, when the request names one."""
    check_if_match(request, log.epoch, submission.version)
