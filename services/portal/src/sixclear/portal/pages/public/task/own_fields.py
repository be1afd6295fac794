"""The values of the fields that a programme adds to its tasks, as a page of a task shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sixclear.portal.upstream.programmes import OwnChoice, OwnField, Programme
from sixclear.portal.upstream.tasks import OrganisationBrief

Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class OwnValue:
    """A value with its field; of a reference also the organisation, None while its name cannot be had."""

    field: OwnField
    value: Value
    organisation: OrganisationBrief | None = None

    @property
    def day(self) -> date:
        """The value of a date."""
        return date.fromisoformat(str(self.value))

    @property
    def choice(self) -> OwnChoice | None:
        """What was chosen; None for a choice that the programme, as it is known here, has not yet."""
        return next((one for one in self.field.choices if one.value == self.value), None)


def references(values: Sequence[OwnValue]) -> list[str]:
    """The organisations that the values name, by their identifiers."""
    return [str(one.value) for one in values if one.field.kind == "reference"]


def named(values: Sequence[OwnValue], organisations: Sequence[OrganisationBrief | None]) -> Sequence[OwnValue]:
    """The values with the organisations that they name, as far as these are known."""
    known = {str(one.organisation_id): one for one in organisations if one is not None}
    return [
        replace(one, organisation=known.get(str(one.value))) if one.field.kind == "reference" else one for one in values
    ]


def own_values(programme: Programme | None, given: Mapping[str, Value] | None) -> Sequence[OwnValue]:
    """The values of public fields, in the order of the programme; none while the programme is not known."""
    fields = (programme.own_fields if programme else None) or ()
    return [OwnValue(one, given[one.name]) for one in fields if given and one.public and one.name in given]
