"""Organisations as the API answers them."""

from collections.abc import Iterable
from typing import cast

from sixclear.tasks.organisation.models import Organisation, OrganisationPeriod
from sixclear.tasks.organisation.schemas import (
    Ended,
    OrganisationBrief,
    OrganisationDetail,
    OrganisationPeriodView,
    OrganisationView,
)


def organisation_brief(organisation: Organisation) -> OrganisationBrief:
    """An organisation as other answers name it."""
    return OrganisationBrief(
        organisation_id=organisation.organisation_id,
        code=organisation.code,
        name_vi=organisation.name_vi,
        name_en=organisation.name_en,
    ).of(organisation.version, cast(Ended | None, organisation.ended), organisation.successor_id)


def organisation_summary(organisation: Organisation) -> OrganisationView:
    """An organisation as lists show it."""
    return OrganisationView.model_validate(organisation, from_attributes=True)


def organisation_response(
    organisation: Organisation, periods: Iterable[OrganisationPeriod], successor: Organisation | None
) -> OrganisationDetail:
    """An organisation with its dated names, and the one that took its place."""
    return OrganisationDetail(
        **organisation_summary(organisation).model_dump(),
        successor=successor and organisation_brief(successor),
        periods=[OrganisationPeriodView.model_validate(period, from_attributes=True) for period in periods],
    )
