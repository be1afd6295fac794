"""Since when a kind is known. Before that, and while other rules count its source, it has no figure, not a zero."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.errors import Unavailable
from sixclear.monitoring.kinds import rules_of
from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.statements import sql

# Reading a log again takes minutes.
COUNTED_AGAIN_SECONDS = 30

# The instant of the oldest fact of each kind, by its name.
Heard: TypeAlias = Mapping[str, datetime]


async def heard_since(session: AsyncSession, kinds: Iterable[AnyKind]) -> Heard:
    """Since when each of some kinds is known.

    One of which nothing was ever heard is not among them; nor is one whose source is counted by other rules than those
    of this process, or after a release that stored less: until the next generation is shown, readers may see a part of
    its events, and rows without what that release did not read.
    """
    rows = await session.execute(sql(" UNION ALL ".join(map(_oldest, kinds))))
    return {name: since for name, since in rows if since is not None}


def _oldest(kind: AnyKind) -> str:
    return f"""
        SELECT '{kind.name}', (SELECT min(h.valid_from) FROM {kind.name}_history h WHERE h.epoch = v.active_epoch)
        FROM source_view v WHERE {told_whole(kind)}
    """  # noqa: S608 (constants of this package)


def told_whole(kind: AnyKind) -> str:
    """Whether the rows of a kind that readers see tell all that this process reads, for a row `v` of its source."""
    return f"v.source = '{kind.source}' AND v.rules = {rules_of(kind.source)} AND NOT v.incomplete"


def knows(heard: Heard, kind: AnyKind, at: datetime) -> bool:
    """Whether figures of a kind at an instant are known."""
    since = heard.get(kind.name)
    return since is not None and since <= at


async def require_told(session: AsyncSession, kind: AnyKind) -> None:
    """Raises Unavailable while rows of a release before are read, which did not store what is asked about."""
    told = await session.scalar(
        sql("SELECT EXISTS (SELECT FROM source_view v WHERE {told_whole})", told_whole=told_whole(kind))
    )
    if not told:
        raise counted_again()


def counted_again() -> Unavailable:
    """What is answered while the log is read again."""
    return Unavailable("Records are counted again since an upgrade.", retry_after_seconds=COUNTED_AGAIN_SECONDS)
