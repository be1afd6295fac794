"""The public state of an organisation. Every one is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.organisation.events import OrganisationData
from sixclear.tasks.organisation.models import Organisation


def organisation_data(organisation: Organisation, change: str) -> OrganisationData:
    """The public state of an organisation."""
    own = {name: getattr(organisation, name) for name in OrganisationData.model_fields if name != "change"}
    return OrganisationData(change=change, **own)


async def _data(_ctx: Context, organisation: Organisation, change: str) -> OrganisationData:
    return organisation_data(organisation, change)


ORGANISATION = EntityKind[Organisation]("organisation", lambda organisation: organisation.organisation_id, _data)
