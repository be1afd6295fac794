"""The view as a whole: who may write it, which generations it shows, how far it is, and its sequence number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import positions
from sixclear.monitoring.statements import Write, sql

# The release before may begin one beside ours; then `take_over` gives both up.
_NEXT = "greatest(next_epoch, next_generation)"
# While the leader is of the release before, which takes a number for an epoch, what it drops is not known.
_INCOMPLETE = """
    incomplete OR active_log_epoch IS NOT NULL
        AND EXISTS (SELECT FROM leadership WHERE cells_token IS DISTINCT FROM token)
"""
_STORED = {"next_epoch": _NEXT, "incomplete": _INCOMPLETE}


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far the view of one source is; `active_epoch` and `next_epoch` are numbers of generations."""

    source: str
    active_epoch: int
    active_log_epoch: int | None
    next_epoch: int | None
    next_log_epoch: int | None
    next_rules: int | None
    next_replayed: bool
    next_since: datetime | None
    next_folded_at: datetime | None
    next_recorded_at: datetime | None
    events: int
    last_event_at: datetime | None
    current_until: datetime | None
    lag_messages: int | None
    incomplete: bool
    relayed: bool
    rules: int
    rebuild_asked: bool

    @property
    def log_epoch(self) -> int:
        """The epoch of the log that readers see."""
        return self.active_log_epoch or self.active_epoch

    @property
    def restored_epoch(self) -> int | None:
        """The epoch of a restored log that is folded beside the one that readers see."""
        epoch = self.next_log_epoch or self.next_epoch
        return epoch if epoch is not None and epoch > self.log_epoch else None

    @property
    def newest_log_epoch(self) -> int:
        """The latest epoch of the log that is known."""
        return self.restored_epoch or self.log_epoch

    @property
    def lacks_events(self) -> bool:
        """Whether readers see less than the log holds, until the next generation is shown."""
        return self.incomplete or self.restored_epoch is not None

    @property
    def numbers_are_epochs(self) -> bool:
        """Whether each number is the epoch of its log, as the release before takes it for."""
        return self.active_log_epoch is None and self.next_log_epoch is None and not self.next_replayed

    def generations_of(self, log_epoch: int, replayed: int | None = None) -> list[int]:
        """The generations into which records of an epoch of the log are folded.

        With `replayed` that one alone, and only while it is beside. A replay ends a moment after its generation was
        shown. What it read then is new to readers, and the group that follows the log says so to them.
        """
        active = [self.active_epoch] if self.log_epoch == log_epoch and replayed is None else []
        beside = [self.next_epoch] if (self.next_log_epoch or self.next_epoch) == log_epoch else []
        return [number for number in (*active, *beside) if number is not None and replayed in {None, number}]


async def sources(session: AsyncSession) -> dict[str, SourceState]:
    """Every source by its name."""
    stored = ", ".join(_STORED.get(name, name) for name in SourceState.__slots__)
    rows = await session.execute(sql("SELECT {stored} FROM source_view", stored=stored))
    return {row.source: SourceState(*row) for row in rows}


def group_of(source: str, generation: int | None = None) -> str:
    """The consumer group that follows a source's log, or the one that replays it into a generation."""
    return f"monitoring.{source}" if generation is None else f"monitoring.{source}.{generation}"


async def epoch_read(session: AsyncSession, view: SourceState) -> int:
    """The latest epoch of the log of which a leader of any release has read."""
    places = await positions.load(session, group_of(view.source))
    return max((view.log_epoch, *(place.epoch for place in places.values())))


async def was_read(session: AsyncSession, view: SourceState) -> bool:
    """Whether a leader of any release has read from the log."""
    return view.events > 0 or bool(await positions.load(session, group_of(view.source)))


@dataclass(frozen=True, slots=True)
class LockedView:
    """What a transaction that writes the view knows from the start."""

    token: int
    sequence: int
    has_gaps: bool


async def lock_view(session: AsyncSession) -> LockedView:
    """The leader's token and the view's sequence number; no other transaction writes until this one ends."""
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
    await session.execute(*sequence_write(sequence))


def sequence_write(sequence: int) -> Write:
    """Says that something visible changed."""
    return sql("UPDATE leadership SET view_sequence = :sequence"), {"sequence": sequence}


async def reconciled(session: AsyncSession) -> bool:
    """Whether the last comparison of counters and records found them equal, or they were repaired since."""
    return bool(await session.scalar(sql("SELECT reconciled FROM leadership")))


