"""Files in answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema


class FileView(Schema):
    """A file that your organisation sent. Name it by `file_id` in evidence within a day."""

    file_id: UUID
    name: str
    media_type: str = Field(description="Recognised from the content.")
    sha256: str = Field(description="Of the file as you sent it.")
    size: int = Field(description="In bytes.")
    recorded_at: datetime
