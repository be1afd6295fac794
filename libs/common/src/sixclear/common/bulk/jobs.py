"""Jobs: files that are too large for one transaction, kept with their results in the service's database.

A file is stored in chunks while it arrives, and is a job from the commit of its acceptance on: nothing of it is only in
memory. Each chunk is taken, and its results are kept, in one transaction, so that a process that ends between two
chunks, or within one, has done each item once or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Integer, LargeBinary, Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bulk.errors import JobNotFound, TooManyJobs
from sixclear.common.bulk.results import REJECTED
from sixclear.common.bulk.split import Piece
from sixclear.common.caller import Caller
from sixclear.common.db import dump_json

KEPT_FOR = timedelta(days=1)
MOST_KEPT_OF_SENDER = 20
MOST_OPEN_OF_SENDER = 4
# A file of which nothing came for so long is not sent any more: its connection, or this process, has ended.
_SILENT_AFTER = timedelta(minutes=10)
# So long it is waited for where its room is asked for: a line that breaks without a word must not keep a sender out.
_STALLED_AFTER = timedelta(minutes=1)

DDL_V1: list[str] = [
    """CREATE TABLE bulk_job (
         job_id uuid PRIMARY KEY,
         operation text NOT NULL,
         client_id text NOT NULL,
         organisation_id uuid,
         person text,
         caller jsonb NOT NULL,
         request_id text,
         dry_run boolean NOT NULL DEFAULT false,
         state text NOT NULL DEFAULT 'receiving'
               CONSTRAINT ck_bulk_job_state CHECK (state IN ('receiving', 'waiting', 'running', 'finished', 'stopped')),
         items integer NOT NULL DEFAULT 0,
         done integer NOT NULL DEFAULT 0,
         outcomes jsonb NOT NULL DEFAULT '{}',
         failures integer NOT NULL DEFAULT 0,
         accepted_at timestamptz,
         turn_at timestamptz NOT NULL,
         progress_at timestamptz NOT NULL,
         finished_at timestamptz
       )""",
    "CREATE INDEX ix_bulk_job_client_id ON bulk_job (client_id)",
    """CREATE TABLE bulk_chunk (
         job_id uuid NOT NULL CONSTRAINT fk_bulk_chunk_job_id_bulk_job REFERENCES bulk_job ON DELETE CASCADE,
         first integer NOT NULL,
         lines integer[],
         items bytea[],
         results bytea,
         PRIMARY KEY (job_id, first)
       )""",
]

DDL_V2: list[str] = [
    """ALTER TABLE bulk_job ADD COLUMN atomic boolean NOT NULL DEFAULT false,
                            ADD COLUMN checked boolean NOT NULL DEFAULT false,
                            ADD COLUMN cancelled_at timestamptz""",
    "ALTER TABLE bulk_chunk ADD COLUMN checked bytea",
]

_OPEN = "('receiving', 'waiting', 'running')"
_SENDER = """client_id = :client_id AND organisation_id IS NOT DISTINCT FROM :organisation_id
             AND person IS NOT DISTINCT FROM :person"""
# Files that arrive together are counted one after the other, or each of them would find room.
_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtext('sixclear bulk jobs'))")
_COUNT_OPEN = text(
    f"""SELECT count(*) AS of_all, count(*) FILTER (WHERE client_id = :client_id) AS of_sender FROM bulk_job
        WHERE state IN {_OPEN}"""  # noqa: S608 (constant)
)
_COUNT_WAITING = text("SELECT count(*) FROM bulk_job WHERE state IN ('waiting', 'running')")
_BEGIN = text(
    """INSERT INTO bulk_job (job_id, operation, client_id, organisation_id, person, caller, request_id, turn_at,
                             progress_at)
       VALUES (:job_id, :operation, :client_id, :organisation_id, :person, CAST(:caller AS jsonb), :request_id, :now,
               :now)"""
)
_STORE = text(
    """WITH told AS (UPDATE bulk_job SET progress_at = :now, items = items + cardinality(:items)
                     WHERE job_id = :job_id AND state = 'receiving' RETURNING job_id)
       INSERT INTO bulk_chunk (job_id, first, lines, items) SELECT job_id, :first, :lines, :items FROM told
       RETURNING first"""
).bindparams(bindparam("lines", type_=ARRAY(Integer)), bindparam("items", type_=ARRAY(LargeBinary)))
_GOES_ON = text(
    "UPDATE bulk_job SET progress_at = :now WHERE job_id = :job_id AND state = 'receiving' RETURNING job_id"
)
_ACCEPT = text(
    """UPDATE bulk_job SET state = 'waiting', dry_run = :dry_run, atomic = :atomic, accepted_at = :now, turn_at = :now,
              progress_at = :now
       WHERE job_id = :job_id AND state = 'receiving' RETURNING *"""
)
_FORGET = text(
    f"""DELETE FROM bulk_job WHERE job_id IN (
          SELECT job_id FROM bulk_job WHERE {_SENDER} AND state IN ('finished', 'stopped')
          ORDER BY finished_at DESC OFFSET {MOST_KEPT_OF_SENDER})"""  # noqa: S608 (constants)
)
_GIVE_UP = text("DELETE FROM bulk_job WHERE state = 'receiving' AND progress_at <= :stalled_since")
_DROP = text("DELETE FROM bulk_job WHERE job_id = :job_id AND state = 'receiving'")
_CLEAN = text(
    """DELETE FROM bulk_job WHERE finished_at <= :finished_before
          OR (state = 'receiving' AND progress_at <= :silent_since)"""
)
_FIND = text(f"SELECT * FROM bulk_job WHERE job_id = :job_id AND state <> 'receiving' AND {_SENDER}")  # noqa: S608
_RESULTS = text(
    """SELECT first, results FROM bulk_chunk WHERE job_id = :job_id AND first >= :first AND results IS NOT NULL
       AND first < coalesce((SELECT min(first) FROM bulk_chunk WHERE job_id = :job_id AND results IS NULL), 2147483647)
       ORDER BY first LIMIT 1"""
)
# Files of one sender are worked through in the order in which they were accepted: a later one may say the newer thing.
# Between senders each has its turn, so that a large file holds up no small one of another.
_TAKE_TURN = text(
    """SELECT job.* FROM bulk_job AS job
       WHERE job.state IN ('waiting', 'running') AND job.turn_at <= :now
         AND NOT EXISTS (SELECT FROM bulk_job AS before WHERE before.client_id = job.client_id
                           AND before.state IN ('waiting', 'running')
                           AND (before.accepted_at, before.job_id) < (job.accepted_at, job.job_id))
       ORDER BY job.turn_at, job.job_id LIMIT 1 FOR UPDATE OF job SKIP LOCKED"""
)
_NEXT_CHUNK = text(
    """SELECT first, lines, items FROM bulk_chunk
       WHERE job_id = :job_id AND first > :behind AND results IS NULL ORDER BY first LIMIT 1"""
)
_NEXT_UNCHECKED = text(
    """SELECT first, lines, items FROM bulk_chunk
       WHERE job_id = :job_id AND first > :behind AND checked IS NULL ORDER BY first LIMIT 1"""
)
_KEEP_CHECK = text("UPDATE bulk_chunk SET checked = :results WHERE job_id = :job_id AND first = :first")
# Nothing is taken: what was found is the result.
_CHECK_IS_RESULT = text(
    "UPDATE bulk_chunk SET results = checked, checked = NULL, items = NULL, lines = NULL WHERE job_id = :job_id"
)
_FORGET_CHECK = text("UPDATE bulk_chunk SET checked = NULL WHERE job_id = :job_id")
_BEGIN_TAKING = text(
    """UPDATE bulk_job SET checked = true, done = 0, outcomes = '{}', turn_at = :now, progress_at = :now
       WHERE job_id = :job_id"""
)
_CANCEL = text(
    f"""UPDATE bulk_job SET state = 'stopped', finished_at = :now, cancelled_at = :now
        WHERE job_id = :job_id AND state IN ('waiting', 'running') AND {_SENDER}"""  # noqa: S608 (constant)
)
_KEEP_RESULTS = text(
    "UPDATE bulk_chunk SET results = :results, items = NULL, lines = NULL WHERE job_id = :job_id AND first = :first"
)
_ADVANCE = text(
    """UPDATE bulk_job SET state = 'running', done = done + :count, failures = 0, turn_at = :now, progress_at = :now,
              outcomes = CAST(:outcomes AS jsonb)
       WHERE job_id = :job_id"""
)
_END = text("UPDATE bulk_job SET state = :state, finished_at = :now WHERE job_id = :job_id")
_FAILED = text(
    "UPDATE bulk_job SET failures = failures + 1, turn_at = :turn_at WHERE job_id = :job_id RETURNING failures"
)
_SPLIT = text(
    """WITH cut AS (SELECT *, cardinality(items) AS size, cardinality(items) / 2 AS half FROM bulk_chunk
                    WHERE job_id = :job_id AND first = :first AND results IS NULL AND cardinality(items) > 1),
            rest AS (INSERT INTO bulk_chunk (job_id, first, lines, items)
                     SELECT job_id, first + half, lines[half + 1 : size], items[half + 1 : size] FROM cut)
       UPDATE bulk_chunk SET lines = cut.lines[1 : cut.half], items = cut.items[1 : cut.half] FROM cut
       WHERE bulk_chunk.job_id = cut.job_id AND bulk_chunk.first = cut.first"""
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some items of a job that wait, in order; `first` is the index of the first."""

    first: int
    pieces: Sequence[Piece]


