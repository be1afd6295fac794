"""What an element publishes: its approved version, unless it is restricted. Drafts are not recorded."""

from typing import Any

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.data_catalog.element.events import ElementData, ElementWithdrawn, LegalData
from sixclear.data_catalog.element.models import Element

_COLUMNS = ("element_id", "code", "owner_organisation_id", "approved_at", "demonstration")
_OF_CONTENT = [name for name in ElementData.model_fields if name not in {*_COLUMNS, "change", "number", "legal_basis"}]


async def element_data(_ctx: Context, element: Element, change: str) -> ElementData | ElementWithdrawn:
    """The public state of an element after `change`, as events carry it; of a withdrawn one only the identifier."""
    if change == "withdrawn":
        return ElementWithdrawn(change=change, element_id=element.element_id)
    content: dict[str, Any] = element.content or {}
    law = content["legal_basis"]
    return ElementData.model_validate(
        {
            "change": change,
            "number": element.approved_number,
            "legal_basis": LegalData(document=law["document"], article=law["article"]),
            **{name: getattr(element, name) for name in _COLUMNS},
            **{name: content[name] for name in _OF_CONTENT},
        }
    )


def is_published(element: Element, _change: str) -> bool:
    """Whether an event goes out: never of an element that is restricted at that moment."""
    return not element.restricted


ELEMENT = EntityKind[Element]("element", lambda element: element.element_id, element_data, is_published)
