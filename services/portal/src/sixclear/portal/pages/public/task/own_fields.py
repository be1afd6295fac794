"""The values of the fields that a programme adds to its tasks, as a page of a task shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sixclear.portal.upstream.tasks import OwnChoice, OwnField, Programme

Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class OwnValue:
    """A value with its field."""

    field: OwnField
    value: Value

    @property
    def day(self) -> date:
        """The value of a date."""
        return date.fromisoformat(str(self.value))

    @property
    def choice(self) -> OwnChoice | None:
        """What was chosen; None for a choice that the programme, as it is known here, has not yet."""
        return next((one for one in self.field.choices if one.value == self.value), None)


def own_values(programme: Programme | None, given: Mapping[str, Value] | None) -> Sequence[OwnValue]:
    """The values of public fields, in the order of the programme; none while the programme is not known."""
    fields = (programme.own_fields if programme else None) or ()
    return [OwnValue(one, given[one.name]) for one in fields if given and one.public and one.name in given]
