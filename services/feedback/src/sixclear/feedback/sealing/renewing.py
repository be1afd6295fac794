"""The keys of a month end with it: what survives is wrapped for the new month, then old private keys are destroyed.

That is how an erasure reaches backups: a wrap in a backup is for the key of its month, and nobody has that key
`erasure_days` after the month began. Safe to run again, to interrupt and to run in several processes: rows are locked,
and a key is destroyed only when no row is wrapped for it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import structlog

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.sealing import repository, service
from sixclear.feedback.sealing.metrics import ESCROW_KEYS_UNRECORDED, KEYS_KEPT
from sixclear.feedback.sealing.models import WrappedKey
from sixclear.feedback.sealing.periods import period_of

_log = structlog.get_logger(__name__)
# A transaction of so many cases ends within a second.
_CHUNK = 100
_RENEWER = Caller("sealing")


async def renew(database: Database, log: EventLog, clock: Clock) -> int:
    """Wrap again what earlier months wrapped, then destroy the keys whose time is over; answers of how many cases."""
    now, renewed, after = clock(), 0, None
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _RENEWER, now)
            rows = await repository.lock_old(session, period_of(now), after, _CHUNK)
            for _, wraps in groupby(rows, key=lambda row: (row.submission_id, row.purpose)):
                renewed += _renew(ctx, list(wraps))
                await asyncio.sleep(0)  # requests go on meanwhile
        if not rows:
            break
        after = (rows[-1].submission_id, rows[-1].purpose)
    if renewed:
        _log.info("keys wrapped again", cases=renewed)
    await _destroy(database, now)
    return renewed


def _renew(ctx: Context, rows: Sequence[WrappedKey]) -> bool:
    """Wrap the key of one case for one purpose again, for each of its recipients; False where it does not open."""
    opened = (service.unwrapped(ctx, row) for row in rows if row.recipient not in (service.MAILBOX, service.ESCROW))
    data = next((data for data in opened if data is not None), None)
    whole = True
    for row in rows:
        # The mailbox's wrap holds what the receipt code locks: it is passed on unopened.
        inside = service.unwrapped(ctx, row) if row.recipient == service.MAILBOX else data
        if inside is None:
            whole = False
        elif row.period != period_of(ctx.now):
            service.wrap_again(ctx, row, inside)
    return whole


async def _destroy(database: Database, now: datetime) -> None:
    kept = 0
    async with database.session() as session:
        vault = service.vault_of(session)
        recorded = await repository.destroyed_periods(session, service.ESCROW)
    for period in sorted(recorded.intersection(vault.keys.publics(service.ESCROW))):
        if service.is_period_over(vault, period, now) and vault.keys.private(service.ESCROW, period) is None:
            vault.keys.destroy(service.ESCROW, period)
    for recipient, period in vault.keys.privates():
        if not service.is_period_over(vault, period, now):
            continue
        async with database.transaction() as session:
            if await repository.is_used(session, recipient, period):
                kept += 1
                continue
            await repository.note_destroyed(session, recipient, period, now)
        vault.keys.destroy(recipient, period)
        _log.info("key of a month destroyed", recipient=recipient, period=period)
    KEYS_KEPT.set(kept)
    ESCROW_KEYS_UNRECORDED.set(_unrecorded(vault, now))
    if kept:
        _log.error("keys of months past still wrap keys of cases, which do not open", keys=kept)


def _unrecorded(vault: service.Vault, now: datetime) -> int:
    """Months past whose public escrow key is still here and whose private one is with its holder."""
    kept = (month for month in vault.keys.publics(service.ESCROW) if service.is_period_over(vault, month, now))
    return sum(vault.keys.private(service.ESCROW, month) is None for month in kept)
