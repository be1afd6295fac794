"""Tables of proposals, and of the tasks that came of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.feedback.answer.lifecycle import DraftState
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base

_PLACE = "proposal.words"
WORDS = ("title", "abstract", "promised_steps")


class Proposal(Versioned, Base):
    """What a body says to everyone of an idea that it accepted. Its version is 0 until it is published.

    Its identifier is random, so that nothing public leads to the case, which this row alone knows.
    """

    __tablename__ = "proposal"

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"))
    status: Mapped[str]
    # What everyone reads; null before and after. Until it is public it is sealed as the case is.
    title: Mapped[str | None]
    abstract: Mapped[str | None]
    promised_steps: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    programme: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[UUID]
    worded_by: Mapped[str]
    worded_person: Mapped[str | None]
    worded_position: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        CheckConstraint("status IN ('worded', 'accepted', 'withdrawn')", name="status"),
        # One that was withdrawn may be worded again, as another one.
        Index(
            "ix_proposal_submission_id",
            "submission_id",
            unique=True,
            postgresql_where=sql("status <> 'withdrawn'"),
        ),
        Index("ix_proposal_listing", "accepted_at", "proposal_id", postgresql_where=sql("version > 0")),
        # What waits for the end of its hour.
        Index("ix_proposal_waiting", "accepted_at", postgresql_where=sql("status = 'accepted' AND version = 0")),
    )


class ProposalTask(Base):
    """The public state of a task that came of a proposal, as `tasks` last said it; nothing here changes it.

    `epoch` and `version` say of which event a row is: an older one changes nothing. Of a task that is not public any
    more the row stays, without what it said.
    """

    __tablename__ = "proposal_task"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    # No foreign key: after a restore the proposal may come later than its task.
    proposal_id: Mapped[UUID] = mapped_column(index=True)
    public: Mapped[bool] = mapped_column(Boolean)
    code: Mapped[str | None]
    title: Mapped[str | None]
    status: Mapped[str | None]
    lead_organisation_id: Mapped[UUID | None]
    percent: Mapped[int | None] = mapped_column(SmallInteger)
    current_deadline: Mapped[datetime | None]
    last_report_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    replaced_by: Mapped[list[UUID] | None]
    epoch: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)


def seal_words(key: CaseKey, proposal_id: UUID, words: Mapping[str, Any]) -> bytes:
    """Words that are not public yet, under the key of the case."""
    return key.seal(_PLACE, proposal_id, orjson.dumps(words).decode())


def words_of(key: CaseKey, proposal: Proposal) -> dict[str, Any]:
    """The words by name; each None where they were taken back, or the keys of the case are gone."""
    if proposal.words_sealed is None:
        return {name: getattr(proposal, name) for name in WORDS}
    text = key.open(_PLACE, proposal.proposal_id, proposal.words_sealed)
    return dict(orjson.loads(text)) if text else dict.fromkeys(WORDS)


def wording_of(proposal: Proposal) -> DraftState:
    """What the rule of two persons reads of its words, as it does of an answer."""
    return DraftState(
        drafted_by=proposal.worded_by,
        person=proposal.worded_person,
        position=proposal.worded_position,
        published=proposal.status != "worded",
        withdrawn=proposal.status == "withdrawn",
    )
