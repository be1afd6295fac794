"""The public state of a value: the number that holds. Drafts are not recorded, and what waits has no number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from sixclear.common.events.log import NewEvent
from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.indicator.service import Definitions
from sixclear.tasks.value.events import ValueData, ValueWithdrawn
from sixclear.tasks.value.models import NewSlot, Value, ValueStatement

_OF_SLOT = (
    *("value_id", "indicator_id", "indicator", "programme", "organisation_id", "level", "period"),
    *("first_day", "last_day", "status", "demonstration"),
)
_OF_DEFINITION = ("period_unit", "value_type", "unit")
_OF_STATEMENT = ("definition", "number", "numerator", "denominator", "bound")


def value_kind(holding: Mapping[UUID, ValueStatement], definitions: Definitions) -> EntityKind[Value]:
    """How changes of values are recorded; `holding` has the statement that holds after the change, by slot."""

    async def data(_ctx: Context, value: Value, change: str) -> ValueData | ValueWithdrawn:
        if change == "withdrawn":
            return ValueWithdrawn(change=change, value_id=value.value_id, indicator_id=value.indicator_id)
        statement = holding.get(value.value_id)
        numbers = [one for (indicator_id, one) in definitions if indicator_id == value.indicator_id]
        definition = definitions[value.indicator_id, statement.definition if statement else max(numbers)]
        return ValueData(
            change=change,
            **{name: getattr(definition, name) for name in _OF_DEFINITION},
            approved_at=statement and statement.decided_at,
            true_from=statement and statement.occurred_at,
            **{name: getattr(value, name) for name in _OF_SLOT},
            **{name: statement and getattr(statement, name) for name in _OF_STATEMENT},
        )

    return EntityKind[Value]("value", lambda value: value.value_id, data)


def first_event(new: NewSlot, now: datetime, meta: Mapping[str, Any]) -> NewEvent:
    """The event of a new slot, which is named as its status; `meta` says who did it, for many of them the same."""
    approved = new["approved"] is not None
    data = ValueData(
        change=new["status"],
        **{name: new[name] for name in (*_OF_SLOT, *_OF_DEFINITION)},
        **{name: new[name] if approved else None for name in _OF_STATEMENT},
        approved_at=new["decided_at"],
        true_from=new["true_from"],
    )
    return NewEvent(
        entity_type="value",
        entity_id=new["value_id"],
        version=new["version"],
        previous_version=None,
        change=new["status"],
        data=orjson.Fragment(data.__pydantic_serializer__.to_json(data)),
        occurred_at=new["true_from"] or now,
        meta=meta,
    )
