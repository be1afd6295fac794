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


class UndeclaredEvent(LookupError):
    """A programming error: the service's catalogue declares no such entity, or no such change of it."""


class EventData(BaseModel):
    """The whole public state of an entity after a change. Every key is always present; null when unknown.

    Only optional fields may ever be added; anything else is a new version of the topic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class EntityEvents:
    """The events of one kind of entity: its `data` and the changes, each with a line of meaning.

    `withdrawal` is the change after which the entity is not public any more, where there is one.
    """

    entity_type: str
    description: str
    data: type[EventData]
    changes: Mapping[str, str]
    withdrawal: str | None = None


@dataclass(frozen=True, slots=True)
class EventCatalogue:
    """All events of one service."""

    service: str
    entities: tuple[EntityEvents, ...]

    def topic(self, entity_type: str) -> str:
        """The topic that carries the events of `entity_type`."""
        return topic_of(self.service, entity_type)

    def kind(self, entity_type: str) -> EntityEvents | None:
        """The events of `entity_type`; None where this service has none."""
        return next((one for one in self.entities if one.entity_type == entity_type), None)

    def require_declared(self, entity_type: str, change: str) -> None:
        """Raises UndeclaredEvent for a change that is not in the catalogue."""
        if not any(one.entity_type == entity_type and change in one.changes for one in self.entities):
            raise UndeclaredEvent(f"the events of {self.service} declare no change {change!r} of {entity_type!r}")

    def event_type(self, entity_type: str, change: str) -> str:
        """The CloudEvents `type` of a change; raises UndeclaredEvent for one that is not in the catalogue."""
        self.require_declared(entity_type, change)
        return type_of(self.service, entity_type, change)
