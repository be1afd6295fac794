"""Opens and makes the keys of cases. A folder that keeps what people write seals it by these (decision 0075).

What opens keys belongs to the session (`carry`), and so does each key that was opened: it ends with the transaction.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import cast
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database, wait_to_create
from sixclear.common.use_case import Context
from sixclear.feedback.sealing import repository, wraps
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.sealing.models import Erasure, WrappedKey
from sixclear.feedback.sealing.periods import PeriodKeys, period_of, start_of
from sixclear.feedback.sealing.values import KEY_BYTES, CaseKey
from sixclear.feedback.sealing.wraps import WrapBroken, WrapContext

_log = structlog.get_logger(__name__)
CONTENT, IDENTITY, NOTICE = "content", "identity", "notice"
HUB, CUSTODIAN, ESCROW, MAILBOX, SENDING = "hub", "custodian", "escrow", "mailbox", "notice"
_VAULT, _OPENED = "feedback vault", "feedback opened keys"
# An address has 254 characters at most, of up to four bytes.
_ADDRESS_BYTES = 1024
# Who gets a new case's key. The sender's own wrap is made with the receipt code; a body's when the case is given to it.
_RECIPIENTS = {CONTENT: (HUB, ESCROW), IDENTITY: (CUSTODIAN, ESCROW)}


@dataclass(frozen=True, slots=True)
class Vault:
    """What wraps and opens keys: the key pairs of each month, which body is the hub, how long private keys live."""

    keys: PeriodKeys
    hub_organisation_id: UUID
    erasure_days: int = 35


def carry(database: Database, vault: Vault) -> None:
    """From now on sessions of the database can seal and open."""
    database.carry(_VAULT, vault)


def vault_of(session: AsyncSession) -> Vault:
    """What the session seals and opens with."""
    return cast(Vault, session.info[_VAULT])


def first_day(period: str) -> date:
    """The first day of a month, in UTC."""
    return start_of(period).date()


def is_period_over(vault: Vault, period: str, now: datetime) -> bool:
    """Whether private keys of a month are to be destroyed by now."""
    return now >= start_of(period) + timedelta(days=vault.erasure_days)


async def end_escrow_key(ctx: Context, period: str) -> bool:
    """Write down that the escrow key of a month is destroyed; False where something is still wrapped for it.

    Its public file goes within the hour (`renewing`), once this is committed.
    """
    if await repository.is_used(ctx.session, ESCROW, period):
        return False
    await repository.note_destroyed(ctx.session, ESCROW, period, ctx.now)
    return True


def escrow_fingerprint(ctx: Context, period: str) -> str | None:
    """SHA-256 of the public escrow key of a month, in hexadecimal; None where it is not here."""
    keys = vault_of(ctx.session).keys
    if period not in keys.publics(ESCROW):
        return None
    return sha256(keys.public(ESCROW, period).public_bytes_raw()).hexdigest()


def body(organisation_id: UUID) -> str:
    """The recipient that a body is."""
    return f"body-{organisation_id}"


def reviewer(reviewer_id: UUID) -> str:
    """The recipient that an expert is."""
    return f"reviewer-{reviewer_id}"


def make_ready(session: AsyncSession, recipient: str, now: datetime) -> None:
    """Make the pair of the coming month of a recipient whose private key only this process has: others wrap for it."""
    coming = period_of(start_of(period_of(now)) + timedelta(days=32))
    for period in (period_of(now), coming):
        vault_of(session).keys.public(recipient, period)


def new_key(ctx: Context, case_id: UUID, purpose: str) -> CaseKey:
    """Make the key of a case, by which its texts are sealed; its wraps (`wraps_of`) are kept with the case."""
    key = CaseKey(case_id, purpose, os.urandom(KEY_BYTES))
    _opened(ctx)[case_id, purpose] = key
    return key


def wraps_of(ctx: Context, key: CaseKey, code_key: bytes | None = None) -> list[WrappedKey]:
    """A new key, wrapped for who may read; `code_key` opens it to the sender (`Receipts.content_key`).

    Nothing is asked of the database, and public keys are all that it takes.
    """
    rows = [_row(ctx, key, recipient) for recipient in _RECIPIENTS[key.purpose]]
    return rows if code_key is None else [*rows, _row(ctx, key, MAILBOX, code_key)]


async def key_to_read(ctx: Context, case_id: UUID, purpose: str = CONTENT) -> CaseKey:
    """The key of a case, opened for the caller's body, else for the hub; without data where nobody can open it."""
    return (await keys_to_read(ctx, [case_id], purpose))[case_id]


