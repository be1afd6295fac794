"""Responses of the public log."""

from pydantic import Field

from sixclear.common.web.schemas import Schema


class StatementView(Schema):
    """A signed statement on a case, with what it takes to verify it."""

    statement: str = Field(description="A signed note (C2SP): text, empty line, signature.")
    salt: str = Field(description="Base 64; the entry of the log is HMAC-SHA-256(salt, text).")
    index: int = Field(description="Which entry of the log it is, from 0.")
    proof: str | None = Field(description="That it is in the log (C2SP tlog-proof); null for some seconds.")
