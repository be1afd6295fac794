"""The view as a whole: who may write it, which epochs it shows, how far it is, and its sequence number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.statements import sql


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far the view of one source is."""

    source: str
    active_epoch: int
    next_epoch: int | None
    next_since: datetime | None
    next_folded_at: datetime | None
    next_recorded_at: datetime | None
    events: int
    last_event_at: datetime | None
    current_until: datetime | None
    lag_messages: int | None
    relayed: bool


async def sources(session: AsyncSession) -> dict[str, SourceState]:
    """Every source by its name."""
    rows = await session.execute(sql("SELECT {names} FROM source_view", names=", ".join(SourceState.__slots__)))
    return {row.source: SourceState(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class LockedView:
    """What a transaction that writes the view knows from the start."""

    token: int
    sequence: int
    has_gaps: bool


async def lock_view(session: AsyncSession) -> LockedView:
    """The leader's token and the view's sequence number; nobody else writes until the transaction ends."""
    row = (
        await session.execute(
            sql(
                """
                SELECT token, view_sequence, EXISTS (SELECT FROM gap WHERE closed_at IS NULL)
                FROM leadership FOR UPDATE OF leadership
                """
            )
        )
    ).one()
    return LockedView(*row)


async def take_leadership(session: AsyncSession, holder: str, now: datetime) -> int:
    """Become the leader; the new token makes every older one worthless."""
    token: int = await session.scalar(
        sql("UPDATE leadership SET token = token + 1, holder = :holder, taken_at = :now RETURNING token"),
        {"holder": holder, "now": now},
    )
    return token


async def view_sequence(session: AsyncSession) -> int:
    """The number of the view's last visible change."""
    sequence: int = await session.scalar(sql("SELECT view_sequence FROM leadership"))
    return sequence


async def advance_view(session: AsyncSession, sequence: int) -> None:
    """Say that something visible changed."""
    await session.execute(sql("UPDATE leadership SET view_sequence = :sequence"), {"sequence": sequence})


async def reconciled(session: AsyncSession) -> bool:
    """Whether the last comparison of counters and records found them equal, or they were repaired since."""
    return bool(await session.scalar(sql("SELECT reconciled FROM leadership")))


async def mark_reconciled(session: AsyncSession, ok: bool) -> None:
    """Give figures out, or refuse to."""
    await session.execute(sql("UPDATE leadership SET reconciled = :ok WHERE reconciled <> :ok"), {"ok": ok})


async def rules(session: AsyncSession) -> dict[str, int]:
    """By which rules the records of each source are counted."""
    return {row.source: row.rules for row in await session.execute(sql("SELECT source, rules FROM source_view"))}


async def note_rules(session: AsyncSession, source: str, number: int) -> None:
    """Say that a source's records are counted by these rules from now on."""
    await session.execute(
        sql("UPDATE source_view SET rules = :number WHERE source = :source"), {"source": source, "number": number}
    )


async def note_events(session: AsyncSession, source: str, count: int, newest: datetime) -> None:
    """Count folded events of a source's active epoch."""
    await session.execute(
        sql(
            """
            UPDATE source_view SET events = events + :count, last_event_at = greatest(last_event_at, :newest)
            WHERE source = :source
            """
        ),
        {"source": source, "count": count, "newest": newest},
    )


async def note_next_epoch(session: AsyncSession, source: str, epoch: int, newest: datetime, now: datetime) -> None:
    """Say that an epoch is being folded beside the active one; a higher one replaces it."""
    await session.execute(
        sql(
            """
            UPDATE source_view SET
                next_since = CASE WHEN next_epoch = :epoch THEN next_since ELSE :now END,
                next_recorded_at = greatest(CASE WHEN next_epoch = :epoch THEN next_recorded_at END, :newest),
                next_folded_at = :now,
                next_epoch = :epoch
            WHERE source = :source AND coalesce(next_epoch, 0) <= :epoch
            """
        ),
        {"source": source, "epoch": epoch, "newest": newest, "now": now},
    )


async def begin_silent_epoch(session: AsyncSession, source: str, epoch: int, now: datetime, token: int) -> None:
    """Say that the log of `source` is in a later epoch, of which nothing was sent. The leader's word."""
    await session.execute(
        sql(
            """
            UPDATE source_view v SET next_epoch = :epoch, next_since = :now, next_folded_at = :now,
                next_recorded_at = NULL
            FROM leadership l
            WHERE v.source = :source AND coalesce(v.next_epoch, v.active_epoch) < :epoch AND l.token = :token
            """
        ),
        {"source": source, "epoch": epoch, "now": now, "token": token},
    )


async def activate_next_epoch(session: AsyncSession, source: str) -> None:
    """Let readers see the epoch that was folded beside; the old rows stay until they are deleted in chunks."""
    await session.execute(
        sql(
            """
            UPDATE source_view SET active_epoch = next_epoch, last_event_at = next_recorded_at,
                next_epoch = NULL, next_since = NULL, next_folded_at = NULL, next_recorded_at = NULL
            WHERE source = :source AND next_epoch IS NOT NULL
            """
        ),
        {"source": source},
    )


async def note_relayed(session: AsyncSession, relayed: bool, token: int) -> None:
    """Store whether events come through relays of other processes, or from logs that are read here. The leader's word.

    Where a relay is between, the view is fresh only as far as that relay says that it has sent everything.
    """
    await session.execute(
        sql("UPDATE source_view v SET relayed = :relayed FROM leadership l WHERE l.token = :token"),
        {"relayed": relayed, "token": token},
    )


async def note_progress(
    session: AsyncSession, progress: Sequence[tuple[str, datetime | None, int | None]], token: int, now: datetime
) -> None:
    """Store up to which instant each source is known to be complete, and how many messages wait. The leader's word.

    Nothing is known up to an instant after `now`: such a word is of a clock that ran ahead, and is forgotten.
    """
    await session.execute(
        sql(
            """
            UPDATE source_view v SET lag_messages = r.lag, current_until = greatest(
                CASE WHEN v.current_until <= :now THEN v.current_until END, r.current_until)
            FROM unnest(CAST(:sources AS text[]), CAST(:untils AS timestamptz[]), CAST(:lags AS bigint[]))
                AS r(source, current_until, lag), leadership l
            WHERE v.source = r.source AND l.token = :token
            """
        ),
        {
            "sources": [item[0] for item in progress],
            "untils": [item[1] for item in progress],
            "lags": [item[2] for item in progress],
            "token": token,
            "now": now,
        },
    )
