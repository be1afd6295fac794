"""Asking for work while too many submissions come, and using it up in the transaction of the submission."""

import asyncio

from sixclear.common.use_case import Context
from sixclear.feedback.challenge import repository
from sixclear.feedback.challenge.errors import ProofOfWorkNeeded
from sixclear.feedback.challenge.metrics import PROOFS
from sixclear.feedback.challenge.rules import Looked, Proof, look_at_form_token, look_at_solution

SOLUTION_HEADER, TOKEN_HEADER = "Sixclear-Proof-Of-Work", "Sixclear-Form-Token"
CHALLENGE_PATH = "/api/feedback/v1/challenge"
_FORGOTTEN_AT_ONCE = 10
_DETAILS = {
    "missing": "It is not there.",
    "malformed": "It cannot be read.",
    "wrong-signature": "It is not as it was given out.",
    "wrong-solution": "It does not solve the challenge.",
    "other-form": "It was given out for another form.",
    "expired": "It has expired.",
    "too-young": "The form was opened a moment ago; wait ten seconds and send it again.",
    "used": "It was used before.",
}


async def admit(ctx: Context, proof: Proof) -> bool:
    """Use up what a new submission shows, where something is needed; True where it goes to the held lane.

    Work admits it. Without, an open form does, to the held lane: no one who writes in a form is refused. Raises
    ProofOfWorkNeeded.
    """
    if not proof.needed:
        return False
    work = await asyncio.to_thread(look_at_solution, proof.keys, proof.solution, ctx.now)
    fault = await _used_up(ctx, work)
    if fault is None:
        PROOFS.labels("solved").inc()
        return False
    token_fault = await _used_up(ctx, look_at_form_token(proof.keys, proof.form_token, ctx.now))
    if token_fault is None:
        PROOFS.labels("held").inc()
        return True
    PROOFS.labels("asked").inc()
    named = {SOLUTION_HEADER: fault, TOKEN_HEADER: token_fault}
    errors = [{"parameter": name, "code": code, "detail": _DETAILS[code]} for name, code in named.items()]
    raise ProofOfWorkNeeded(errors=errors, challenge=CHALLENGE_PATH)


async def _used_up(ctx: Context, looked: Looked) -> str | None:
    """The fault of what was looked at; None once it is used up."""
    if looked.fault is not None or looked.kept_until is None:
        return looked.fault
    if not await repository.use(ctx.session, looked.identity, looked.kept_until):
        return "used"
    await repository.forget_expired(ctx.session, ctx.now, _FORGOTTEN_AT_ONCE)
    return None
