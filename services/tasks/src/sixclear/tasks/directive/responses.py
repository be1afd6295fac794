"""Directives as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.directive.models import Directive
from sixclear.tasks.directive.schemas import DirectiveView, DirectiveWhole
from sixclear.tasks.organisation.service import briefs

_COLUMNS = set(DirectiveView.model_fields) - {"programme", "issuer"}


async def directive_responses(session: AsyncSession, directives: Sequence[Directive]) -> list[DirectiveView]:
    """Directives with their issuers' names and their programmes' slugs."""
    names = await briefs(session, (row.issuer_organisation_id for row in directives))
    return [
        DirectiveView(
            programme=row.programme.slug,
            issuer=names[row.issuer_organisation_id],
            **{name: getattr(row, name) for name in _COLUMNS},
        )
        for row in directives
    ]


async def whole_responses(session: AsyncSession, directives: Sequence[Directive]) -> list[DirectiveWhole]:
    """As `directive_responses`, with the clauses."""
    views = await directive_responses(session, directives)
    told = zip(views, directives, strict=True)
    return [DirectiveWhole(**dict(view), clauses=directive.clauses or []) for view, directive in told]
