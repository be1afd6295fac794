"""Filings and obligations as the API answers them."""

from collections.abc import Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.filing.lifecycle import takes_filing, timing
from sixclear.tasks.filing.models import Filing, filing_state
from sixclear.tasks.filing.schemas import FilingView, ObligationsView, ObligationView
from sixclear.tasks.organisation.service import briefs, named
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.obligation import obligations_of

_COLUMNS = set(FilingView.model_fields) - {"organisation", "state", "locked", "reason"}
_SAID = {"name", "every", "who", "level", "due_days", "late_days", "lock_days", "since", "until"}


async def filing_responses(ctx: Context, filings: Sequence[Filing], *, reasons: bool) -> list[FilingView]:
    """Filings at the instant of the request; with `reasons` why they were exempted or reopened."""
    names = await briefs(ctx.session, [one.organisation_id for one in filings])
    return [
        FilingView(
            organisation=names[one.organisation_id],
            state=state_name(ctx, one),
            locked=one.state != "exempted" and not takes_filing(filing_state(one), ctx.now),
            reason=one.reason if reasons else None,
            **{name: getattr(one, name) for name in _COLUMNS},
        )
        for one in filings
    ]


def state_name(ctx: Context, filing: Filing) -> str:
    """How it counts at the instant of the request."""
    return timing(filing_state(filing), ctx.now)


async def obligations_response(ctx: Context, programme: Programme) -> ObligationsView:
    """Who reports on a programme how often."""
    found = obligations_of(programme.obligations)
    ids = {UUID(body) for one in found for body in one.organisation_ids}
    names = await briefs(ctx.session, ids)
    return ObligationsView(
        obligations=[
            ObligationView(
                organisations=[name for body in one.organisation_ids if (name := named(names, UUID(body)))],
                **{field: getattr(one, field) for field in _SAID},
            )
            for one in found
        ]
    )
