"""The status of the country and of each programme, kept in memory as encoded bytes by what follows the view.

The figures are encoded once for each change. What moves with the clock is not among them: `as_of` is the instant of the
answer, and the age is that of the last look with the time since then, so both are true of each answer. For that reason
the entity tag stays weak: two answers of one tag have the same figures, and other bytes where they say their age.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sixclear.common.clock import Clock, seconds_since
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.public import Lasting, lasting_of
from sixclear.monitoring.status.schemas import Status
from sixclear.monitoring.status.service import Standing
from sixclear.monitoring.streams.freshness import Freshness

# The follower looks each second at the latest; a memory that it left alone for longer answers no question.
_KEPT = timedelta(seconds=2.5)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The parts of an answer, in the order of its fields, and what its entity tag stands for."""

    head: str
    middle: str
    tail: str
    lasting: Lasting


class StatusMemory:
    """What was seen last; empty while figures are refused, and before the first look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._encoded: Mapping[str | None, _Encoded] = {}
        self._fresh: Freshness | None = None
        self._sources = ""
        self._sealed: Mapping[Cell, int] = {}
        self._looked_at: datetime | None = None

    def keep(self, statuses: Mapping[str | None, Status], sealed: Mapping[Cell, int]) -> None:
        """Keep the answers for the country (None) and each programme, of the look that `looked` tells of."""
        self._sealed = sealed
        self._encoded = {slug: _encode(status) for slug, status in statuses.items()}

    def looked(self, fresh: Freshness, at: datetime) -> None:
        """The figures kept still stand at `at`, and this is their age."""
        self._fresh, self._looked_at = fresh, at
        self._sources = ",".join(f'"{name}":{source.model_dump_json()}' for name, source in fresh.sources.items())

    def forget(self) -> None:
        """Answer no question until the next look."""
        self._encoded, self._fresh, self._looked_at = {}, None, None

    def fresh(self, now: datetime) -> Freshness | None:
        """How old the view is by now, as far as the last look tells; None where that is too long ago."""
        passed = self._passed(now)
        return None if passed is None or self._fresh is None else self._fresh.after(passed)

    def standing(self, now: datetime) -> Standing | None:
        """What need not be asked again for another question; None where the last look is too long ago."""
        fresh = self.fresh(now)
        if fresh is None or not self._encoded:
            return None
        return Standing(fresh, frozenset(slug for slug in self._encoded if slug is not None), self._sealed)

    def answer(self, programme: str | None) -> tuple[bytes, str] | None:
        """The body of an answer and its tag; None for what must be asked of the database."""
        now = self._clock()
        encoded, fresh = self._encoded.get(programme), self.fresh(now)
        if encoded is None or fresh is None:
            return None
        age = fresh.staleness_seconds
        stale = "null" if age is None else repr(age)
        as_of = now.isoformat().replace("+00:00", "Z")
        body = (
            f'{{{encoded.head},"as_of":"{as_of}","staleness_seconds":{stale},{encoded.middle},'
            f'"sources":{{{self._sources}}},{encoded.tail}}}'
        )
        return body.encode(), encoded.lasting.tag(age)

    def _passed(self, now: datetime) -> float | None:
        if self._looked_at is None or now - self._looked_at > _KEPT:
            return None
        return seconds_since(self._looked_at, now)


_FIELDS = tuple(Status.model_fields)
_AGE, _SOURCES = _FIELDS.index("as_of"), _FIELDS.index("sources")
assert _FIELDS[_AGE + 1] == "staleness_seconds", "both are written between the parts"


def _encode(status: Status) -> _Encoded:
    return _Encoded(
        head=_part(status, _FIELDS[:_AGE]),
        middle=_part(status, _FIELDS[_AGE + 2 : _SOURCES]),
        tail=_part(status, _FIELDS[_SOURCES + 1 :]),
        lasting=lasting_of(status),
    )


def _part(status: Status, names: tuple[str, ...]) -> str:
    """The members of some fields, without the braces about them."""
    return status.model_dump_json(include=set(names))[1:-1]