async def keys_to_read(ctx: Context, case_ids: Collection[UUID], purpose: str = CONTENT) -> Mapping[UUID, CaseKey]:
    """The keys of these cases, by one statement: for a list of at most a page."""
    opened = _opened(ctx)
    missing = [case_id for case_id in case_ids if (case_id, purpose) not in opened]
    if missing:
        readers = _readers(ctx, purpose)
        rows = await repository.list_keys(ctx.session, missing, purpose, readers)
        for row in sorted(rows, key=lambda row: readers.index(row.recipient)):
            if (row.submission_id, purpose) not in opened and (data := unwrapped(ctx, row)) is not None:
                opened[row.submission_id, purpose] = CaseKey(row.submission_id, purpose, data)
    return {case_id: opened.get((case_id, purpose), CaseKey(case_id, purpose, None)) for case_id in case_ids}


async def key_to_write(ctx: Context, case_id: UUID, purpose: str = CONTENT) -> CaseKey:
    """As `key_to_read`, made now for a case that has none yet. Raises CaseErased where the key is gone."""
    key = await key_to_read(ctx, case_id, purpose)
    if key.data is not None:
        return key
    await wait_to_create(ctx.session, case_id)
    key = await key_to_read(ctx, case_id, purpose)
    if key.data is not None:
        return key
    if await repository.is_made(ctx.session, case_id, purpose):
        raise CaseErased("The keys of this case are gone.")
    key = new_key(ctx, case_id, purpose)
    ctx.session.add_all(wraps_of(ctx, key))
    return key


async def open_to_sender(ctx: Context, case_id: UUID, code_key: bytes) -> CaseKey:
    """The content key, opened by the receipt code; what the request then reads and writes uses it.

    A case of before has no wrap for its code yet, since nobody knew the code: it is made here, of what the hub opens.
    """
    row = next(iter(await repository.list_keys(ctx.session, [case_id], CONTENT, [MAILBOX])), None)
    if row is None:
        key = await key_to_read(ctx, case_id)
        if key.data is not None:
            _add(ctx, key, MAILBOX, code_key)
        return key
    locked = unwrapped(ctx, row)
    try:
        data = None if locked is None else wraps.unlock(locked, code_key, case_id)
    except WrapBroken:
        data = None
    return _opened(ctx).setdefault((case_id, CONTENT), CaseKey(case_id, CONTENT, data))


async def change_code(ctx: Context, case_id: UUID, code_key: bytes, next_code_key: bytes) -> None:
    """Let another receipt code open the case's text; the row of the case is locked."""
    key = await open_to_sender(ctx, case_id, code_key)
    if key.data is not None:
        await repository.put(ctx.session, _row(ctx, key, MAILBOX, next_code_key))


async def give_to_body(ctx: Context, case_id: UUID, organisation_id: UUID) -> None:
    """Let the body that has the case now open its text, and no longer the one that had it."""
    await repository.leave_bodies(ctx.session, case_id, body(organisation_id))
    if organisation_id != vault_of(ctx.session).hub_organisation_id:
        await repository.put(ctx.session, _row(ctx, await key_to_write(ctx, case_id), body(organisation_id)))


async def give_to_reviewer(ctx: Context, case_id: UUID, reviewer_id: UUID) -> None:
    """Let an expert who is asked to review the case open its text. Raises CaseErased."""
    await repository.put(ctx.session, _row(ctx, await key_to_write(ctx, case_id), reviewer(reviewer_id)))


async def take_from_reviewer(ctx: Context, case_id: UUID, reviewer_id: UUID) -> None:
    """Let an expert no longer open the text of a case."""
    await repository.delete_wrap(ctx.session, case_id, CONTENT, reviewer(reviewer_id))


async def open_to_reviewer(ctx: Context, case_id: UUID, reviewer_id: UUID) -> CaseKey:
    """The content key, opened by the expert's own wrap; what the request then reads and writes uses it.

    No other wrap is tried: without this one the key has no data, whatever else the process could open.
    """
    rows = await repository.list_keys(ctx.session, [case_id], CONTENT, [reviewer(reviewer_id)])
    key = CaseKey(case_id, CONTENT, unwrapped(ctx, rows[0]) if rows else None)
    _opened(ctx)[case_id, CONTENT] = key
    return key


async def is_erased(ctx: Context, case_id: UUID) -> bool:
    """Whether the text of a case was erased."""
    return any(one.purpose == CONTENT for one in await list_erasures(ctx, case_id))


async def erase(ctx: Context, case_id: UUID, purpose: str) -> Erasure:
    """Delete the keys of a case for one purpose, and what an earlier release left in clear; the row of it is locked.

    From the commit on nobody opens what they sealed. Backups of before hold wraps for keys of their month, the last of
    which is destroyed after `erasure_days`. Done again, it answers what was done; where keys were made since, such as
    those of a contact that was given again, it is another erasure with days of its own.
    """
    again = await repository.delete_keys(ctx.session, case_id, purpose)
    _opened(ctx)[case_id, purpose] = CaseKey(case_id, purpose, None)
    until = ctx.now + timedelta(days=vault_of(ctx.session).erasure_days)
    return await repository.note_erased(ctx.session, case_id, purpose, ctx.now, until, again=again)


