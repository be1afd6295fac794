"""The columns of what is kept in versions, and of a version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.data_catalog.approval.lifecycle import Hand, Standing


class Kept(Versioned):
    """What is kept in versions. `content` is that of the approved one; `search_text` has no word of a draft."""

    code: Mapped[str]
    # The form of the code, by which it is compared (see `sixclear.common.keys`): one for the country.
    folded_key: Mapped[str] = mapped_column(unique=True)
    owner_organisation_id: Mapped[UUID] = mapped_column(index=True)
    status: Mapped[str]
    approved_number: Mapped[int | None] = mapped_column(Integer)
    draft_number: Mapped[int | None] = mapped_column(Integer)
    last_number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    approved_at: Mapped[datetime | None]
    approved_by_organisation_id: Mapped[UUID | None]
    # When a version was last approved or withdrawn: facts are told in order.
    decided_at: Mapped[datetime | None]
    search_text: Mapped[str]
    demonstration: Mapped[bool] = mapped_column(Boolean)


class KeptVersion:
    """One version. A draft is written again in its place; what was approved never changes but for how it ended."""

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    status: Mapped[str]
    content: Mapped[dict[str, Any]]
    # [{"client_id", "person"}]: who had a part in the draft. Never published.
    hands: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    drafted_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by_organisation_id: Mapped[UUID | None]
    approved_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


def standing_of(kept: Kept) -> Standing:
    """What the rules read of a row."""
    return Standing(kept.approved_number, kept.draft_number, kept.last_number)


def hands_of(version: KeptVersion) -> list[Hand]:
    """Who had a part in a draft."""
    return [Hand(hand["client_id"], hand["person"]) for hand in version.hands]
