"""Seals what releases before wrote in clear, in chunks, beside requests; a case of before gets its keys then.

It runs an hour after the start: processes of the release before, which read in clear only, have ended by then. Safe to
run again, to interrupt and to run in several processes: rows are locked, and what is sealed is no longer in clear.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database, wait_to_create
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.sealing import repository, service
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.sealing.models import IN_CLEAR, InClear
from sixclear.feedback.sealing.values import CaseKey

_log = structlog.get_logger(__name__)
# Making the keys of so many cases keeps the process busy for some hundredths of a second.
_CHUNK = 100
# A month of events is locked while its file is written again, and every reader of events waits: for some seconds.
_MOST_BYTES = 256 * 2**20
_FILLER = Caller("sealing")


async def seal_what_is_clear(database: Database, log: EventLog, clock: Clock) -> int:
    """Seal every text that stands in clear; answers how many rows. Then the files of the tables are written again.

    That locks each of them, so only one process does it, and at most once a day; large months of events are left.
    """
    sealed = 0
    for one in IN_CLEAR:
        after: tuple[UUID, Any] | None = None
        while True:
            async with database.transaction() as session:
                done, after = await _seal_some(Context(session, log, _FILLER, clock()), one, after)
            sealed += done
            if after is None:
                break
    sealed += await _seal_reasons(database, log, clock)
    if sealed:
        _log.info("texts sealed", rows=sealed)
    tables = [one.table for one in IN_CLEAR]
    left = await repository.rewrite_when_due(database, tables, clock(), sealed=sealed > 0, most_bytes=_MOST_BYTES)
    if left:
        _log.warning("months of events are too large to be written again beside requests", tables=left)
    return sealed


async def _seal_some(ctx: Context, one: InClear, after: tuple[UUID, Any] | None) -> tuple[int, tuple[UUID, Any] | None]:
    """Seal the rows behind `after`; how many, and behind which row the next ones are. One that stays stops no other."""
    rows = await repository.lock_clear(ctx.session, one.table, one.columns, one.row, after, _CHUNK)
    keys = await _keys(ctx, sorted({row["submission_id"] for row in rows}), one.purpose)
    changes = [
        {"case": row["submission_id"], "row": row[one.row]} | _sealed(keys[row["submission_id"]], one, row)
        for row in rows
        if row["submission_id"] in keys
    ]
    await repository.write_sealed(ctx.session, one.table, one.columns, one.row, changes)
    if len(rows) < _CHUNK:
        return len(changes), None
    return len(changes), (rows[-1]["submission_id"], rows[-1][one.row])


async def _seal_reasons(database: Database, log: EventLog, clock: Clock) -> int:
    """Seal the reasons that a release before kept in the events of its steps."""
    sealed, after = 0, 0
    while True:
        async with database.transaction() as session:
            rows = await repository.lock_clear_reasons(session, after, _CHUNK)
            ctx = Context(session, log, _FILLER, clock())
            keys = await _keys(ctx, sorted({row["entity_id"] for row in rows}), service.CONTENT)
            found = [
                (row["event_id"], keys[row["entity_id"]], row["reason"]) for row in rows if row["entity_id"] in keys
            ]
            changes = {
                event_id: None if key is None else service.sealed_reason(key, reason) for event_id, key, reason in found
            }
            await repository.write_reasons(session, changes)
        sealed += len(changes)
        if len(rows) < _CHUNK:
            return sealed
        after = rows[-1]["event_id"]


def _sealed(key: CaseKey | None, one: InClear, row: Any) -> dict[str, bytes | None]:
    """The sealed columns of a row; nothing stays of one whose case was erased."""
    if key is None:
        return {f"new_{name}": None for name in one.columns}
    return {f"new_{name}": key.seal_maybe(f"{one.table}.{name}", row[one.row], row[name]) for name in one.columns}


async def _keys(ctx: Context, case_ids: Sequence[UUID], purpose: str) -> dict[UUID, CaseKey | None]:
    """The keys of these cases; None for a case that was erased. One whose keys do not open is left as it is."""
    await wait_to_create(ctx.session, *case_ids)
    known = await service.keys_to_read(ctx, case_ids, purpose)
    bodies = await repository.bodies_of(ctx.session, case_ids)
    keys: dict[UUID, CaseKey | None] = dict.fromkeys(await repository.erased_among(ctx.session, case_ids, purpose))
    for case_id in case_ids:
        if known[case_id].data is not None:
            keys[case_id] = known[case_id]
            continue
        if case_id in keys:
            continue
        try:
            keys[case_id] = await service.key_to_write(ctx, case_id, purpose)
        except CaseErased:
            _log.error("the keys of a case do not open: is the folder of keys the right one?", purpose=purpose)
            continue
        if purpose == service.CONTENT and (organisation_id := bodies.get(case_id)) is not None:
            await service.give_to_body(ctx, case_id, organisation_id)
    await ctx.session.flush()
    return keys


async def clear_rows(session: AsyncSession) -> int:
    """How many rows still hold text in clear."""
    texts = sum([await repository.count_clear(session, one.table, one.columns) for one in IN_CLEAR])
    return texts + await repository.count_clear_reasons(session)
