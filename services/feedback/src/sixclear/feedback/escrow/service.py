"""The holder of the escrow keys records that one was destroyed; its public key goes with that."""

import hmac
from collections.abc import Sequence

from sixclear.common.clock import civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.errors import InvalidRequest
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context
from sixclear.feedback.answer.service import require_person
from sixclear.feedback.escrow import repository
from sixclear.feedback.escrow.errors import EscrowKeyNeeded, EscrowKeyRecorded, EscrowKeyUnknown
from sixclear.feedback.escrow.models import EscrowDestruction
from sixclear.feedback.escrow.schemas import EscrowDestructionEntry
from sixclear.feedback.sealing import service as sealing


async def record(ctx: Context, entry: EscrowDestructionEntry) -> EscrowDestruction:
    """Record that the private key of a month was destroyed; sent again it changes nothing.

    Raises PersonNotKnown, EscrowKeyUnknown, EscrowKeyNeeded, EscrowKeyRecorded, and InvalidRequest for a day before
    the month began or after today.
    """
    require_person(ctx.caller)
    await wait_to_create(ctx.session, stable_id("escrow-destruction", entry.period))
    known = await repository.find(ctx.session, entry.period)
    if known is not None:
        if (known.fingerprint, known.destroyed_on) != (entry.fingerprint, entry.destroyed_on):
            raise EscrowKeyRecorded("The key of this month was recorded otherwise.")
        return known
    fingerprint = sealing.escrow_fingerprint(ctx, entry.period)
    if fingerprint is None or not hmac.compare_digest(fingerprint, entry.fingerprint):
        raise EscrowKeyUnknown("No escrow key of this month has this fingerprint.")
    if not sealing.first_day(entry.period) <= entry.destroyed_on <= civil_date(ctx.now):
        detail = "Give the day on which it was destroyed: not before its month began, and not later than today."
        errors = [{"pointer": "#/destroyed_on", "code": "day-out-of-range", "detail": detail}]
        raise InvalidRequest("The key was destroyed on another day.", errors=errors)
    over = sealing.is_period_over(sealing.vault_of(ctx.session), entry.period, ctx.now)
    if not over or not await sealing.end_escrow_key(ctx, entry.period):
        raise EscrowKeyNeeded("What this key opens is not wrapped again, or its days are not over.")
    row = EscrowDestruction(
        **entry.model_dump(),
        recorded_at=ctx.now,
        recorded_by=ctx.caller.client_id,
        recorded_person=ctx.caller.person,
        recorded_position=ctx.caller.position,
    )
    ctx.session.add(row)
    return row


async def list_records(ctx: Context, after: str | None, limit: int) -> Sequence[EscrowDestruction]:
    """Records, the newest month first."""
    return await repository.list_records(ctx.session, after, limit)
