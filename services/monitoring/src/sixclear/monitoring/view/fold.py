"""Events into the view: in one transaction what happened, how it stands now, and every counter above it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import dead_letters
from sixclear.common.bus.envelope import Envelope
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import LeadershipLost
from sixclear.monitoring.kinds import kinds_of, rules_of
from sixclear.monitoring.kinds.kind import Amount, Kind
from sixclear.monitoring.statements import Together
from sixclear.monitoring.view import (
    census,
    counters,
    days,
    dimensions,
    entities,
    gaps,
    intervals,
    latest,
    places,
    sums,
    tallies,
)
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.batches import Batch, hides, read
from sixclear.monitoring.view.moves import Interval, Move, Piece, another_end, moves
from sixclear.monitoring.view.states import (
    Happened,
    Key,
    Leaf,
    PlaceOf,
    Reach,
    State,
    Version,
    delta,
    folded,
    happened,
    latest_above,
    rolled_up,
)

F = TypeVar("F", bound=Struct)
# Before every change of the view: nothing was replayed before there was something to see.
_REPLAYED = 1


async def fold(
    session: AsyncSession, envelopes: Sequence[Envelope], *, token: int, now: datetime, only: int | None = None
) -> bool:
    """Fold events in any order, any number of times; True when readers can see a difference.

    Each goes into every generation of its log's epoch, or into `only` one while that is replayed beside the view: once
    readers see it, or it was given up, nothing goes into it on this way. `token` is the leader's: raises LeadershipLost
    when another leader has taken over. Counting is as at `now`.
    """
    batches = read(envelopes)
    locked = await begin(session, token)
    together, changed = Together(session), False
    for batch in batches:
        known = await _with_generation_of(session, batch, now)
        if batch.census is not None and only is None:
            await census.keep(session, batch.census, now)
        view = known[batch.source]
        generations = view.generations_of(batch.epoch, only)
        if not generations and only is None:
            metrics.EVENTS_OF_OLD_EPOCHS.labels(batch.source).inc(batch.count)
        for number in generations:
            # What is replayed is not seen yet, and no news to those who followed the stream.
            sequence = locked.sequence + 1 if only is None else _REPLAYED
            one = _Fold(session, together, batch.source, number, known, sequence, now, has_gaps=locked.has_gaps)
            differs = await one.run(batch)
            if number == view.active_epoch:
                changed = changed or differs
                # A number that grows, or a frame, would tell the moment of a sealed submission.
                if batch.shown is not None:
                    await together.add("source_view", views.events_write(batch.source, batch.count, batch.shown))
            elif view.next_replayed == (only is not None):
                assert batch.newest is not None
                await views.note_next(session, batch.source, number, batch.newest, now)
    if changed:
        await together.add("leadership", views.sequence_write(locked.sequence + 1))
    await together.send()
    return changed


async def _with_generation_of(session: AsyncSession, batch: Batch, now: datetime) -> dict[str, views.SourceState]:
    """Every source; a later epoch of the batch's log has its generation beside from now on."""
    known = await views.sources(session)
    view = known[batch.source]
    if batch.epoch <= view.newest_log_epoch:
        return known
    await views.begin_next(session, view, batch.epoch, rules_of(batch.source), now, replayed=False)
    return await views.sources(session)


async def begin(session: AsyncSession, token: int) -> views.LockedView:
    """Lock the view for this transaction. Raises LeadershipLost for another than the leader.

    First in every transaction that writes the view. A counter changes by what a state was before: two folds side by
    side would both take away the same old cells, and the counters would stay wrong. The leader's lock does not
    prevent that, for a leader that was frozen does not know that its session has ended; its token, read under the lock
    of this row, does. Cost: all sources are folded one after the other (`test_a_former_leader_is_refused`).
    """
    view = await views.lock_view(session)
    if view.token != token:
        raise LeadershipLost(f"The view is written by the leader with token {view.token}, not {token}.")
    return view


