"""Which records a question means."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.errors import OrganisationNotFound, ProgrammeNotFound
from sixclear.monitoring.view import dimensions
from sixclear.monitoring.view.states import COUNTRY

AssignedBy = Literal["central", "province", "commune"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are meant; None means all. Feedback has no assigning level, databases have no programme either."""

    organisation_id: UUID | None = None
    programme: str | None = None
    assigned_by: str | None = None

    @property
    def scope(self) -> UUID:
        """The scope under which the selection is counted."""
        return self.organisation_id or COUNTRY

    @property
    def of_the_country(self) -> bool:
        """Whether feedback is counted for the whole country; it has no assigning level to narrow it."""
        return self.organisation_id is None and self.programme is None

    @property
    def values(self) -> dict[str, Any]:
        """What the statements of this module bind."""
        return {
            "organisation": self.organisation_id,
            "scope": self.scope,
            "programme": self.programme,
            "assigned_by": self.assigned_by,
        }


async def select(
    session: AsyncSession, *, organisation: str | None, programme: str | None, assigned_by: AssignedBy | None
) -> Selection:
    """What a caller means; `organisation` is an identifier or any code. Raises when it is unknown."""
    return Selection(
        await _organisation(session, organisation) if organisation is not None else None,
        await known_programme(session, programme),
        assigned_by,
    )


async def _organisation(session: AsyncSession, reference: str) -> UUID:
    try:
        identifier: UUID | None = UUID(reference)
    except ValueError:
        identifier = None
    found = await dimensions.find_organisation(session, reference, identifier)
    if found is None:
        raise OrganisationNotFound("Use an organisation_id or a code such as G06 or 01.")
    return found


async def known_programme(session: AsyncSession, slug: str | None) -> str | None:
    """The programme, if it exists or nothing was asked; raises ProgrammeNotFound."""
    if slug is not None and slug not in await dimensions.list_programmes(session):
        raise ProgrammeNotFound("See /api/tasks/v1/programmes for those that exist.")
    return slug


WITHIN = "(CAST(:organisation AS uuid) IS NULL OR :organisation = ANY(coalesce(o.ancestors, ARRAY[h.organisation_id])))"


OF_PROGRAMME = "(CAST(:programme AS text) IS NULL OR h.programme = :programme)"


_OF_LEVEL = "(CAST(:assigned_by AS text) IS NULL OR h.assigned_by = :assigned_by)"


TASKS_SELECTED = f"{WITHIN} AND {OF_PROGRAMME} AND {_OF_LEVEL}"


SUBMISSIONS_SELECTED = f"{WITHIN} AND {OF_PROGRAMME}"


_TREE = """
    JOIN source_view v ON v.source = '{source}' AND v.active_epoch = h.epoch
    JOIN source_view t ON t.source = 'tasks'
    LEFT JOIN organisation_state o ON o.epoch = t.active_epoch AND o.organisation_id = h.organisation_id
"""


TASKS_TREE, SUBMISSIONS_TREE, ENTRIES_TREE = (
    _TREE.format(source=name) for name in ("tasks", "feedback", "data-catalog")
)
