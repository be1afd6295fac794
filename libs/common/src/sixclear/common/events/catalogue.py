"""What a service publishes, as data: the source of AsyncAPI, JSON Schemas and the contract tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


def topic_of(service: str, entity_type: str) -> str:
    """The topic of one kind of entity of one service."""
    return f"sixclear.{service}.{entity_type}.v1"


def type_of(service: str, entity_type: str, change: str) -> str:
    """The CloudEvents `type` of a change."""
    return f"vn.sixclear.{service}.{entity_type}.{change}.v1"


class EventData(BaseModel):
    """The whole public state of an entity after a change. Every key is always present; null when unknown.

    Only optional fields may ever be added; anything else is a new version of the topic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class EntityEvents:
    """The events of one kind of entity: its `data` and the changes, each with a line of meaning."""

    entity_type: str
    description: str
    data: type[EventData]
    changes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventCatalogue:
    """All events of one service."""

    service: str
    entities: tuple[EntityEvents, ...]

    def topic(self, entity_type: str) -> str:
        """The topic that carries the events of `entity_type`."""
        return topic_of(self.service, entity_type)

    def topics(self) -> tuple[str, ...]:
        """Every topic of this service, in catalogue order."""
        return tuple(self.topic(entity.entity_type) for entity in self.entities)

    def event_type(self, entity_type: str, change: str) -> str:
        """The CloudEvents `type` of a change; raises KeyError for one that is not in the catalogue."""
        entity = next(entity for entity in self.entities if entity.entity_type == entity_type)
        if change not in entity.changes:
            raise KeyError(change)
        return type_of(self.service, entity_type, change)
