"""Events into the view: in one transaction what happened, how it stands now, and every counter above it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import dead_letters
from sixclear.common.bus.envelope import Envelope
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import InvalidEvent, LeadershipLost
from sixclear.monitoring.view import counters, entities, gaps
from sixclear.monitoring.view import dimensions as organisations
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.states import (
    KINDS,
    REPORTED,
    WITHDRAWN,
    Facts,
    Kind,
    Leaf,
    OrganisationFacts,
    ProgrammeFacts,
    Reach,
    State,
    SubmissionFacts,
    TaskFacts,
    Version,
    above_of,
    folded,
    leaves,
    reaches,
    report_leaf,
    rolled_up,
)

F = TypeVar("F", bound=Facts)
_KINDS = {(kind.source, kind.name): kind for kind in KINDS}
_TREE: dict[str, type[OrganisationFacts] | type[ProgrammeFacts]] = {
    "organisation": OrganisationFacts,
    "programme": ProgrammeFacts,
}


@dataclass(slots=True)
class Batch:
    """What was read of one source's log in one epoch."""

    source: str
    epoch: int
    count: int = 0
    newest: datetime | None = None
    shown: datetime | None = None
    tree: dict[str, list[Version[Any]]] = field(default_factory=lambda: defaultdict(list))
    entities: dict[str, list[Version[Any]]] = field(default_factory=lambda: defaultdict(list))


def read(envelopes: Sequence[Envelope]) -> list[Batch]:
    """Events as versions, by source and epoch. Raises InvalidEvent when one lacks what the view reads."""
    batches: dict[tuple[str, int], Batch] = {}
    for envelope in envelopes:
        key = (envelope.service, envelope.epoch)
        batch = batches.setdefault(key, Batch(*key))
        version = _version(envelope)
        part = batch.tree if envelope.entity_type in _TREE else batch.entities
        part[envelope.entity_type].append(version)
        batch.newest = max(batch.newest or envelope.recorded_at, envelope.recorded_at)
        if not sealed(version.facts):
            batch.count += 1
            batch.shown = max(batch.shown or envelope.recorded_at, envelope.recorded_at)
    return list(batches.values())


def _version(envelope: Envelope) -> Version[Any]:
    try:
        facts = None if envelope.change == WITHDRAWN else _facts(envelope)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidEvent(f"{envelope.type} {envelope.entity_id} version {envelope.version}: {error}") from error
    return Version(
        envelope.entity_id,
        envelope.version,
        envelope.previous_version,
        envelope.change,
        envelope.occurred_at,
        envelope.recorded_at,
        facts,
    )


def _facts(envelope: Envelope) -> Any:
    if envelope.entity_type in _TREE:
        return msgspec.convert(envelope.data, _TREE[envelope.entity_type])
    kind = _KINDS.get((envelope.service, envelope.entity_type))
    if kind is None:
        raise ValueError("monitoring does not read this kind of entity")
    return kind.read(envelope.data)


async def fold(session: AsyncSession, envelopes: Sequence[Envelope], *, token: int, now: datetime) -> bool:
    """Fold events in any order, any number of times; True when readers can see a difference.

    `token` is the leader's: raises LeadershipLost when another leader has taken over. Counting is as at `now`.
    """
    batches = read(envelopes)
    view_before = await begin(session, token)
    sequence = view_before.sequence + 1
    known = await views.sources(session)
    changed = False
    for batch in batches:
        view = known[batch.source]
        if batch.epoch < view.active_epoch:
            metrics.EVENTS_OF_OLD_EPOCHS.labels(batch.source).inc(batch.count)
            continue
        fold_of_batch = _Fold(session, batch.source, batch.epoch, known, sequence, now, has_gaps=view_before.has_gaps)
        differs = await fold_of_batch.run(batch)
        assert batch.newest is not None
        if batch.epoch == view.active_epoch:
            changed = changed or differs
            # A number that grows, or a frame, would tell the moment of a sealed submission.
            if batch.shown is not None:
                await views.note_events(session, batch.source, batch.count, batch.shown)
        else:
            await views.note_next_epoch(session, batch.source, batch.epoch, batch.newest, now)
    if changed:
        await views.advance_view(session, sequence)
    return changed


async def begin(session: AsyncSession, token: int) -> views.LockedView:
    """Lock the view for this transaction. Raises LeadershipLost for another than the leader."""
    view = await views.lock_view(session)
    if view.token != token:
        raise LeadershipLost(f"The view is written by the leader with token {view.token}, not {token}.")
    return view