@dataclass(slots=True)
class _Fold:
    session: AsyncSession
    together: Together
    source: str
    epoch: int
    known: Mapping[str, views.SourceState]
    sequence: int
    now: datetime
    has_gaps: bool

    async def run(self, batch: Batch) -> bool:
        """Organisations first: what follows is counted where they stand now."""
        changed = False
        if tree := batch.tree.get("organisation"):
            changed |= await self._fold_organisations(tree)
        if tree := batch.tree.get("programme"):
            changed |= await self._fold_programmes(tree)
        for kind in kinds_of(self.source):
            if versions := batch.entities.get(kind.name):
                changed |= await self._fold_versions(kind, versions)
        return changed

    @property
    def _organisations_epoch(self) -> int:
        return self.epoch if self.source == dimensions.SOURCE else self.known[dimensions.SOURCE].active_epoch

    async def _fold_organisations(self, versions: Sequence[Version[Any]]) -> bool:
        newer = await self._newer("organisation", versions)
        known = [(v.entity_id, v.version, v.change, v.occurred_at, v.facts) for v in versions if v.facts is not None]
        await dimensions.keep_places(self.session, self.epoch, known)
        if not newer:
            return False
        await self.together.send()  # what moves is counted from what is written
        rows = [(item.entity_id, item.version, cast(dimensions.OrganisationFacts, item.facts)) for item in newer]
        await dimensions.replace_organisations(self.session, self.epoch, rows)
        moved = await dimensions.rebuild_ancestors(self.session, self.epoch)
        await dimensions.count_below(self.session, self.epoch)
        if moved:
            await places.move_organisations(self.session, self.known, self.epoch, moved)
        return True

    async def _fold_programmes(self, versions: Sequence[Version[Any]]) -> bool:
        newer = await self._newer("programme", versions)
        known = [(v.entity_id, v.version, v.occurred_at, v.facts) for v in versions if v.facts is not None]
        await dimensions.keep_programmes(self.session, self.epoch, known)
        if newer:
            rows = [(item.entity_id, item.version, cast(dimensions.ProgrammeFacts, item.facts)) for item in newer]
            await dimensions.replace_programmes(self.session, self.epoch, rows)
        return bool(newer)

    async def _newer(self, entity: str, versions: Sequence[Version[Any]]) -> list[Version[Any]]:
        """The greatest version of each entity that raises what is known; gaps are stored and closed.

        No history is kept of these, so a gap is a predecessor that neither is known nor came along.
        """
        known = await dimensions.versions_by_id(self.session, entity, self.epoch, {v.entity_id for v in versions})
        present = {(item.entity_id, item.version) for item in versions} | set(known.items())
        greatest: dict[UUID, Version[Any]] = {}
        missing: set[tuple[UUID, int]] = set()
        for item in versions:
            if item.version <= known.get(item.entity_id, 0) or item.facts is None:
                continue
            if item.previous_version is not None and (item.entity_id, item.previous_version) not in present:
                missing.add((item.entity_id, item.previous_version))
            if item.version > (greatest[item.entity_id].version if item.entity_id in greatest else 0):
                greatest[item.entity_id] = item
        noted = await gaps.insert_gaps(self.session, self.source, self.epoch, entity, missing, self.now)
        await self._close_gaps(entity, versions)
        metrics.GAPS_NOTED.labels(self.source).inc(noted)
        return list(greatest.values())

    async def _close_gaps(self, entity: str, versions: Sequence[Version[Any]]) -> None:
        if not self.has_gaps:
            return
        arrived = [(item.entity_id, item.version, item.facts is None) for item in versions]
        await gaps.close_gaps(self.session, self.source, self.epoch, entity, arrived, self.now)

    async def _fold_versions(self, kind: Kind[F], versions: Sequence[Version[F]]) -> bool:
        by_entity: dict[UUID, dict[int, Version[F]]] = defaultdict(dict)
        for item in versions:
            by_entity[item.entity_id].setdefault(item.version, item)
        before = await entities.states_by_id(self.session, kind, self.epoch, by_entity.keys())
        after = {
            entity_id: folded(kind, before.get(entity_id), list(own.values()), self.now)
            for entity_id, own in by_entity.items()
        }
        kept = [
            v for own in by_entity.values() for v in own.values() if v.version >= after[v.entity_id].withdrawn_version
        ]
        placed = await intervals.place(self.session, kind, self.epoch, kept, before, after)
        rows = (*placed.appended, *placed.others)
        added = await entities.insert_versions(self.session, kind, self.epoch, rows, self.sequence)
        await self._close_gaps(kind.name, versions)
        if not added:
            return False
        touched = {entity_id: after[entity_id] for entity_id, _ in added}
        await self._replace(kind, before, touched)
        deltas = delta(kind, [(before.get(entity_id), state) for entity_id, state in touched.items()])
        new = [item for item in kept if (item.entity_id, item.version) in added]
        counted = [one for v in new if v.facts is not None for one in happened(kind, v.facts, v.change, v.occurred_at)]
        dropped = await self._drop_withdrawn(kind, before, touched)
        removed = [one for item in dropped for one in happened(kind, item.facts, item.change, item.occurred_at)]
        tallied = tallies.touched(
            kind, [(v.entity_id, v.change) for v in new] + [(gone.entity_id, gone.change) for gone in dropped]
        )
        await tallies.count_again(self.session, kind, self.epoch, tallied)
        pieces = [*placed.pieces, *await self._chain(kind, before, placed, added), *_gone(dropped)]
        await self._count(deltas, counted, removed, moves(kind, pieces))
        await self._note_gaps(kind, before, new)
        return any(not (hides(kind, state.facts) and _unseen(kind, before.get(key))) for key, state in touched.items())

    async def _replace(self, kind: Kind[F], before: Mapping[UUID, State[F]], after: Mapping[UUID, State[F]]) -> None:
        """Store states; what they add up to goes with them."""
        above = self._organisations_epoch
        await sums.add(self.session, kind, self.epoch, above, before.keys() & after.keys(), -1)
        await entities.replace_states(self.session, kind, self.epoch, after.values())
        await sums.add(self.session, kind, self.epoch, above, after.keys(), 1)

    async def _chain(
        self, kind: Kind[F], before: Mapping[UUID, State[F]], placed: intervals.Placed[F], added: Set[tuple[UUID, int]]
    ) -> list[Piece]:
        """Put between what is there what did not come after all of it."""
        others = {key: item for item, _ in placed.others if (key := (item.entity_id, item.version)) in added}
        if not others:
            return []
        known = {(state.entity_id, state.version): state.facts for state in before.values()}
        known |= {key: item.facts for key, item in others.items()}
        chained = await intervals.chain(self.session, kind, self.epoch, others, known)
        return list(_pieces(others, chained))

    async def _note_gaps(self, kind: Kind[F], before: Mapping[UUID, State[F]], added: Sequence[Version[F]]) -> None:
        """Ask the history only about those whose predecessor is neither here nor the one known before."""
        here = {(item.entity_id, item.version) for item in added}
        here |= {(state.entity_id, state.version) for state in before.values()}
        doubtful = {
            (item.entity_id, item.version)
            for item in added
            if item.previous_version is not None and (item.entity_id, item.previous_version) not in here
        }
        if doubtful:
            noted = await entities.note_gaps(self.session, kind, self.epoch, doubtful, self.now)
            metrics.GAPS_NOTED.labels(self.source).inc(noted)

    async def _drop_withdrawn(
        self, kind: Kind[F], before: Mapping[UUID, State[F]], after: Mapping[UUID, State[F]]
    ) -> list[entities.Dropped[F]]:
        """Past figures lose what was withdrawn, too, and so do the dead letters."""
        withdrawn = [
            (entity_id, state.withdrawn_version)
            for entity_id, state in after.items()
            if state.withdrawn_version > (before[entity_id].withdrawn_version if entity_id in before else 0)
        ]
        if not withdrawn:
            return []
        await dead_letters.forget(self.session, [entity_id for entity_id, _ in withdrawn])
        return await entities.drop_withdrawn(self.session, kind, self.epoch, withdrawn)

    async def _count(
        self,
        deltas: dict[Leaf, Amount],
        counted: Sequence[Happened],
        removed: Sequence[Happened],
        moved: Mapping[PlaceOf, Mapping[Move, Amount]],
    ) -> None:
        for one in counted:
            deltas[one.leaf] = deltas.get(one.leaf, 0) + one.amount
        for one in removed:
            deltas[one.leaf] = deltas.get(one.leaf, 0) - one.amount
        bodies = {item.organisation_id for item in deltas} | {place[0] for place in moved}
        ids = [body for body in bodies if body is not None]
        above = await dimensions.ancestors_by_id(self.session, self._organisations_epoch, ids)
        times = {table: latest_above(leaves, above) for table, leaves in latest_of_leaves(counted).items()}
        by_day = {key: at for found in times.values() for key, at in found.items()}
        counted_there = counters.counter_write(self.source, self.epoch, rolled_up(deltas, above), by_day)
        await self.together.add("counter", counted_there)
        await days.add_moves(self.session, self.source, self.epoch, moved, above)
        for table, found in times.items():
            await self.together.add(table, latest.latest_write(table, self.epoch, latest_of_reaches(found)))
        if lost := latest_of_leaves(removed):
            await self.together.send()
            deep = {scope: len(path) - number for path in above.values() for number, scope in enumerate(path)}
            for table, leaves in lost.items():
                keys = {Key(*key): at for key, at in latest_above(leaves, above).items()}
                await latest.renew(self.session, self.source, self.epoch, self._organisations_epoch, table, keys, deep)


