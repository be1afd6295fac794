"""An element as a property of the Open Data Contract Standard (ODCS) 3.1, which contract tools fetch and inline.

It says what an approved version says and when it was approved, and nothing that changes later: so the answer on one
version never changes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from sixclear.data_catalog.element.models import Element, ElementVersion
from sixclear.data_catalog.element.schemas import (
    ElementContent,
    OdcsCustomProperty,
    OdcsDefinition,
    OdcsProperty,
)

# A type of ours: the standard's own types of links are not about law.
_LEGAL = "legalBasis"


def property_of(element: Element, version: ElementVersion | None = None) -> OdcsProperty:
    """The property that an approved version is; without one, that of the version that is approved now."""
    told = element if version is None else version
    content = ElementContent.model_validate({name: (told.content or {})[name] for name in ElementContent.model_fields})
    law = content.legal_basis
    return OdcsProperty(
        id=str(element.element_id),
        name=element.code,
        businessName=content.name_vi,
        description=content.definition,
        logicalType=content.type,
        logicalTypeOptions=_options(content) or None,
        classification="restricted" if content.restricted else "personal" if content.personal else "public",
        criticalDataElement=content.identifier,
        tags=[content.domain],
        authoritativeDefinitions=None
        if law.url is None
        else [OdcsDefinition(url=law.url, type=_LEGAL, description=f"{law.document}, {law.article}")],
        customProperties=[
            OdcsCustomProperty(property=name, value=value)
            for name, value in _facts(element, told, content).items()
            if value is not None
        ],
    )


def _options(content: ElementContent) -> dict[str, str | int]:
    options = {"minLength": content.min_length, "maxLength": content.max_length, "pattern": content.pattern}
    return {name: value for name, value in options.items() if value is not None}


def _facts(
    element: Element, told: Element | ElementVersion, content: ElementContent
) -> Mapping[str, str | int | bool | None]:
    number = told.approved_number if isinstance(told, Element) else told.number
    by = told.approved_by_organisation_id
    return {
        "version": number,
        "approvedAt": None if told.approved_at is None else _instant(told.approved_at),
        "approvedByOrganisationId": str(by) if by else None,
        "ownerOrganisationId": str(element.owner_organisation_id),
        "nameEn": content.name_en,
        "domain": content.domain,
        "level": content.level,
        "unit": content.unit,
        "codingRule": content.coding_rule,
        "codeList": content.code_list,
        "codeListVersion": (told.content or {}).get("code_list_number"),
        "source": content.source,
        "legalBasis": content.legal_basis.document,
        "legalArticle": content.legal_basis.article,
        "demonstration": element.demonstration or None,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def written(told: OdcsProperty, *, yaml: bool) -> bytes:
    """The property as JSON or YAML, without the members that have no value: null is none of the standard's values."""
    members = told.model_dump(mode="json", exclude_none=True)
    if not yaml:
        return orjson.dumps(members)
    from yaml import safe_dump

    return bytes(safe_dump(members, allow_unicode=True, sort_keys=False, width=120), "utf-8")
