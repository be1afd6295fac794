"""Urges as the API answers them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.organisation.service import briefs, named
from sixclear.tasks.programme.ladder import Ladder, ladder_of
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.urge.models import Urge
from sixclear.tasks.urge.repository import Day
from sixclear.tasks.urge.schemas import LadderRung, LadderView, UrgeDay, UrgeView

_BODIES = {
    "organisation": "organisation_id",
    "addressee": "addressee_organisation_id",
    "author": "author_organisation_id",
    "answered_by": "answered_by_organisation_id",
}
_WORDS = {"text", "answer"}
_COLUMNS = set(UrgeView.model_fields) - {"late", *_BODIES, *_WORDS}


async def urge_responses(ctx: Context, urges: Sequence[Urge], whole: Collection[UUID]) -> list[UrgeView]:
    """Urges at the instant of the request; the words of those in `whole` are told."""
    names = await briefs(ctx.session, [getattr(one, column) for one in urges for column in _BODIES.values()])
    return [
        UrgeView(
            late=is_late(ctx, one),
            **{name: named(names, getattr(one, column)) for name, column in _BODIES.items()},
            **{name: getattr(one, name) if one.urge_id in whole else None for name in _WORDS},
            **{name: getattr(one, name) for name in _COLUMNS},
        )
        for one in urges
    ]


def is_late(ctx: Context, urge: Urge) -> bool:
    """Whether it is not answered, and was to be."""
    return urge.is_open and urge.answer_by is not None and urge.answer_by < ctx.now


async def day_responses(ctx: Context, organisation_id: UUID, days: Sequence[Day]) -> list[UrgeDay]:
    """What a body was told, by day."""
    names = await briefs(ctx.session, [organisation_id])
    organisation = named(names, organisation_id)
    return [] if organisation is None else [UrgeDay(organisation=organisation, **day) for day in days]


def ladder_response(programme: Programme) -> LadderView:
    """The ladder of a programme."""
    ladder: Ladder = ladder_of(programme.ladder)
    rungs = [LadderRung(days=rung.days, working=rung.working, to=rung.to) for rung in ladder.rungs]
    hours = {"sent_from": ladder.sent_from, "sent_until": ladder.sent_until}
    return LadderView(rungs=rungs, **hours, answer_days=ladder.answer_days, is_default=programme.ladder is None)
