"""The table of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.answer.lifecycle import DraftState
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base

# Two people may use one client, and one person two clients: the names of clients count only where no more is known.
FOUR_EYES = (
    "CASE WHEN drafted_person IS NULL AND drafted_position IS NULL THEN published_by <> drafted_by"
    " WHEN drafted_person IS NOT NULL AND published_person IS NOT NULL THEN drafted_person <> published_person"
    " ELSE drafted_position <> published_position END"
)


class Answer(Base):
    """An answer: drafted by one person, published by another, or withdrawn when another body got the case."""

    __tablename__ = "answer"

    answer_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    outcome: Mapped[str]
    # Sealed; the columns without that word hold what a release before wrote, until it is sealed.
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    legal_basis_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    legal_basis: Mapped[str] = mapped_column(default="", server_default="")
    responsible_organisation_id: Mapped[UUID]
    next_date: Mapped[date | None]
    text: Mapped[str] = mapped_column(default="", server_default="")
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    # Who drafted and who published it, as far as their tokens told; none in rows of releases that did not ask.
    drafted_person: Mapped[str | None]
    drafted_position: Mapped[str | None]
    published_person: Mapped[str | None]
    published_position: Mapped[str | None]
    # Sealed JSON, `[{"point", "answer"}]`; null where the submission was not split into points.
    points_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # When the publisher wants it to go out; null: with the request that published it.
    publish_at: Mapped[datetime | None]
    # The published answer that this one takes the place of, and why.
    corrects: Mapped[UUID | None]
    correction_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The same in all copies of a campaign into which one draft was written; null of an answer to one case.
    campaign_id: Mapped[UUID | None]
    # Of the case, when this was drafted: the order of what a case that keeps only hours got in one of them. Null in
    # rows of releases that did not write it; these come first.
    submission_version: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint(FOUR_EYES, name="two_persons"),
        Index(
            "ix_answer_scheduled",
            "publish_at",
            postgresql_where=sql("publish_at IS NOT NULL AND published_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )


class Promise(Base):
    """A step that an answer promises, with its day. It is shown from the publication on, until it is done."""

    __tablename__ = "promise"

    promise_id: Mapped[UUID] = mapped_column(primary_key=True)
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answer.answer_id"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    due_date: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    done_words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a submission, oldest first, with the steps that each promises."""

    rows: Sequence[Answer]
    promises: Mapping[UUID, Sequence[Promise]]

    def published(self) -> Sequence[Answer]:
        """Those that the sender may read, the newest first: it holds, the others are former ones."""
        told = [
            ((answer.published_at, answer.drafted_at, answer.submission_version or 0), answer)
            for answer in self.rows
            if answer.published_at is not None
        ]
        return [answer for _, answer in sorted(told, key=lambda one: one[0], reverse=True)]

    def promised(self) -> Sequence[Promise]:
        """The steps that the published answers promise, oldest first; those of a corrected one it promises no more."""
        published = list(reversed(self.published()))
        corrected = {answer.corrects for answer in published}
        holding = [answer.answer_id for answer in published if answer.answer_id not in corrected]
        return [promise for answer_id in holding for promise in self.promises[answer_id]]


_WORDS = ("reason", "legal_basis", "text")
_MORE_WORDS = ("points", "correction_reason")


def words_of(key: CaseKey, answer: Answer) -> dict[str, Any]:
    """What the answer says, opened; `points` as JSON."""
    words = {
        name: key.open(f"answer.{name}", answer.answer_id, getattr(answer, f"{name}_sealed"), getattr(answer, name))
        for name in _WORDS
    }
    more = {
        name: key.open_maybe(f"answer.{name}", answer.answer_id, getattr(answer, f"{name}_sealed"), None)
        for name in _MORE_WORDS
    }
    return words | more


def sealed_words(key: CaseKey, answer_id: UUID, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an answer that says `said`, with its words sealed."""
    names = (*_WORDS, *_MORE_WORDS)
    sealed = {f"{name}_sealed": key.seal_maybe(f"answer.{name}", answer_id, said[name]) for name in names}
    return {name: value for name, value in said.items() if name not in names} | sealed


def new_promise(key: CaseKey, promise_id: UUID, answer_id: UUID, place: int, words: str, due_date: date) -> Promise:
    """The row of a promised step, with its words sealed."""
    sealed = key.seal("promise.words", promise_id, words)
    return Promise(promise_id=promise_id, answer_id=answer_id, place=place, words_sealed=sealed, due_date=due_date)


def seal_done_words(key: CaseKey, promise: Promise, words: str | None) -> None:
    """Keep what came of a promised step."""
    promise.done_words_sealed = key.seal_maybe("promise.done_words", promise.promise_id, words)


def promise_words(key: CaseKey, promise: Promise) -> str:
    """What was promised, opened."""
    return key.open("promise.words", promise.promise_id, promise.words_sealed)


def done_words(key: CaseKey, promise: Promise) -> str | None:
    """What came of a promised step, opened."""
    return key.open_maybe("promise.done_words", promise.promise_id, promise.done_words_sealed, None)


def state_of(answer: Answer) -> DraftState:
    """What the rules of publication read of an answer."""
    return DraftState(
        drafted_by=answer.drafted_by,
        person=answer.drafted_person,
        position=answer.drafted_position,
        published=answer.published_at is not None,
        withdrawn=answer.withdrawn_at is not None,
    )
