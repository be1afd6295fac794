"""The table of files of cases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base

# The place that `facts_sealed` is bound to.
FACTS = "attachment.facts"


class Attachment(Base):
    """A file of a case. What it is called, of which kind it is and what opens it is sealed in `facts`.

    `blob` is the SHA-256 of the sealed file as it was sent, `shown_blob` of the sealed copy that handlers get: neither
    can be tested against a known file. A row whose state is `gone` waits until both are out of the store.
    """

    __tablename__ = "attachment"

    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    # `ready`, `held` until the scanner has looked at it, `refused` by the scanner, `gone`.
    state: Mapped[str] = mapped_column(String(10))
    facts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    blob: Mapped[str] = mapped_column(String(64), index=True)
    shown_blob: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    # The hour alone where the case keeps no more.
    sent_at: Mapped[datetime]
    scanned_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('ready', 'held', 'refused', 'gone')", name="state"),
        Index("ix_attachment_waiting", "state", "attachment_id", postgresql_where=sql("state IN ('held', 'gone')")),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is sealed of a file; `key` opens its content. All is empty where the case was erased."""

    name: str = ""
    media_type: str = ""
    sha256: str = ""
    key: str = ""
    shown_size: int = 0


def facts_of(key: CaseKey, attachment: Attachment) -> Facts:
    """What is sealed of a file, opened."""
    kept = key.open(FACTS, attachment.attachment_id, attachment.facts_sealed)
    return Facts(**orjson.loads(kept)) if kept else Facts()