def _sender(caller: Caller) -> dict[str, Any]:
    return {"client_id": caller.client_id, "organisation_id": caller.organisation_id, "person": caller.person}


async def begin(
    session: AsyncSession,
    job_id: UUID,
    operation: str,
    caller: Caller,
    request_id: str | None,
    now: datetime,
    most: int,
) -> None:
    """Make room for a file; raises TooManyJobs when `most` of all, or four of the sender, are not worked through.

    Where there is none, files of which nothing came for a minute are given up: who still sends one hears it.
    """
    await session.execute(_IN_TURN)
    found = (await session.execute(_COUNT_OPEN, {"client_id": caller.client_id})).one()
    if found.of_sender >= MOST_OPEN_OF_SENDER or found.of_all >= most:
        await session.execute(_GIVE_UP, {"stalled_since": now - _STALLED_AFTER})
        found = (await session.execute(_COUNT_OPEN, {"client_id": caller.client_id})).one()
    if found.of_sender >= MOST_OPEN_OF_SENDER:
        raise TooManyJobs(f"{MOST_OPEN_OF_SENDER} files of yours are not worked through yet.")
    if found.of_all >= most:
        raise TooManyJobs("Many files are waiting. Please send it again in a minute.")
    told = asdict(caller) | {"scopes": sorted(caller.scopes)}
    values = {"job_id": job_id, "operation": operation, "request_id": request_id, "now": now}
    await session.execute(_BEGIN, {**values, **_sender(caller), "caller": dump_json(told)})


