"""Until when a case is kept, as its sender reads it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from sixclear.common.web.schemas import Schema

Clock = Literal["answer", "appeal", "promise", "reply"]


class RetentionView(Schema):
    """When what is held is erased without being asked; null while a clock of the case runs."""

    contact_until: datetime | None = Field(description="Name, e-mail, phone, and where to send notices.")
    text_until: datetime | None = Field(
        description="All that was written, with its public copy; the receipt code opens nothing any more then."
    )
    waits_for: Clock | None = Field(
        description="Why nothing is erased yet: `answer` or `appeal` that is owed, a `promise` that is not done, a"
        " message that waits for a `reply`."
    )
