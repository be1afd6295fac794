"""What a service remembers of its own entities: read once, forgotten when its log tells of a change."""

import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

Fact = TypeVar("Fact")
# An entity: its type and its identifier.
Named = tuple[str, UUID]

# How old a fact may be where the log could not be looked at, in seconds.
STALE_SECONDS = 15.0
_MOST = 50_000
_CACHE = "sixclear.entity_cache"
_CHANGED = "sixclear.changed_entities"


class _Kind:
    """The facts on entities of one type. `generation` grows when one is forgotten: what was read before may be old."""

    __slots__ = ("facts", "generation")

    def __init__(self) -> None:
        self.facts: dict[UUID, Any] = {}
        self.generation = 0

    def forget(self, one: UUID | None = None) -> None:
        self.generation += 1
        if one is None:
            self.facts.clear()
        else:
            self.facts.pop(one, None)


class EntityCache:
    """Facts on entities of one database, such as the names that answers repeat.

    A fact is never older than the last commit of this process. Of a commit of another process the log tells
    (`RecentChanges` looks every second), and where it cannot, everything is forgotten after `STALE_SECONDS`. So the
    cache is right for names, and wrong for deciding who may do what: that is read from the row, in the transaction that
    it decides on.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kinds: dict[str, _Kind] = {}
        self._checked_at = monotonic()

    @property
    def kinds(self) -> list[str]:
        """The types of entities on which something is remembered."""
        return list(self._kinds)

    def find(self, kind: str, ids: Iterable[UUID]) -> tuple[dict[UUID, Any], int]:
        """What is remembered of these entities, and the generation in which the others are read, for `keep`."""
        if self._monotonic() - self._checked_at > STALE_SECONDS:
            self.forget_all()
            self.checked()
        known = self._kinds.setdefault(kind, _Kind())
        return {one: known.facts[one] for one in ids if one in known.facts}, known.generation

    def keep(self, kind: str, facts: Mapping[UUID, Any], generation: int) -> None:
        """Remember facts, unless something was forgotten since they were about to be read."""
        known = self._kinds[kind]
        if generation != known.generation:
            return
        if len(known.facts) + len(facts) > _MOST:
            known.facts.clear()
        known.facts.update(facts)

    def forget(self, changed: Iterable[Named]) -> None:
        """These entities have changed, and the change is committed."""
        for kind, one in changed:
            if (known := self._kinds.get(kind)) is not None:
                known.forget(one)

    def forget_all(self) -> None:
        """Nothing that is remembered can be relied on."""
        for known in self._kinds.values():
            known.forget()

    def checked(self) -> None:
        """The log was looked at now, and what it told is forgotten."""
        self._checked_at = self._monotonic()


def session_info(cache: EntityCache) -> dict[str, Any]:
    """What a session must carry, so that `remembered` finds the cache by it."""
    return {_CACHE: cache}


def note_changed(session: AsyncSession, changed: Iterable[Named]) -> None:
    """The session's transaction changes these entities: from now on it reads them itself."""
    session.info.setdefault(_CHANGED, set()).update(changed)


def changed_in(session: AsyncSession) -> Collection[Named]:
    """The entities that the session's transaction changes."""
    changed: Collection[Named] = session.info.get(_CHANGED, ())
    return changed


async def remembered(
    session: AsyncSession,
    kind: str,
    ids: Collection[UUID],
    read: Callable[[AsyncSession, Collection[UUID]], Awaitable[Mapping[UUID, Fact]]],
) -> dict[UUID, Fact]:
    """Facts on these entities of the type `kind`; those that are not remembered are read with one call of `read`.

    Entities that the session's own transaction changes are read always. Unknown ones are left out, and asked for again.
    A session that no `Database` made remembers nothing.
    """
    cache: EntityCache | None = session.info.get(_CACHE)
    if cache is None:
        return dict(await read(session, ids))
    own = {one for changed, one in changed_in(session) if changed == kind}
    found, generation = cache.find(kind, (one for one in ids if one not in own))
    if len(found) < len(ids):
        new = await read(session, [one for one in ids if one not in found])
        cache.keep(kind, {one: fact for one, fact in new.items() if one not in own}, generation)
        found.update(new)
    return found
