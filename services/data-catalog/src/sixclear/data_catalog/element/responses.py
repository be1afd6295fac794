"""Rows of elements as responses."""

from sixclear.data_catalog.approval.schemas import KeptVersionView
from sixclear.data_catalog.element.models import Element, ElementVersion
from sixclear.data_catalog.element.schemas import (
    ElementContent,
    ElementSummary,
    OwnElementSummary,
    OwnElementView,
)
from sixclear.data_catalog.organisation.service import Briefs, brief

_COLUMNS = ("element_id", "code", "owner_organisation_id", "approved_at", "demonstration")
_OWN = ("element_id", "code", "owner_organisation_id", "restricted", "demonstration", "version")
_NUMBERS = ("approved_number", "draft_number")


def element_summary(element: Element, names: Briefs) -> ElementSummary:
    """An approved element as lists show it."""
    content = element.content or {}
    return ElementSummary.model_validate(
        {name: content[name] for name in ElementSummary.model_fields if name in content}
        | {name: getattr(element, name) for name in _COLUMNS}
        | {"number": element.approved_number, "owner": brief(names, element.owner_organisation_id)}
    )


def own_summary(element: Element, draft: ElementVersion | None) -> OwnElementSummary:
    """An element as lists show it to those who keep and approve it; named by its draft where nothing is approved."""
    return OwnElementSummary.model_validate(_own(element, draft))


def own_response(element: Element, draft: ElementVersion | None) -> OwnElementView:
    """An element with its approved version and its draft."""
    said = {
        "approved": None if element.content is None else _content(element.content),
        "draft": None if draft is None else _content(draft.content),
    }
    return OwnElementView.model_validate(_own(element, draft) | said)


def version_response(version: ElementVersion, names: Briefs) -> KeptVersionView:
    """One version that was approved."""
    own = {name: getattr(version, name) for name in KeptVersionView.model_fields if name != "approved_by"}
    return KeptVersionView.model_validate(own | {"approved_by": brief(names, version.approved_by_organisation_id)})


def _own(element: Element, draft: ElementVersion | None) -> dict[str, object]:
    content = element.content if draft is None else draft.content
    named = {"name_vi": (content or {}).get("name_vi", element.code), "status": element.status}
    return {name: getattr(element, name) for name in (*_OWN, *_NUMBERS)} | named


def _content(content: dict[str, object]) -> ElementContent:
    return ElementContent.model_validate({name: content[name] for name in ElementContent.model_fields})
