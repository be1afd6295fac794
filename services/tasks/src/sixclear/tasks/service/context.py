"""What every use case is given, and the rules on callers and times that all of them share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.auth.access import Caller
from sixclear.common.event_catalogue import EventData
from sixclear.common.event_log import EventLog, NewEvent
from sixclear.tasks.errors import FactsPastNotAllowed, OrganisationNotAllowed
from sixclear.tasks.lifecycle import fact_time
from sixclear.tasks.models import Versioned


@dataclass(frozen=True, slots=True)
class Context:
    """The session and log to write to, who asks, and the instant of the request (UTC)."""

    session: AsyncSession
    log: EventLog
    caller: Caller
    now: datetime

    def fact_time(self, given: datetime | None, last: datetime | None) -> datetime:
        """When the change became true; raises when `given` needs a scope that the caller lacks, or lies outside."""
        if given is not None and "facts:past" not in self.caller.scopes:
            raise FactsPastNotAllowed("Leave out occurred_at, or use a client with the scope facts:past.")
        return fact_time(given, last, self.now)

    def require_organisation(self, allowed: set[UUID | None], step: str) -> UUID:
        """The caller's organisation, which must be one of `allowed`; raises OrganisationNotAllowed."""
        own = self.caller.organisation_id
        if own is None or own not in allowed:
            raise OrganisationNotAllowed(f"Your organisation may not {step}.")
        return own

    def meta(self, reason: str | None = None) -> dict[str, Any]:
        """Who did it and why: stored with the event, never published."""
        return {
            "client_id": self.caller.client_id,
            "organisation_id": self.caller.organisation_id,
            "reason": reason,
        }


def next_version(entity: Versioned, occurred_at: datetime, now: datetime, *, published: bool = True) -> int | None:
    """Move `entity` to its next version and answer the previous *published* one, for the event."""
    previous = entity.published_version
    entity.version = (entity.version or 0) + 1
    if published:
        entity.published_version = entity.version
    entity.occurred_at = occurred_at
    entity.recorded_at = now
    return previous


async def publish(
    ctx: Context,
    entity: Versioned,
    *,
    entity_type: str,
    entity_id: UUID,
    data: EventData,
    change: str,
    previous: int | None,
    published: bool = True,
    reason: str | None = None,
) -> None:
    """Write the entity's row, then its event: in this order the event's number follows the row's lock."""
    await ctx.session.flush()
    await ctx.log.publish(
        ctx.session,
        NewEvent(
            entity_type=entity_type,
            entity_id=entity_id,
            version=entity.version,
            previous_version=previous,
            change=change,
            data=data.model_dump(mode="json"),
            occurred_at=entity.occurred_at,
            meta=ctx.meta(reason),
            published=published,
        ),
        recorded_at=ctx.now,
    )
