"""Requests and responses about notices."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from sixclear.common.web.schemas import Schema
from sixclear.feedback.typed import read_email


def _email(given: str) -> str:
    address = read_email(given)
    # The start of an encoded word (RFC 2047): programs would read another address out of it, or none.
    if address is None or "=?" in address:
        raise PydanticCustomError("email_unreadable", "Write one e-mail address, such as name@example.org")
    return address


Email = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254),
    AfterValidator(_email),
    Field(description="An e-mail address, as people write it; kept in plain characters."),
]
Language = Literal["vi", "en", "ar"]


class NoticeEntry(Schema):
    """Where to tell of news. Only the process that sends can read it; a mail says nothing of the case."""

    email: Email
    language: Language = Field(default="vi", description="The language of the mails.")


class NoticeView(Schema):
    """Whether the sender is told of news. The address is not shown: nobody here can read it."""

    wanted: bool = Field(description="An address is kept.")
    language: Language | None = Field(description="The language of the mails; null where no address is kept.")