async def mark_reconciled(session: AsyncSession, ok: bool) -> None:
    """Give figures out, or refuse to."""
    await session.execute(sql("UPDATE leadership SET reconciled = :ok WHERE reconciled <> :ok"), {"ok": ok})


async def note_rules(session: AsyncSession, source: str, number: int) -> None:
    """Say by which rules a source's records are counted from now on; 0: by more than one."""
    await session.execute(
        sql("UPDATE source_view SET rules = :number WHERE source = :source"), {"source": source, "number": number}
    )


async def ask_for_rebuild(session: AsyncSession, source: str) -> None:
    """Have the leader fold the next generation of a source, from the first event of its log.

    One that is folded already does not answer this: what it has read is not read again. It is shown when it has caught
    up, and the one that was asked for begins then. What readers see is counted by its own rules until the swap.
    """
    await session.execute(sql("UPDATE source_view SET rebuild_asked = true WHERE source = :source"), {"source": source})


async def leader_before_stored_cells(session: AsyncSession) -> bool:
    """Whether the leader before this one stored cells with states; this one does from now on."""
    known = await session.scalar(
        sql(
            """
            UPDATE leadership SET cells_token = token RETURNING coalesce(old.cells_token >= token - 1, false)
            """
        )
    )
    return bool(known)


def events_write(source: str, count: int, newest: datetime) -> Write:
    """Counts folded events of a source's active epoch."""
    statement = sql(
        """
        UPDATE source_view SET events = events + :count, last_event_at = greatest(last_event_at, :newest)
        WHERE source = :source
        """
    )
    return statement, {"source": source, "count": count, "newest": newest}


async def mark_incomplete(session: AsyncSession, source: str) -> None:
    """Say that what readers see of a source may lack events, until the next generation is shown."""
    await session.execute(sql("UPDATE source_view SET incomplete = true WHERE source = :source"), {"source": source})


async def begin_next(
    session: AsyncSession, view: SourceState, log_epoch: int, rules: int, now: datetime, *, replayed: bool
) -> int:
    """Begin the generation of an epoch of the log beside the one that readers see; its number.

    Numbers only rise. As long as no rules changed they are the epochs of the log, as the release before expects; one
    that is not, or must be replayed, it does not see.
    One that was begun before is given up; its rows go with the others that readers do not see.
    """
    number = max(log_epoch, view.active_epoch + 1, (view.next_epoch or 0) + 1)
    is_epoch = number == log_epoch and not replayed
    await session.execute(
        sql(
            """
            UPDATE source_view SET next_epoch = :restored, next_generation = :generation,
                next_log_epoch = nullif(CAST(:log_epoch AS integer), :number), next_rules = :rules,
                next_replayed = :replayed, next_since = :now, next_folded_at = :now, next_recorded_at = NULL,
                rebuild_asked = false
            WHERE source = :source
            """
        ),
        {
            "source": view.source,
            "number": number,
            "restored": number if is_epoch else None,
            "generation": None if is_epoch else number,
            "log_epoch": log_epoch,
            "rules": rules,
            "replayed": replayed,
            "now": now,
        },
    )
    return number


async def note_next(session: AsyncSession, source: str, number: int, newest: datetime, now: datetime) -> None:
    """Say that events were folded into the generation beside, the newest of them recorded at `newest`."""
    await session.execute(
        sql(
            """
            UPDATE source_view SET next_recorded_at = greatest(next_recorded_at, :newest), next_folded_at = :now
            WHERE source = :source AND {next} = :number
            """,
            next=_NEXT,
        ),
        {"source": source, "number": number, "newest": newest, "now": now},
    )


async def activate_next(session: AsyncSession, source: str) -> None:
    """Let readers see the generation that was folded beside; the old rows stay until they are deleted in chunks."""
    await session.execute(
        sql(
            """
            UPDATE source_view SET active_epoch = {next}, active_log_epoch = next_log_epoch,
                rules = coalesce(next_rules, rules),
                last_event_at = CASE WHEN next_replayed THEN greatest(last_event_at, next_recorded_at)
                    ELSE next_recorded_at END,
                next_epoch = NULL, next_generation = NULL, next_log_epoch = NULL, next_rules = NULL,
                next_replayed = false, next_since = NULL, next_folded_at = NULL, next_recorded_at = NULL,
                incomplete = false
            WHERE source = :source AND {next} IS NOT NULL
            """,
            next=_NEXT,
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
