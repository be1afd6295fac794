"""Challenges over HTTP: what a sender works on while too many submissions come."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute, current_time
from sixclear.feedback.allowance import service as allowances
from sixclear.feedback.challenge import rules
from sixclear.feedback.challenge.errors import TooManyChallenges
from sixclear.feedback.challenge.schemas import ChallengeOffer, SignedChallenge
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import (
    NOT_KEPT,
    ReceiptsDep,
    counted_visitor,
    database_of,
    parts_of,
    work_is_needed,
)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ChallengeRoute(TransactionalRoute):
    """Every request costs the visitor one use, counted in a transaction of its own (see `SendingRoute`)."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            bucket, visitor = parts_of(request).challenges, await counted_visitor(request)
            async with database_of(request).single_statements() as session:
                await allowances.spend(session, bucket, *visitor)
            return await handler(request)

        return handle


router = APIRouter(route_class=ChallengeRoute, tags=["sending"])


@router.get(
    "/challenge",
    operation_id="getChallenge",
    dependencies=[Depends(access.CHALLENGE), NOT_KEPT],
    responses=problem_responses(TooManyChallenges),
)
async def get_challenge(
    receipts: ReceiptsDep,
    needed: Annotated[bool, Depends(work_is_needed)],
    request: Request,
) -> ChallengeOffer:
    """What a sender shows when `POST /submissions` answers 428: a challenge to solve, or a form token.

    Each admits one submission. Below the load neither is asked for, nor used up.
    """
    now, keys = await current_time(request), receipts.proof_keys()
    challenge = rules.new_challenge(keys, now)
    return ChallengeOffer(
        needed=needed,
        challenge=SignedChallenge.model_validate(challenge.to_dict()),
        expires_at=now + rules.SOLVED_WITHIN,
        form_token=rules.new_form_token(keys, now),
        form_token_from=now + rules.FORM_OPEN_FROM,
        form_token_until=now + rules.FORM_OPEN_UNTIL,
    )
