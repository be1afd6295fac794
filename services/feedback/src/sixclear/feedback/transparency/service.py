"""What is stated to a sender, and what the public log shows of itself."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.transparency.merkle import fold, plan_inclusion
from sixclear.common.transparency.notes import NoteInvalid
from sixclear.common.transparency.policies import Policy, PolicyRefused
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
from sixclear.feedback.transparency.models import LogCheckpoint, Statement
from sixclear.feedback.transparency.responses import status_response
from sixclear.feedback.transparency.schemas import LogStatus

_MOST_STATEMENTS = 100
# A verifier takes a statement for backdated that no witness saw within two hours.
_IN_TIME = timedelta(hours=2) - timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stated:
    """A signed statement of a case; `proof` is None until a checkpoint that the policy accepts has it."""

    statement: str
    salt: bytes
    index: int
    proof: str | None
    policy: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed statement with its salt."""

    statement: str
    salt: bytes


def statement_of(
    ctx: Context,
    submission_id: UUID,
    kind: Kind,
    *,
    due_at: datetime | None,
    rule: str,
    content: Iterable[tuple[str, str | None]] = (),
    silent: UUID | None = None,
    by_hour: bool = False,
) -> Statement:
    """What is stated to the sender of a case, to be kept in the transaction of the fact.

    `content` names the texts that are stated; of them only a hash under the salt is kept here. `silent` is the body
    whose answer did not come. `by_hour`: it says the hour alone, and enters the log with the others of that hour.
    """
    salt = os.urandom(SALT_BYTES)
    said = [(name, value.encode()) for name, value in content if value is not None]
    return Statement(
        statement_id=ctx.new_id(),
        submission_id=submission_id,
        kind=kind,
        stated_at=ctx.now,
        due_at=due_at,
        rule=rule,
        content=content_of(salt, said),
        salt=salt,
        silent_organisation_id=silent,
        by_hour=by_hour,
        case_reference=None,
        note=None,
        log_index=None,
    )


async def first_signed(ctx: Context, submission_id: UUID) -> Signed | None:
    """The first statement of a case, once it is signed."""
    found = await repository.find_first(ctx.session, submission_id)
    return None if found is None or found.note is None else Signed(found.note, found.salt)


async def list_statements(ctx: Context, submission_id: UUID) -> list[Stated]:
    """The signed statements of a case, oldest first, a hundred at most; each with the proof that it is in the log.

    The proof is that of the first checkpoint that the policy of its time accepts: a later one would not say when the
    statement was there. Where witnesses gave none within two hours, it is by the log alone: theirs would make a true
    statement look backdated. Only a receipt waits for them, which no one backdates to look in time.
    """
    found = await repository.list_signed(ctx.session, submission_id, _MOST_STATEMENTS)
    if not found:
        return []
    proven = await _proven(ctx, {statement: statement.log_index or 0 for statement in found})
    plans = {index: plan_inclusion(index, proven[index].head.size) for index in proven}
    read = reader(await repository.tiles(ctx.session, tiles_for(span for plan in plans.values() for span in plan)))
    stated = []
    policy_now = await policy(ctx.session)
    for statement in found:
        index, how = statement.log_index or 0, proven.get(statement.log_index or 0)
        path = [fold(span, read) for span in plans[index]] if how else []
        proof = str(Proof(index, path, how.head.shown, how.before)) if how else None
        stated.append(Stated(statement.note or "", statement.salt, index, proof, how.policy if how else policy_now))
    return stated


@dataclass(frozen=True, slots=True)
class _How:
    """By which checkpoint a statement is proved, with what was accepted before it."""

    head: LogCheckpoint
    policy: str
    before: bytes = b""


async def _proven(ctx: Context, indexes: Mapping[Statement, int]) -> dict[int, _How]:
    accepted = await repository.first_with(ctx.session, indexes.values(), accepted=True)
    shown = await repository.first_with(ctx.session, indexes.values(), accepted=False)
    before = await repository.named(ctx.session, {_said(statement)[1] for statement in indexes})
    numbers = {head.policy_id for head in accepted.values() if head.policy_id is not None}
    policies = await repository.policies(ctx.session, numbers)
    found: dict[int, _How] = {}
    for statement, index in indexes.items():
        (at, size_before), head = _said(statement), accepted.get(index)
        seen_at = ctx.now if head is None or head.accepted_at is None else head.accepted_at
        in_time = seen_at <= at + _IN_TIME
        how = None
        if head is not None and head.policy_id is not None and (in_time or statement.kind == "received"):
            how = _witnessed(head, policies[head.policy_id], before.get(size_before))
        if how is None and index in shown and (head is not None or not in_time):
            how = _How(shown[index], await _alone(ctx.session))
        if how is not None:
            found[index] = how
    return found


def _witnessed(head: LogCheckpoint, policy: str, before: LogCheckpoint | None) -> _How | None:
    """The proof by this policy; None where it does not accept what the statement names as the checkpoint before it."""
    if before is None or before.size == 0:
        return _How(head, policy)
    try:
        Policy.parse(policy).accept(before.shown)
    except (NoteInvalid, PolicyRefused):
        return None
    return _How(head, policy, before.shown.encode())


def _said(statement: Statement) -> tuple[datetime, int]:
    """Until when a signed statement says that it was made, and the size of the checkpoint that it names before it."""
    lines = dict(line.split(" ", 1) for line in (statement.note or "").partition("\n\n")[0].split("\n")[1:])
    hour = timedelta(hours=1) if "hour" in lines else timedelta()
    return datetime.fromisoformat(lines.get("at") or lines["hour"]) + hour, int(lines["after"].split(" ")[0])


async def _alone(session: AsyncSession) -> str:
    return "".join(f"log {key}\n" for key in await keys(session)) + "quorum none\n"


async def forget(session: AsyncSession, submission_ids: Collection[UUID]) -> None:
    """Keep nothing of the statements on cases by which anyone could test what they say; entries of the log stay.

    A statement that is not in the log yet stays until it is.
    """
    await repository.forget(session, submission_ids)


async def count_silence(ctx: Context, organisation_id: UUID) -> int:
    """For how many due times the log says that this body gave no answer; what is not in the log yet does not count."""
    return await repository.count_silence(ctx.session, organisation_id)


async def checkpoint(session: AsyncSession) -> str:
    """The newest checkpoint that is shown; raises LogEmpty."""
    newest = await repository.newest_published(session)
    if newest is None:
        raise LogEmpty("The log has not signed anything yet.")
    return newest.shown


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
    known = await repository.policy_in_force(session)
    return await _alone(session) if known is None else known.text


async def status(session: AsyncSession) -> LogStatus:
    """How large the log is, since when, and who cosigned it; raises LogEmpty."""
    newest = await repository.newest_published(session)
    known = await repository.find_identity(session)
    if newest is None or known is None:
        raise LogEmpty("The log has not signed anything yet.")
    named = {name: key for name, (key, _) in Policy.parse(await policy(session)).witnesses.items()}
    rows = await repository.witnesses(session, [str(key) for key in named.values()])
    return status_response(newest, known, named, rows)
