"""The public state of an organisation. Every one is published."""

from sixclear.tasks.organisation.events import OrganisationData
from sixclear.tasks.organisation.models import Organisation


def organisation_data(organisation: Organisation, change: str) -> OrganisationData:
    """The public state of an organisation."""
    own = {name: getattr(organisation, name) for name in OrganisationData.model_fields if name != "change"}
    return OrganisationData(change=change, **own)