async def store(session: AsyncSession, job_id: UUID, chunk: Chunk, now: datetime) -> None:
    """Keep a chunk of a file that arrives; raises JobNotFound when its room was taken away, after long silence."""
    values = {"job_id": job_id, "first": chunk.first, "now": now, "items": [piece.raw for piece in chunk.pieces]}
    done = await session.execute(_STORE, {**values, "lines": [piece.line for piece in chunk.pieces]})
    if done.first() is None:
        raise JobNotFound("The file came too slowly. Send it again.")


async def goes_on(session: AsyncSession, job_id: UUID, now: datetime) -> None:
    """Say that a file still arrives; raises JobNotFound when its room was taken away."""
    if (await session.execute(_GOES_ON, {"job_id": job_id, "now": now})).first() is None:
        raise JobNotFound("The file came too slowly. Send it again.")


async def accept(
    session: AsyncSession, job_id: UUID, caller: Caller, now: datetime, *, dry_run: bool, atomic: bool = False
) -> Row[Any]:
    """Make a job of the file that was stored; it is worked through once this transaction is committed.

    All or nothing (`atomic`) is found out by a check of the whole file, before anything of it is written.
    """
    values = {"job_id": job_id, "dry_run": dry_run, "atomic": atomic and not dry_run, "now": now}
    found = (await session.execute(_ACCEPT, values)).one_or_none()
    if found is None:
        raise JobNotFound("The file came too slowly. Send it again.")
    await session.execute(_FORGET, _sender(caller))
    return found


async def drop(session: AsyncSession, job_id: UUID) -> None:
    """Forget a file that became no job."""
    await session.execute(_DROP, {"job_id": job_id})


async def clean(session: AsyncSession, now: datetime) -> None:
    """Forget jobs whose time is over, and files that are not sent any more."""
    await session.execute(_CLEAN, {"finished_before": now - KEPT_FOR, "silent_since": now - _SILENT_AFTER})


async def find(session: AsyncSession, job_id: UUID, caller: Caller) -> Row[Any]:
    """A job of this sender; raises JobNotFound."""
    found = (await session.execute(_FIND, {"job_id": job_id, **_sender(caller)})).one_or_none()
    if found is None:
        raise JobNotFound
    return found


