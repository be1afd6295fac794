"""`feedback`: submissions, their receipts, and the mailbox that a receipt opens."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, RootModel

from sixclear.portal.upstream.answer import Answer, Operation
from sixclear.portal.upstream.transport import Transport


class Receipt(Answer):
    """What the sender of a submission gets. `due_provisional`: the deadline may move with the holidays of its year.

    `statement` is there once it is signed, for what is sent again.
    """

    receipt_code: str
    due_at: datetime | None = None
    due_provisional: bool = False
    rule_vi: str | None = None
    rule_en: str | None = None
    statement: str | None = None


class Stated(Answer):
    """A signed statement on a case; no `proof` for some seconds. `policy` says whose signatures it has."""

    statement: str
    salt: str
    index: int
    proof: str | None = None
    policy: str


class Statements(RootModel[list[Stated]]):
    """What was stated on a case, oldest first."""


class SilenceFigure(Answer):
    """How often the public log says of a body that no answer came by the due time."""

    no_answers: int


class NewCode(Answer):
    """The receipt code that opens a case from now on."""

    receipt_code: str


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


class ClockLine(Answer):
    """One step of how a deadline was counted."""

    text_vi: str
    text_en: str
    mark: str | None = None


class NamedBody(Answer):
    """A body by its name."""

    name_vi: str
    name_en: str | None = None


class CaseTransfer(Answer):
    """A body that was offered the case, and what it decided."""

    to_organisation: NamedBody | None = None
    state: str
    offered_at: datetime
    decided_at: datetime | None = None


class CaseClock(Answer):
    """How the answer stands against its deadline, and by which rule that is.

    `provisional`: the deadline may move, because the holidays of its year are not all known. `first_due_at` is the
    one that was told first, where it is another one now. `paused_since`: it waits for what the sender was asked.
    """

    state: Literal["in_time", "due_soon", "overdue", "answered"]
    provisional: bool = False
    first_due_at: datetime | None = None
    body_due_at: datetime | None = None
    paused_since: datetime | None = None
    lines: list[ClockLine] = Field(default_factory=list)
    rule_vi: str | None = None
    rule_en: str | None = None


class CaseAccess(Answer):
    """That a protected part of a case was read."""

    what: str
    read_at: datetime


class BodyBrief(Answer):
    """A body by its name."""

    name_vi: str
    name_en: str | None = None


class IdentityStep(Answer):
    """That a body asked who the sender is, and what was decided."""

    organisation: BodyBrief | None = None
    requested_at: datetime
    decision: str | None = None
    decided_at: datetime | None = None
    open_until: datetime | None = None


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
    transfers: list[CaseTransfer] = Field(default_factory=list)
    demonstration: bool = False
    code_changed_at: datetime | None = None
    messages: list[Message] = Field(default_factory=list)
    answer: PublishedAnswer | None = None
    accesses: list[CaseAccess] = Field(default_factory=list)
    identity_requests: list[IdentityStep] = Field(default_factory=list)


class Witness(Answer):
    """A witness of the public log, and what it last said."""

    name: str
    cosigned_at: datetime | None = None
    failed_at: datetime | None = None
    problem: str | None = None


class LogStatus(Answer):
    """How the public log stands; `accepted`: as many witnesses cosigned as the policy asks for."""

    origin: str
    key: str | None = None
    size: int
    signed_at: datetime
    accepted: bool
    cosigned_by: list[str]
    witnesses: list[Witness]


SUBMISSION = Operation("feedback", "POST", "/api/feedback/v1/submissions", Receipt)
MAILBOX = Operation("feedback", "POST", "/api/feedback/v1/mailbox", Case)
# Of the answer nothing is read: the case shows the message.
MESSAGE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/messages", Answer)
STATEMENTS = Operation("feedback", "POST", "/api/feedback/v1/mailbox/statements", Statements)
NEW_CODE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/code", NewCode)
NO_ANSWERS = Operation("feedback", "GET", "/api/feedback/v1/no-answers", SilenceFigure)
LOG_STATUS = Operation("feedback", "GET", "/api/feedback/v1/log/status", LogStatus)


class Feedback:
    """The calls to `feedback`; but for the log each is made for a visitor."""

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

    async def statements(self, code: str) -> Sequence[Stated]:
        """What was stated on the case that a receipt code opens, oldest first."""
        return (await self._transport.post(STATEMENTS, {"receipt_code": code})).root

    async def new_code(self, code: str, key: str) -> str:
        """Ends a receipt code; the same key gives the same new one again."""
        return (await self._transport.post(NEW_CODE, {"receipt_code": code}, key)).receipt_code

    async def no_answers(self, organisation: str) -> int:
        """How often the public log says of this body that no answer came by the due time."""
        return (await self._transport.get(NO_ANSWERS, {"organisation": organisation})).no_answers

    async def log_status(self) -> LogStatus:
        """How large the public log is, and who cosigned it."""
        return await self._transport.kept(LOG_STATUS, {})
