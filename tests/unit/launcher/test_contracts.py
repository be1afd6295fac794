"""Generated contracts: every message leads to its topic, headers and schema."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from sixclear.common.events.catalogue import EntityEvents, EventCatalogue, EventData
from sixclear.launcher.contracts import asyncapi


class Position(BaseModel):
    """Who answers."""

    position_id: UUID


class LoanData(EventData):
    """A loan's public state."""

    loan_id: UUID
    due_at: datetime | None
    position: Position


CATALOGUE = EventCatalogue(
    service="library", entities=(EntityEvents("loan", "Loans.", LoanData, {"lent": "It left.", "returned": "Back."}),)
)


def test_one_channel_per_entity_and_one_message_per_change() -> None:
    document = asyncapi(CATALOGUE)

    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["loan"]["address"] == "sixclear.library.loan.v1"
    assert set(document["channels"]["loan"]["messages"]) == {"lent", "returned"}
    assert document["components"]["messages"]["loan.lent"]["name"] == "vn.sixclear.library.loan.lent.v1"


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi(CATALOGUE)
    references = list(_references(document))
    assert len(references) > 8
    for reference in references:
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    assert "previousversion" not in str(document["components"]["schemas"]["Headers"]["required"])


def _references(node: object) -> "list[str]":
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [reference for value in node.values() for reference in _references(value)]
    return [reference for value in node for reference in _references(value)] if isinstance(node, list) else []
