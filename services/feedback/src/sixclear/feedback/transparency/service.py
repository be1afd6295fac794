"""What is stated to a sender, and what the public log shows of itself."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.transparency.merkle import fold, plan_inclusion
from sixclear.common.transparency.proofs import Proof
from sixclear.common.transparency.statements import SALT_BYTES, Kind, content_of
from sixclear.common.transparency.tiles import (
    ENTRIES,
    HASH_BYTES,
    WIDTH,
    bundle,
    parse_path,
    reader,
    tiles_for,
    width_at,
)
from sixclear.common.use_case import Context
from sixclear.feedback.transparency import repository
from sixclear.feedback.transparency.errors import LogEmpty, TileNotFound
from sixclear.feedback.transparency.models import Statement

_MOST_STATEMENTS = 100


@dataclass(frozen=True, slots=True)
class Stated:
    """A signed statement of a case; `proof` is None until a checkpoint that has it is shown."""

    statement: str
    salt: bytes
    index: int
    proof: str | None


def state(
    ctx: Context,
    submission_id: UUID,
    kind: Kind,
    *,
    due_at: datetime | None,
    rule: str,
    content: Iterable[tuple[str, str | None]] = (),
) -> None:
    """State something to the sender of a case, in the transaction of the fact.

    `content` names the texts that are stated; of them only a hash under the salt is kept here.
    """
    salt = os.urandom(SALT_BYTES)
    said = [(name, value.encode()) for name, value in content if value is not None]
    ctx.session.add(
        Statement(
            statement_id=ctx.new_id(),
            submission_id=submission_id,
            kind=kind,
            stated_at=ctx.now,
            due_at=due_at,
            rule=rule,
            content=content_of(salt, said),
            salt=salt,
            case_reference=None,
            note=None,
            log_index=None,
        )
    )


async def list_statements(ctx: Context, submission_id: UUID) -> list[Stated]:
    """The signed statements of a case, oldest first, a hundred at most; each with the proof that it is in the log.

    The proof is that of the first checkpoint that has it: a later one would not say when it was there.
    """
    found = await repository.list_signed(ctx.session, submission_id, _MOST_STATEMENTS)
    indexes = [statement.log_index for statement in found if statement.log_index is not None]
    heads = await repository.first_published_with(ctx.session, indexes)
    plans = {index: plan_inclusion(index, head.size) for index, head in heads.items()}
    read = reader(await repository.tiles(ctx.session, tiles_for(span for plan in plans.values() for span in plan)))
    return [
        Stated(
            statement=statement.note or "",
            salt=statement.salt,
            index=index,
            proof=str(Proof(index, [fold(span, read) for span in plans[index]], heads[index].note))
            if index in heads
            else None,
        )
        for statement, index in zip(found, indexes, strict=True)
    ]


async def checkpoint(session: AsyncSession) -> str:
    """The newest checkpoint that is shown; raises LogEmpty."""
    newest = await repository.newest_published(session)
    if newest is None:
        raise LogEmpty("The log has not signed anything yet.")
    return newest.note


async def tile(session: AsyncSession, path: str) -> bytes:
    """A tile by its address, full or as wide as some shown checkpoint may have had it; raises TileNotFound."""
    asked = parse_path(path)
    newest = await repository.newest_published(session)
    if asked is None or newest is None or not asked[1] <= width_at(asked[0], newest.size):
        raise TileNotFound("The log has no tile with this address and width.")
    found, width = asked
    if found.level == ENTRIES:
        first = found.place * WIDTH
        return bundle(await repository.entries(session, first, first + width))
    return (await repository.tiles(session, [found]))[found][: width * HASH_BYTES]


async def keys(session: AsyncSession) -> Sequence[str]:
    """The public keys by which statements and checkpoints are signed; raises LogEmpty."""
    known = await repository.find_identity(session)
    if known is None:
        raise LogEmpty("The log has not signed anything yet.")
    return [known[1]]


async def policy(session: AsyncSession) -> str:
    """Whose signatures a receipt of today has (C2SP tlog-policy); raises LogEmpty."""
    logs = [f"log {key}\n" for key in await keys(session)]
    return "".join(logs) + "quorum none\n"
