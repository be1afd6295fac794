"""The status of the country and of each programme, kept in memory as encoded bytes by what follows the view.

The figures are encoded once for each change. What moves with the clock is not among them: `as_of` is the instant of the
answer, and the age is that of the last look with the time since then, so both are true of each answer. For that reason
the entity tag stays weak: two answers of one tag have the same figures, and other bytes where they say their age.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sixclear.common.clock import Clock, civil_date, civil_day_end, seconds_since
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.public import Lasting, lasting_of
from sixclear.monitoring.status.schemas import Status
from sixclear.monitoring.status.service import Standing
from sixclear.monitoring.streams.freshness import Freshness
from sixclear.monitoring.view.dimensions import Reach
from sixclear.monitoring.view.heard import Heard

# The follower looks each second at the latest; a memory that it left alone for longer answers no question.
_KEPT = timedelta(seconds=2.5)
# Answers to other questions; each is one to two kilobytes.
_MOST_OTHERS = 1_000

# What is asked, as it stands in the address.
Question: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The parts of an answer, in the order of its fields, and what its entity tag stands for.

    `as_of` is None for an answer about now, whenever it is given.
    """

    head: str
    middle: str
    tail: str
    lasting: Lasting
    as_of: datetime | None = None


class StatusMemory:
    """What was seen last; empty while figures are refused, and before the first look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._encoded: Mapping[str | None, _Encoded] = {}
        self._programmes: Mapping[str, Reach] = {}
        self._fresh: Freshness | None = None
        self._sources = ""
        self._sealed: Mapping[Cell, int] = {}
        self._heard: Heard = {}
        self._looked_at: datetime | None = None
        # Figures of the day and of the year are those of the look: after midnight they are others.
        self._day_ends = datetime.min.replace(tzinfo=UTC)
        self._number = 0
        self._others: dict[Question, _Encoded] = {}

    def keep(self, statuses: Mapping[str | None, Status], sealed: Mapping[Cell, int], heard: Heard) -> None:
        """Keep the answers for the country (None) and each programme, of the look that `looked` tells of."""
        self._sealed, self._heard = sealed, heard
        self._number += 1
        self._others = {}
        self._encoded = {slug: _encode(status) for slug, status in statuses.items()}
        self._programmes = {slug: _reach_of(status) for slug, status in statuses.items() if slug is not None}

    def looked(self, fresh: Freshness, at: datetime) -> None:
        """The figures kept still stand at `at`, and this is their age."""
        self._fresh, self._looked_at, self._day_ends = fresh, at, civil_day_end(civil_date(at))
        self._sources = ",".join(f'"{name}":{source.model_dump_json()}' for name, source in fresh.sources.items())

    def forget(self) -> None:
        """Answer no question until the next look."""
        self._encoded, self._fresh, self._looked_at = {}, None, None
        self._number += 1
        self._others = {}

    def fresh(self, now: datetime) -> Freshness | None:
        """How old the view is by now, as far as the last look tells; None where that is too long ago."""
        passed = self._passed(now)
        return None if passed is None or self._fresh is None else self._fresh.after(passed)

    def standing(self, now: datetime) -> Standing | None:
        """What need not be asked again for another question; None where the last look is too long ago."""
        fresh = self.fresh(now)
        if fresh is None or not self._encoded:
            return None
        return Standing(fresh, self._programmes, self._sealed, self._heard, self._number)

    def answer(self, question: Question) -> tuple[bytes, str] | None:
        """The body of an answer and its tag; None for what must be asked of the database."""
        now = self._clock()
        if len(question) == 0 or (len(question) == 1 and question[0][0] == "programme"):
            encoded = self._encoded.get(question[0][1] if question else None)
        else:
            encoded = self._others.get(question)
        fresh = self.fresh(now)
        return None if encoded is None or fresh is None else self._body(encoded, fresh, now)

    def encode(self, question: Question, status: Status, standing: Standing, now: datetime) -> tuple[bytes, str]:
        """The body of another answer and its tag; kept until the next change, and no longer than the civil day.

        The part of today that is over is asked again: what happened in it may still come. Sealed submissions are told
        as at the close of the last civil day, so no answer of the same day tells others.
        """
        about_now = status.as_of == now
        encoded = replace(_encode(status), as_of=None if about_now else status.as_of)
        lasts = "as_of" not in dict(question) or civil_date(status.as_of) < civil_date(now)
        if lasts and standing.number == self._number:
            if len(self._others) >= _MOST_OTHERS:
                self._others.pop(next(iter(self._others)))
            self._others[question] = encoded
        return self._body(encoded, standing.fresh, now)

    def _body(self, encoded: _Encoded, fresh: Freshness, now: datetime) -> tuple[bytes, str]:
        age = fresh.staleness_seconds
        stale = "null" if age is None else repr(age)
        as_of = (encoded.as_of or now).isoformat().replace("+00:00", "Z")
        body = (
            f'{{{encoded.head},"as_of":"{as_of}","staleness_seconds":{stale},{encoded.middle},'
            f'"sources":{{{self._sources}}},{encoded.tail}}}'
        )
        return body.encode(), encoded.lasting.tag(age)

    def _passed(self, now: datetime) -> float | None:
        if self._looked_at is None or now - self._looked_at > _KEPT or now > self._day_ends:
            return None
        return seconds_since(self._looked_at, now)


def _reach_of(status: Status) -> Reach:
    return "own" if status.filters.reach == "own" else "national"


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
