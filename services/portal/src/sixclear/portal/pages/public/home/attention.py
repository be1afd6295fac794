"""What needs attention, as rows of one shape: each list of monitoring says in its own fields why something is on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.upstream.monitoring import Attention, Concern


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One thing that needs attention, and why: how late it is, how often it was returned, when it was last heard of, or
    since when it waits for another body.

    `kind` is that of a submission, whose text is not public: it has no title. A report that was not filed has a
    `period`, an obstacle says what it `counts_as` and at which `level` it waits.
    """

    concern: Concern
    task_id: UUID | None = None
    title: str | None = None
    kind: str | None = None
    days_late: int | None = None
    times_returned: int | None = None
    last_returned_at: datetime | None = None
    last_report_at: datetime | None = None
    awaiting_since: datetime | None = None
    handed_in_on_time: bool | None = None
    programme: str | None = None
    period: str | None = None
    counts_as: str | None = None
    level: str | None = None
    days_open: int | None = None
    unmoved_since: datetime | None = None


def rows_of(attention: Attention) -> dict[str, Sequence[AttentionRow]]:
    """Each list that monitoring has, by its name, in monitoring's order."""
    lists = ((name, getattr(attention, name)) for name in type(attention).model_fields)
    return {
        name: [
            AttentionRow(item, **item.model_dump(include=_SHOWN & item.__class__.model_fields.keys()))
            for item in found.items
        ]
        for name, found in lists
        if found is not None
    }


_SHOWN = frozenset(AttentionRow.__slots__) - {"concern"}
