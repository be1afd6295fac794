"""Responses of the public log."""

from datetime import datetime

from pydantic import Field

from sixclear.common.web.schemas import Schema


class StatementView(Schema):
    """A signed statement on a case, with what it takes to verify it."""

    statement: str = Field(description="A signed note (C2SP): text, empty line, signature.")
    salt: str = Field(description="Base 64; the entry of the log is HMAC-SHA-256(salt, text).")
    index: int = Field(description="Which entry of the log it is, from 0.")
    proof: str | None = Field(
        description="That it is in the log (C2SP tlog-proof); null while witnesses are waited for, two hours at most."
    )
    policy: str = Field(description="Whose signatures the proof has (C2SP tlog-policy); the receipt keeps it.")


class WitnessView(Schema):
    """A witness of the public log, and what it last said."""

    name: str = Field(description="Its name in the policy.")
    key: str = Field(description="Its public key (C2SP signed-note).")
    size: int = Field(description="How many entries it says to have seen.")
    cosigned_at: datetime | None = Field(description="When it last cosigned; null: never.")
    failed_at: datetime | None = Field(description="When it last gave no cosignature; null: never.")
    problem: str | None = Field(description="Why it gave none when it was last asked; null: it did.")


class LogStatus(Schema):
    """How the public log stands."""

    origin: str = Field(description="Name of the log.")
    key: str = Field(description="Its public key (C2SP signed-note); every statement is signed by it.")
    size: int = Field(description="Entries of the newest checkpoint that is shown.")
    signed_at: datetime = Field(description="When that was signed.")
    accepted: bool = Field(description="Whether it has the cosignatures that the policy asks for.")
    cosigned_by: list[str] = Field(description="Witnesses that cosigned it; empty: signed by us alone.", max_length=32)
    witnesses: list[WitnessView] = Field(description="The witnesses of the policy of today.", max_length=32)
