"""Findings as responses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.field.models import Field
from sixclear.data_catalog.finding.schemas import Excuse, FindingField, FindingView
from sixclear.data_catalog.finding.statement import RULE_VERSION
from sixclear.data_catalog.organisation.service import Briefs, brief

MOST_OTHERS = 20
_AS_FOUND = ("finding_id", "kind", "state", "opened_at", "differences")


@dataclass(frozen=True, slots=True)
class Named:
    """What findings name."""

    fields: Mapping[UUID, tuple[Field, Entry]]
    elements: Mapping[UUID, Element]
    organisations: Briefs


def finding_response(row: Any, named: Named) -> FindingView:
    """A finding with what it was found by."""
    found = {name: getattr(row, name) for name in _AS_FOUND}
    return FindingView.model_validate(
        found
        | {
            "rule_version": RULE_VERSION,
            "element": named.elements[row.element_id].code,
            "demonstration": named.elements[row.element_id].demonstration
            or (row.field_id is not None and named.fields[row.field_id][1].demonstration),
            "field": _field(row.field_id, named),
            "organisation_id": row.owner_organisation_id,
            "organisation": brief(named.organisations, row.owner_organisation_id),
            "others": [_field(one, named) for one in row.others[:MOST_OTHERS]],
            "others_count": len(row.others),
            "excuse": _excuse(row, named),
        }
    )


def _excuse(row: Any, named: Named) -> Excuse | None:
    if row.state != "excused":
        return None
    told = {name: getattr(row, name) for name in ("legal_basis", "excused_at", "expires_at")}
    return Excuse.model_validate(told | {"excused_by": brief(named.organisations, row.excused_by_organisation_id)})


def _field(field_id: UUID | None, named: Named) -> FindingField | None:
    if field_id is None or field_id not in named.fields:
        return None
    field, entry = named.fields[field_id]
    names = ("entry_id", "code", "name_vi", "owner_organisation_id")
    told = {"entry": {name: getattr(entry, name) for name in names}}
    return FindingField.model_validate(told | {"field_id": field.field_id, "name": field.name})
