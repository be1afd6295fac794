"""The public state of a set of criteria. Every edition is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.criteria.events import CriteriaData
from sixclear.tasks.criteria.models import CriteriaSet
from sixclear.tasks.criteria.rules import DENOMINATORS

_OWN = [name for name in CriteriaData.model_fields if name in CriteriaSet.__table__.columns]


async def criteria_data(_ctx: Context, criteria: CriteriaSet, change: str) -> CriteriaData:
    """The public state of a set after `change`, as events carry it."""
    own = {name: getattr(criteria, name) for name in _OWN}
    groups = [
        group | {"criteria": [one | {"denominator": DENOMINATORS.get(one["figure"])} for one in group["criteria"]]}
        for group in criteria.content["groups"]
    ]
    return CriteriaData.model_validate(
        own | criteria.content | {"groups": groups, "change": change, "programme": criteria.programme.slug}
    )


CRITERIA = EntityKind[CriteriaSet]("criteria", lambda criteria: criteria.criteria_id, criteria_data)
