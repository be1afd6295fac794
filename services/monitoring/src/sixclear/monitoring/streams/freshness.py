"""How old the view is: what was not folded yet, what did not come, and what a relay keeps back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.streams import repository as streams
from sixclear.monitoring.streams.reported import SILENT_AFTER, sent_until
from sixclear.monitoring.streams.schemas import SourceFreshness
from sixclear.monitoring.view import entities, gaps
from sixclear.monitoring.view import sources as views


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the view is, and how far each source is.

    `behind_seconds` is what the view itself is behind what reaches it. `staleness_seconds` counts what does not reach
    it too: a lost event, or one that a relay keeps back. It is None while a relay is silent, because what that one
    keeps back is not known, and while a restored log is folded beside the view, which shows the log before, or
    one of which a leader of an older release dropped events. `silent`
    names the sources of such relays; `generations` are the numbers of those that readers see.
    """

    staleness_seconds: float | None
    behind_seconds: float | None
    sources: dict[str, SourceFreshness]
    silent: frozenset[str] = frozenset()
    generations: frozenset[tuple[str, int]] = frozenset()

    def after(self, seconds: float) -> "Freshness":
        """The same look, so many seconds ago: what was not known to be stale is that much older."""
        stale, behind = (None if age is None else round(age + seconds, 3) for age in _ages(self))
        return replace(self, staleness_seconds=stale, behind_seconds=behind)


def _ages(fresh: Freshness) -> tuple[float | None, float | None]:
    return fresh.staleness_seconds, fresh.behind_seconds


async def freshness(session: AsyncSession, now: datetime) -> Freshness:
    """The age of the instant up to which everything is known and counted; None while that is not known yet."""
    states = await views.sources(session)
    missing = await gaps.open_gaps(session)
    boundary = await entities.next_boundary(session)
    untils = [_believed(state.current_until, now) for state in states.values()]
    if boundary is not None and boundary < now:
        untils.append(boundary)
    behind = _age(untils, now) if None not in untils else None
    reports = await streams.list_reports(session)
    sent = {name: sent_until(reports, name, now) for name, state in states.items() if state.relayed}
    silent = frozenset(name for name, until in sent.items() if until is None)
    gap = await gaps.oldest_gap(session)
    # A clock that ran ahead dated the gap: since when something is missing is not known.
    unknown = gap is not None and _believed(gap, now) is None
    rebuilding = any(state.lacks_events for state in states.values())
    stale = None if behind is None or silent or rebuilding or unknown else max(behind, _age([gap, *sent.values()], now))
    sources = {
        name: SourceFreshness(
            epoch=state.log_epoch,
            rebuilding_epoch=state.restored_epoch,
            events=state.events,
            last_event_at=state.last_event_at,
            current_until=_complete_until(state, sent, now),
            lag_messages=state.lag_messages,
            gaps=missing.get(name, 0),
        )
        for name, state in sorted(states.items())
    }
    generations = frozenset((name, state.active_epoch) for name, state in states.items())
    return Freshness(stale, behind, sources, silent, generations)


def _believed(until: datetime | None, now: datetime) -> datetime | None:
    """The instant, unless it lies far ahead: then it is of a clock that ran ahead, and nothing is known."""
    return until if until is not None and until - now < SILENT_AFTER else None


def _complete_until(state: views.SourceState, sent: Mapping[str, datetime | None], now: datetime) -> datetime | None:
    """Up to when both are known: that everything was folded, and that everything had been sent.

    Not known while readers see less than the log holds: that of a log before it was restored, for instance.
    """
    if state.lacks_events:
        return None
    instants = [_believed(state.current_until, now), *([sent[state.source]] if state.source in sent else [])]
    known = [instant for instant in instants if instant is not None]
    return min(known) if len(known) == len(instants) else None


def _age(untils: Iterable[datetime | None], now: datetime) -> float:
    """The age of the oldest instant in seconds; zero where there is none."""
    return round(max((0.0, *((now - until).total_seconds() for until in untils if until is not None))), 3)
