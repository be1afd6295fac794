"""What the routes of several folders take from the request and from the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from sixclear.common.db import Database
from sixclear.common.service_state import own_state, state_of
from sixclear.common.visitor import network_of
from sixclear.common.web.access import current_caller
from sixclear.common.web.route import NowDep, SessionDep, current_time
from sixclear.common.web.use_cases import use_case
from sixclear.common.web.visitor import visitor_of
from sixclear.feedback.allowance.rules import TokenBucket
from sixclear.feedback.challenge.load import Load
from sixclear.feedback.challenge.rules import LONGEST_SOLUTION, LONGEST_TOKEN, Proof
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.service.reading import get_submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What routes reach besides the request's session. There are no `receipts` before the target has started."""

    settings: Settings
    receipts: Receipts | None
    sendings: TokenBucket
    wrong_codes: TokenBucket
    endorsements: TokenBucket
    challenges: TokenBucket
    # What this process was sent without a token.
    load: Load
    # Posts over Open311, and the applications that may, by the hash of their key.
    posts: TokenBucket
    applications: Mapping[bytes, str]


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves `request`."""
    return own_state(request, Parts)


async def receipts_of(request: Request) -> Receipts:
    """What derives and recognises receipt codes."""
    receipts = parts_of(request).receipts
    if receipts is None:
        raise RuntimeError("The target gives the application its receipts before it serves.")
    return receipts


ReceiptsDep = Annotated[Receipts, Depends(receipts_of)]


async def hub_of(request: Request) -> UUID:
    """The body that takes in, triages and assigns everything."""
    return parts_of(request).settings.hub_organisation_id


async def most_of(request: Request) -> int:
    """How many messages one case may hold."""
    return parts_of(request).settings.messages_per_case


async def takes_notices(request: Request) -> bool:
    """Whether an address for notices is taken."""
    return parts_of(request).settings.takes_notices


async def work_is_needed(request: Request, now: NowDep) -> bool:
    """Whether a submission without token is asked for work: always, never, or above the load."""
    parts = parts_of(request)
    mode, above = parts.settings.proof_of_work, parts.settings.proof_of_work_above
    return mode == "always" or (mode == "auto" and parts.load.within_minute(now) > above)


async def proof_of(
    request: Request,
    receipts: ReceiptsDep,
    now: NowDep,
    sixclear_proof_of_work: Annotated[
        str | None,
        Header(
            max_length=LONGEST_SOLUTION,
            pattern=r"^[A-Za-z0-9+/=]*$",
            description="A solved challenge (`/challenge`); looked at above the load.",
        ),
    ] = None,
    sixclear_form_token: Annotated[
        str | None,
        Header(
            max_length=LONGEST_TOKEN,
            pattern=r"^[A-Za-z0-9_-]*$",
            description="The form token of a form without script (`/challenge`); looked at above the load.",
        ),
    ] = None,
) -> Proof:
    """What a submission without token shows. It is counted here, also when nothing becomes of it."""
    parts_of(request).load.add(now)
    needed = await work_is_needed(request, now)
    return Proof(receipts.proof_keys(), needed, sixclear_proof_of_work, sixclear_form_token)


async def not_kept(response: Response) -> None:
    """Tell caches and browsers to keep nothing of this response."""
    response.headers["Cache-Control"] = "no-store"


MostDep = Annotated[int, Depends(most_of)]
NoticesDep = Annotated[bool, Depends(takes_notices)]
HubDep = Annotated[UUID, Depends(hub_of)]
ProofDep = Annotated[Proof, Depends(proof_of)]
NOT_KEPT = Depends(not_kept)


async def still_readable(request: Request, session: SessionDep, body: bytes) -> bytes:
    """The stored response, if the caller still handles its case; raises SubmissionNotFound.

    The holder of the receipt code reads the case at any time: in the mailbox no path names one.
    """
    submission_id = request.path_params.get("submission_id")
    if submission_id is not None:
        ctx = await use_case(request, session, await current_caller(request), await current_time(request))
        await get_submission(ctx, await hub_of(request), UUID(submission_id))
    return body


def database_of(request: Request) -> Database:
    """The database, for transactions beside that of the request."""
    return cast(Database, state_of(request).database)


async def counted_visitor(request: Request) -> tuple[bytes, datetime]:
    """Which visitor an allowance is counted for, as a keyed hash of its network, and the instant of the use."""
    receipts = await receipts_of(request)
    return receipts.network_hash(network_of(visitor_of(request.scope))), state_of(request).clock()
