"""Files of cases in answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema

State = Literal["ready", "held", "refused"]


class AttachmentView(Schema):
    """A file that the sender added to a case."""

    attachment_id: UUID
    name: str = Field(description="As its sender called it; empty where the case was erased.")
    media_type: str = Field(description="Recognised from the content.")
    size: int = Field(description="In bytes, as it was sent.")
    sent_at: datetime = Field(description="Of an anonymous or sealed case: the start of the hour.")
    state: State = Field(
        description="`held`: the scanner has not looked at it yet, and no handler gets it. `refused`: it held harmful"
        " software, and its content is gone."
    )
    scanned_at: datetime | None = Field(default=None, description="When a scanner found nothing; null: none looked.")


class OwnAttachment(AttachmentView):
    """A file as its sender sees it in the mailbox."""

    sha256: str = Field(description="Of the file as you sent it: what was stated of its receipt is of this hash.")
