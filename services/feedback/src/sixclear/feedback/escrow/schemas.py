"""Requests and responses about escrow keys that were destroyed."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from sixclear.common.web.instants import Day
from sixclear.common.web.schemas import Schema

Period = Annotated[
    str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), Field(description="The month of the key, in UTC.")
]
Fingerprint = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of the 32 bytes of the public key, as `sha256sum` prints it of the file `.pub`."),
]


class EscrowDestructionEntry(Schema):
    """Which private key was destroyed, and on which day."""

    period: Period
    fingerprint: Fingerprint
    destroyed_on: Day


class EscrowDestructionView(Schema):
    """The record of a private escrow key that its holder destroyed."""

    period: Period
    fingerprint: Fingerprint
    destroyed_on: date
    recorded_at: datetime
    recorded_by: str = Field(description="The client by which it was recorded.")