async def results_from(session: AsyncSession, job_id: UUID, first: int) -> tuple[int, bytes] | None:
    """The results of the first chunk from this index on, and its index; none past a chunk that waits."""
    row = (await session.execute(_RESULTS, {"job_id": job_id, "first": first})).one_or_none()
    return None if row is None else (row.first, row.results)


async def take_turn(session: AsyncSession, now: datetime) -> Row[Any] | None:
    """The job whose turn it is, locked; other processes take other ones meanwhile."""
    return (await session.execute(_TAKE_TURN, {"now": now})).one_or_none()


async def waiting(session: AsyncSession) -> int:
    """How many jobs are accepted and not worked through yet."""
    return int((await session.execute(_COUNT_WAITING)).scalar_one())


async def next_chunk(session: AsyncSession, job_id: UUID, behind: int = -1, *, checking: bool = False) -> Chunk | None:
    """The first chunk that waits, or waits for its check, behind the one that begins at an index."""
    statement = _NEXT_UNCHECKED if checking else _NEXT_CHUNK
    row = (await session.execute(statement, {"job_id": job_id, "behind": behind})).one_or_none()
    return None if row is None else Chunk(row[0], [Piece(*one) for one in zip(row[1], row[2], strict=True)])


async def keep_results(
    session: AsyncSession, job: Row[Any], chunk: Chunk, results: bytes, outcomes: Mapping[str, int], now: datetime
) -> None:
    """Keep what became of a chunk in the transaction in which it was taken."""
    await session.execute(_KEEP_RESULTS, {"job_id": job.job_id, "first": chunk.first, "results": results})
    await _advance(session, job, chunk, outcomes, now)


async def keep_check(
    session: AsyncSession, job: Row[Any], chunk: Chunk, results: bytes, outcomes: Mapping[str, int], now: datetime
) -> None:
    """Keep what would become of a chunk, and its items, which are taken when the whole file is found good."""
    await session.execute(_KEEP_CHECK, {"job_id": job.job_id, "first": chunk.first, "results": results})
    await _advance(session, job, chunk, outcomes, now)


async def conclude_check(session: AsyncSession, job: Row[Any], now: datetime) -> bool:
    """The whole file was checked: whether it is taken now; else its results are those of the check."""
    refused = bool(outcomes_of(job).get(REJECTED))
    await session.execute(_CHECK_IS_RESULT if refused else _FORGET_CHECK, {"job_id": job.job_id})
    if not refused:
        await session.execute(_BEGIN_TAKING, {"job_id": job.job_id, "now": now})
    return not refused


async def cancel(session: AsyncSession, job_id: UUID, caller: Caller, now: datetime) -> Row[Any]:
    """End a job of this sender after the chunk that is being taken; one that has ended stays as it is.

    Raises JobNotFound.
    """
    await session.execute(_CANCEL, {"job_id": job_id, "now": now, **_sender(caller)})
    return await find(session, job_id, caller)


async def _advance(
    session: AsyncSession, job: Row[Any], chunk: Chunk, outcomes: Mapping[str, int], now: datetime
) -> None:
    told = outcomes_of(job)
    for name, count in outcomes.items():
        told[name] = told.get(name, 0) + count
    values = {"job_id": job.job_id, "count": len(chunk.pieces), "outcomes": dump_json(told), "now": now}
    await session.execute(_ADVANCE, values)


async def end(session: AsyncSession, job_id: UUID, state: str, now: datetime) -> None:
    """The job is `finished`, or was `stopped`."""
    await session.execute(_END, {"job_id": job_id, "state": state, "now": now})


async def failed(session: AsyncSession, job_id: UUID, turn_at: datetime) -> int:
    """Its turn failed and comes again at an instant; how often it has failed since it went on."""
    return int((await session.execute(_FAILED, {"job_id": job_id, "turn_at": turn_at})).scalar_one())


async def split(session: AsyncSession, job_id: UUID, first: int) -> None:
    """Make two chunks of one that waits, unless it is one item."""
    await session.execute(_SPLIT, {"job_id": job_id, "first": first})


def caller_of(job: Row[Any]) -> Caller:
    """Who sent the file, as the token said it."""
    told = _loaded(job.caller)
    own = told["organisation_id"]
    return Caller(
        told["client_id"],
        organisation_id=None if own is None else UUID(own),
        scopes=frozenset(told["scopes"]),
        person=told["person"],
        position=told["position"],
    )


def outcomes_of(job: Row[Any]) -> dict[str, int]:
    """How many items that are done have which outcome."""
    told: dict[str, int] = _loaded(job.outcomes)
    return told


def _loaded(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value