async def keep_address(ctx: Context, case_id: UUID, address: str) -> None:
    """Keep where notices on a case go, in the place of what was kept: wrapped for the process that sends them alone.

    It has no key of its own that anyone else could open, and public keys are all that it takes.
    """
    row = WrappedKey(submission_id=case_id, purpose=NOTICE, recipient=SENDING)
    wrap_again(ctx, row, address.encode().ljust(_ADDRESS_BYTES, b"\0"))  # as long as any other
    await repository.put(ctx.session, row)


async def open_address(ctx: Context, case_id: UUID) -> str | None:
    """Where notices on a case go; None where the private key is not in this process, or nothing is kept."""
    rows = await repository.list_keys(ctx.session, [case_id], NOTICE, [SENDING])
    data = unwrapped(ctx, rows[0]) if rows else None
    return None if data is None else data.rstrip(b"\0").decode()


async def list_erasures(ctx: Context, case_id: UUID) -> Sequence[Erasure]:
    """What was erased of a case."""
    return await repository.list_erasures(ctx.session, case_id)


async def erased_within(session: AsyncSession, now: datetime) -> Mapping[tuple[UUID, str], datetime]:
    """What was erased and may still be in backups, by case and purpose, and until when."""
    rows = await repository.list_recent_erasures(session, now)
    return {(row.submission_id, row.purpose): row.backups_until for row in rows}


async def may_be_back(session: AsyncSession, case_id: UUID, purpose: str, until: datetime, now: datetime) -> bool:
    """Whether a dump may have brought back keys of a case, of which an erasure is remembered until then.

    A dump has an older erasure of it, or none. Where it has neither keys nor erasure, text of a release before may
    stand there in clear.
    """
    noted = await repository.erased_until(session, case_id, purpose)
    kept = bool(await repository.list_recipients(session, case_id, purpose))
    if noted is None:
        return kept or now < until
    return kept and noted < until


async def shredded_since(session: AsyncSession, since: datetime) -> Collection[UUID]:
    """The cases whose text was erased since then."""
    return await repository.shredded_since(session, since)


async def seal_reason(ctx: Context, case_id: UUID, reason: str | None) -> str | None:
    """A reason as the event of a step keeps it: sealed, in base 64. Nothing reads it but a person with the keys."""
    if reason is None:
        return None
    return sealed_reason(await key_to_write(ctx, case_id), reason)


def sealed_reason(key: CaseKey, reason: str) -> str:
    """As `seal_reason`, with the key of the case."""
    row = uuid4()
    return f"sealed:{row}:{b64encode(key.seal('event.reason', row, reason)).decode()}"


def open_reason(key: CaseKey, kept: str) -> str:
    """What `seal_reason` sealed; a reason that an earlier release kept in clear is itself."""
    word, _, rest = kept.partition(":")
    row, _, sealed = rest.partition(":")
    return key.open("event.reason", row, b64decode(sealed)) if word == "sealed" and sealed else kept


def _add(ctx: Context, key: CaseKey, recipient: str, code_key: bytes | None = None) -> None:
    ctx.session.add(_row(ctx, key, recipient, code_key))


def _row(ctx: Context, key: CaseKey, recipient: str, code_key: bytes | None = None) -> WrappedKey:
    assert key.data is not None
    row = WrappedKey(submission_id=key.case_id, purpose=key.purpose, recipient=recipient)
    wrap_again(ctx, row, key.data if code_key is None else wraps.lock(key.data, code_key, key.case_id))
    return row


def wrap_again(ctx: Context, row: WrappedKey, inside: bytes) -> None:
    """Wrap what a row holds for its recipient under the key of this month."""
    row.period = period_of(ctx.now)
    context = WrapContext(row.submission_id, row.purpose, row.recipient, row.period)
    row.wrapped = wraps.wrap(inside, vault_of(ctx.session).keys.public(row.recipient, row.period), context)


def unwrapped(ctx: Context, row: WrappedKey) -> bytes | None:
    """What a row holds; None where the private key is not here, or is not the one."""
    private = vault_of(ctx.session).keys.private(row.recipient, row.period)
    if private is None:
        return None
    context = WrapContext(row.submission_id, row.purpose, row.recipient, row.period)
    try:
        return wraps.unwrap(row.wrapped, private, context)
    except WrapBroken:
        _log.error("a wrapped key does not open", recipient=row.recipient, period=row.period)
        return None


def _readers(ctx: Context, purpose: str) -> list[str]:
    """For whom a key is tried, in this order. What the release before gave to a body is opened for the hub."""
    if purpose == IDENTITY:
        return [CUSTODIAN]
    own = ctx.caller.organisation_id
    if own is None or own == vault_of(ctx.session).hub_organisation_id:
        return [HUB]
    return [body(own), HUB]


def _opened(ctx: Context) -> dict[tuple[UUID, str], CaseKey]:
    opened: dict[tuple[UUID, str], CaseKey] = ctx.session.info.setdefault(_OPENED, {})
    return opened
