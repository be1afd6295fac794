"""Sets of criteria as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.criteria.models import CriteriaSet
from sixclear.tasks.criteria.rules import DENOMINATORS
from sixclear.tasks.criteria.schemas import CriteriaView
from sixclear.tasks.organisation.service import briefs

_PLAIN = [name for name in CriteriaView.model_fields if name in CriteriaSet.__table__.columns]


async def criteria_responses(session: AsyncSession, sets: Sequence[CriteriaSet]) -> list[CriteriaView]:
    """Sets with the names of the bodies that they concern."""
    names = await briefs(session, (body for row in sets for body in (row.organisation_id, *row.verifiers)))
    found = []
    for row in sets:
        said = {name: getattr(row, name) for name in _PLAIN if name != "verifiers"} | row.content
        said["groups"] = [
            group | {"criteria": [one | {"denominator": DENOMINATORS.get(one["figure"])} for one in group["criteria"]]}
            for group in row.content["groups"]
        ]
        bodies = {"within": names[row.organisation_id], "verifiers": [names[one] for one in row.verifiers]}
        told = {"programme": row.programme.slug, "ranked": row.every != "month"}
        found.append(CriteriaView.model_validate(said | bodies | told))
    return found