def _unseen(kind: Kind[F], before: State[F] | None) -> bool:
    return before is None or hides(kind, before.facts)


def _pieces(added: Mapping[tuple[UUID, int], Version[F]], chained: Sequence[intervals.Chained]) -> Iterator[Piece]:
    """What holds from now on in another interval, and what does no more."""
    new = dict(added)
    for one in chained:
        if new.pop((one.entity_id, one.version), None) is None:
            yield from another_end(one.entity_id, one.facts, one.before, one.after)
        else:
            yield Piece(one.entity_id, 1, one.facts, one.after)
    for item in new.values():
        yield Piece(item.entity_id, 1, item.facts, Interval(item.occurred_at, None))


def _gone(dropped: Sequence[entities.Dropped[F]]) -> Iterator[Piece]:
    return (Piece(gone.entity_id, -1, gone.facts, gone.interval) for gone in dropped)


def latest_of_leaves(changes: Sequence[Happened]) -> dict[str, dict[Leaf, datetime]]:
    """For each table of latest instants, the greatest one of each leaf of a day."""
    times: dict[str, dict[Leaf, datetime]] = {}
    for one in changes:
        if one.flow.latest is not None:
            here = times.setdefault(one.flow.latest, {})
            here[one.leaf] = max(here.get(one.leaf, one.occurred_at), one.occurred_at)
    return times


def latest_of_reaches(times: Mapping[Key, datetime]) -> dict[Reach, datetime]:
    """The greatest instant of each scope, programme and assigning level, of all days."""
    found: dict[Reach, datetime] = {}
    for (scope, programme, assigned_by, *_), at in times.items():
        reach = (scope, programme, assigned_by)
        found[reach] = max(found.get(reach, at), at)
    return found
