"""Rows of fields as responses."""

from collections.abc import Mapping
from uuid import UUID

from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.field.repository import Told
from sixclear.data_catalog.field.schemas import ElementUse, EntryBrief, FieldView
from sixclear.data_catalog.organisation.service import Briefs, brief

_DERIVED = {"element", "source", "service", "decided_by", "decision_reason", "entry"}


def entry_brief(entry: Entry | None) -> EntryBrief | None:
    """An entry as other answers name it; None where there is none for the reader."""
    if entry is None:
        return None
    return EntryBrief.model_validate({name: getattr(entry, name) for name in EntryBrief.model_fields})


def field_response(told: Told, entries: Mapping[UUID, Entry], names: Briefs, *, inside: bool = False) -> FieldView:
    """A field; `entries` are those that the reader may know of, among the ones that fields name.

    `inside`: with the reason of a decision, which is for bodies.
    """
    return FieldView.model_validate(_field(told, entries, names, inside))


def use_response(told: Told, entries: Mapping[UUID, Entry], names: Briefs, *, inside: bool) -> ElementUse:
    """A field with its entry."""
    return ElementUse.model_validate(_field(told, entries, names, inside) | {"entry": entry_brief(told.entry)})


def _field(told: Told, entries: Mapping[UUID, Entry], names: Briefs, inside: bool) -> dict[str, object]:
    field = told.field
    own = {name: getattr(field, name) for name in FieldView.model_fields if name not in _DERIVED}
    return own | {
        "element": None if told.element is None else told.element.code,
        "source": entry_brief(entries.get(field.source_entry_id)) if field.source_entry_id else None,
        "service": entry_brief(entries.get(field.service_entry_id)) if field.service_entry_id else None,
        "decided_by": brief(names, field.decided_by_organisation_id),
        "decision_reason": field.decision_reason if inside else None,
    }
