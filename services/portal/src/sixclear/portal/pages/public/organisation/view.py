"""One organisation with the figures of its subtree and its tasks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.bars import Segment, segments
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.monitoring import Status
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import OrganisationDetail, TaskSummary


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """The page of an organisation; `status`, `tasks` and `no_answers` are None where they could not be had.

    `no_answers`: how often the public log says that it gave no answer by the due time.
    """

    organisation: OrganisationDetail
    status: Status | None
    bar: Sequence[Segment]
    tasks: Listing[TaskSummary] | None
    no_answers: int | None
    away: Mapping[str, datetime | None]
    figures_refused: bool


async def load(gateway: Gateway, settings: Settings, now: datetime, organisation_id: str) -> OrganisationView:
    """An unknown organisation is PageNotFound, and without any answer of `tasks` there is no page: ServiceAway."""
    parts = Parts()
    found, status, page, silence = await asyncio.gather(
        parts.needed(gateway.tasks.organisation(organisation_id)),
        parts.optional(gateway.chosen().monitoring.status(organisation=organisation_id)),
        parts.optional(gateway.tasks.tasks({"organisation": organisation_id, "limit": settings.page_size})),
        parts.optional(gateway.feedback.no_answers(organisation_id)),
    )
    if status and parts.away.get("monitoring"):
        status = status.as_known(now)
    bar = segments(status.tasks, status.shares_percent) if status else []
    return OrganisationView(found, status, bar, page, silence, parts.away, parts.figures_refused)
