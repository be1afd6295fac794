"""`feedback`: submissions, their receipts, and the mailbox that a receipt opens."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer, Operation
from sixclear.portal.upstream.transport import Transport


class Receipt(Answer):
    """What the sender of a submission gets. `due_provisional`: the deadline may move with the holidays of its year."""

    receipt_code: str
    due_at: datetime | None = None
    due_provisional: bool = False
    rule_vi: str | None = None
    rule_en: str | None = None


class Message(Answer):
    """One message between sender and handler."""

    author: str = "handler"
    text: str
    sent_at: datetime | None = None


class PublishedAnswer(Answer):
    """The answer of a case."""

    outcome: str
    reason: str
    legal_basis: str
    next_date: date | None = None
    text: str


class CaseClock(Answer):
    """How the answer stands against its deadline, and by which rule that is.

    `provisional`: the deadline may move, because the holidays of its year are not all known. `first_due_at` is the
    one that was told first, where the holidays of its year moved it.
    """

    state: Literal["in_time", "due_soon", "overdue", "answered"]
    provisional: bool = False
    first_due_at: datetime | None = None
    rule_vi: str | None = None
    rule_en: str | None = None


class CaseAccess(Answer):
    """That a protected part of a case was read."""

    what: str
    read_at: datetime


class Case(Answer):
    """A submission as its sender sees it."""

    kind: str
    status: str
    title: str | None = None
    text: str | None = None
    organisation_id: UUID | None = None
    received_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    clock: CaseClock
    demonstration: bool = False
    messages: list[Message] = Field(default_factory=list)
    answer: PublishedAnswer | None = None
    accesses: list[CaseAccess] = Field(default_factory=list)


SUBMISSION = Operation("feedback", "POST", "/api/feedback/v1/submissions", Receipt)
MAILBOX = Operation("feedback", "POST", "/api/feedback/v1/mailbox", Case)
# Of the answer nothing is read: the case shows the message.
MESSAGE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/messages", Answer)


class Feedback:
    """The calls to `feedback`; each is made for a visitor."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def submit(self, body: Mapping[str, Any], key: str) -> Receipt:
        """Sends a submission; the same key and body give the same receipt."""
        return await self._transport.post(SUBMISSION, body, key)

    async def mailbox(self, code: str) -> Case:
        """The case that a receipt code opens; wrong codes are counted for the visitor."""
        return await self._transport.post(MAILBOX, {"receipt_code": code})

    async def reply(self, code: str, text: str, key: str) -> None:
        """Adds the sender's message to a case."""
        await self._transport.post(MESSAGE, {"receipt_code": code, "text": text}, key)
