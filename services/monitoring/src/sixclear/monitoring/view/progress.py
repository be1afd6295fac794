"""How far the replay of a source is, for the operator who asked for it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import positions
from sixclear.monitoring.view.sources import group_of, sources


@dataclass(frozen=True, slots=True)
class Progress:
    """How many messages of a log were read again, of how many; `shown` once readers see the result.

    Not `begun`: no leader has taken notice yet.
    """

    read: int
    total: int
    begun: bool
    shown: bool


async def active_generations(session: AsyncSession) -> dict[str, int]:
    """The number of the generation that readers see, by source."""
    return {source: state.active_epoch for source, state in (await sources(session)).items()}


async def progress_of(session: AsyncSession, source: str, before: int) -> Progress:
    """How far the rebuild of a source is that was asked for while readers saw the generation `before`."""
    state = (await sources(session))[source]
    total = await _read(session, group_of(source))
    if not state.rebuild_asked and state.next_epoch is None and state.active_epoch > before:
        return Progress(total, total, begun=True, shown=True)
    if state.next_epoch is None:
        return Progress(0, total, begun=False, shown=False)
    read = await _read(session, group_of(source, state.next_epoch))
    return Progress(min(read, total), total, begun=True, shown=False)


async def _read(session: AsyncSession, group: str) -> int:
    """How many messages of all its partitions a group has read."""
    return sum(position.offset for position in (await positions.load(session, group)).values())