@dataclass(slots=True)
class _Fold:
    session: AsyncSession
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
        for name, versions in batch.entities.items():
            changed |= await self._fold_versions(_KINDS[self.source, name], versions)
        return changed

    @property
    def _organisations_epoch(self) -> int:
        return self.epoch if self.source == "tasks" else self.known["tasks"].active_epoch

    async def _fold_organisations(self, versions: Sequence[Version[Any]]) -> bool:
        newer = await self._newer("organisation", versions)
        if not newer:
            return False
        rows = [(item.entity_id, item.version, cast(OrganisationFacts, item.facts)) for item in newer]
        await organisations.replace_organisations(self.session, self.epoch, rows)
        moved = await organisations.rebuild_ancestors(self.session, self.epoch)
        if moved:
            await move_organisations(self.session, self.known, self.epoch, moved)
        return True

    async def _fold_programmes(self, versions: Sequence[Version[Any]]) -> bool:
        newer = await self._newer("programme", versions)
        if newer:
            rows = [(item.entity_id, item.version, cast(ProgrammeFacts, item.facts)) for item in newer]
            await organisations.replace_programmes(self.session, self.epoch, rows)
        return bool(newer)

    async def _newer(self, entity: str, versions: Sequence[Version[Any]]) -> list[Version[Any]]:
        """The greatest version of each entity that raises what is known; gaps are stored and closed.

        No history is kept of these, so a gap is a predecessor that neither is known nor came along.
        """
        known = await organisations.versions_by_id(self.session, entity, self.epoch, {v.entity_id for v in versions})
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
        added = await entities.insert_versions(self.session, kind, self.epoch, kept, self.sequence)
        await self._close_gaps(kind.name, versions)
        if not added:
            return False
        touched = {entity_id: after[entity_id] for entity_id, _ in added}
        await entities.replace_states(self.session, kind, self.epoch, touched.values())
        deltas = delta(kind, [(before.get(entity_id), state) for entity_id, state in touched.items()])
        reports = [v for v in kept if v.change == REPORTED and (v.entity_id, v.version) in added]
        removed = await self._drop_withdrawn(kind, before, touched)
        await entities.chain(self.session, kind, self.epoch, added)
        await self._count(deltas, _reports(reports), removed)
        await self._note_gaps(kind, before, [item for item in kept if (item.entity_id, item.version) in added])
        return any(not (sealed(state.facts) and _unseen(before.get(key))) for key, state in touched.items())

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
    ) -> list[tuple[TaskFacts, datetime]]:
        """Past figures lose what was withdrawn, too, and so do the dead letters; the reports that go with it."""
        withdrawn = [
            (entity_id, state.withdrawn_version)
            for entity_id, state in after.items()
            if state.withdrawn_version > (before[entity_id].withdrawn_version if entity_id in before else 0)
        ]
        if not withdrawn:
            return []
        await dead_letters.forget(self.session, [entity_id for entity_id, _ in withdrawn])
        removed = await entities.drop_withdrawn(self.session, kind, self.epoch, withdrawn)
        return [(facts, at) for facts, at in removed if isinstance(facts, TaskFacts)]

    async def _count(
        self,
        deltas: Counter[Leaf],
        reports: Sequence[tuple[TaskFacts, datetime]],
        removed: Sequence[tuple[TaskFacts, datetime]],
    ) -> None:
        for facts, at in reports:
            deltas[report_leaf(facts, at)] += 1
        for facts, at in removed:
            deltas[report_leaf(facts, at)] -= 1
        ids = {item.organisation_id for item in deltas if item.organisation_id is not None}
        above = await organisations.ancestors_by_id(self.session, self._organisations_epoch, ids)
        await counters.add_to_counters(self.session, self.source, self.epoch, rolled_up(deltas, above))
        await counters.raise_last_reports(self.session, self.epoch, last_reports(reports, above))
        if removed:
            scopes = {reach.scope for reach in last_reports(removed, above)}
            await counters.rebuild_last_reports(self.session, self.epoch, scopes)


def sealed(facts: Any) -> bool:
    """Whether nothing may show when and where something happened to it."""
    return isinstance(facts, SubmissionFacts) and facts.visibility == "sealed"


def _unseen(before: State[Any] | None) -> bool:
    return before is None or sealed(before.facts)


def _reports(versions: Sequence[Version[Any]]) -> list[tuple[TaskFacts, datetime]]:
    return [(item.facts, item.occurred_at) for item in versions if isinstance(item.facts, TaskFacts)]


def delta(kind: Kind[F], changes: Sequence[tuple[State[F] | None, State[F]]]) -> Counter[Leaf]:
    """What leaves its old cells and enters new ones; what stays does not appear."""
    counts: Counter[Leaf] = Counter()
    for before, after in changes:
        counts.subtract(leaves(kind, before))
        counts.update(leaves(kind, after))
    return Counter({item: n for item, n in counts.items() if n})


def last_reports(
    reports: Sequence[tuple[TaskFacts, datetime]], above: Mapping[UUID, Sequence[UUID]]
) -> dict[Reach, datetime]:
    """The latest report of each scope."""
    times: dict[Reach, datetime] = {}
    for facts, at in reports:
        up = above_of(facts.organisation_id, above)
        for reach in reaches(facts.organisation_id, facts.programme or "", facts.assigned_by, up):
            times[reach] = max(times.get(reach, at), at)
    return times


async def move_organisations(
    session: AsyncSession,
    known: Mapping[str, views.SourceState],
    epoch: int,
    moved: Mapping[UUID, tuple[Sequence[UUID], Sequence[UUID]]],
) -> None:
    """Count what organisations lead under their new place in the tree instead of the old one.

    Also the way in which an organisation that comes later than its tasks takes its place. Organisations of an epoch
    that is not active yet matter only to the tasks of that epoch.
    """
    old = {organisation_id: places[0] for organisation_id, places in moved.items()}
    new = {organisation_id: places[1] for organisation_id, places in moved.items()}
    for source, at_epoch in _counted_with(known, epoch):
        counted = await counters.leaves_of(session, source, at_epoch, moved.keys())
        shift = Counter(rolled_up(counted, new))
        shift.subtract(rolled_up(counted, old))
        await counters.add_to_counters(session, source, at_epoch, {key: n for key, n in shift.items() if n})
        if source == "tasks" and any(item.measure == "report" for item in counted):
            scopes = {scope for places in moved.values() for place in places for scope in place}
            await counters.rebuild_last_reports(session, at_epoch, scopes)


def _counted_with(known: Mapping[str, views.SourceState], organisations_epoch: int) -> list[tuple[str, int]]:
    pairs = [("tasks", organisations_epoch)]
    if organisations_epoch == known["tasks"].active_epoch:
        for source in ("feedback", "data-catalog"):
            epochs = (known[source].active_epoch, known[source].next_epoch)
            pairs += [(source, epoch) for epoch in epochs if epoch is not None]
    return pairs
