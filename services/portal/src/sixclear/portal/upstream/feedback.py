"""`feedback`: submissions, their receipts, and the mailbox that a receipt opens."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from pydantic import RootModel

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.cases import Case, CaseCopy, Erasure, Proposal
from sixclear.portal.upstream.public_feedback import (
    AlikeCopies,
    CaseFields,
    Endorsements,
    ListedCopy,
    Satisfaction,
    WholeCopy,
    YearFigures,
)
from sixclear.portal.upstream.transport import Query, Transport


class Receipt(Answer):
    """What the sender of a submission gets. `due_provisional`: the deadline may move with the holidays of its year.

    `statement` is there once it is signed, for what is sent again. `held`: a person looks at it before it goes on.
    """

    receipt_code: str
    due_at: datetime | None = None
    due_provisional: bool = False
    rule_vi: str | None = None
    rule_en: str | None = None
    statement: str | None = None
    held: bool = False


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


class WorkOffer(Answer):
    """What a sender shows while too many submissions come: `challenge`, which goes back as it came, with its solution,
    or `form_token`, of a form without script. `needed`: one that is sent now must show something.
    """

    needed: bool = False
    challenge: dict[str, Any]
    form_token: str


class NoticeOffer(Answer):
    """Whether mails are sent that say that there is news."""

    offered: bool = False


# The list of fields ships with the service.
_LIST_SECONDS = 60.0

SUBMISSION = Operation("feedback", "POST", "/api/feedback/v1/submissions", Receipt)
WORK_OFFER = Operation("feedback", "GET", "/api/feedback/v1/challenge", WorkOffer)
MAILBOX = Operation("feedback", "POST", "/api/feedback/v1/mailbox", Case)
# Of the answer nothing is read: the case shows the message.
MESSAGE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/messages", Answer)
STATEMENTS = Operation("feedback", "POST", "/api/feedback/v1/mailbox/statements", Statements)
NEW_CODE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/code", NewCode)
# Of these answers nothing is read either.
RATING = Operation("feedback", "POST", "/api/feedback/v1/mailbox/rating", Answer)
REOPENING = Operation("feedback", "POST", "/api/feedback/v1/mailbox/reopen", Answer)
APPEAL = Operation("feedback", "POST", "/api/feedback/v1/mailbox/appeal", Answer)
WITHDRAWAL = Operation("feedback", "POST", "/api/feedback/v1/mailbox/withdraw", Answer)
IDENTITY = Operation("feedback", "POST", "/api/feedback/v1/mailbox/identity", Answer)
CONSENT = Operation("feedback", "POST", "/api/feedback/v1/mailbox/consent", Answer)
ERASURE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/erasure", Erasure)
NOTICE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/notice", Answer)
COPY = Operation("feedback", "POST", "/api/feedback/v1/mailbox/copy", CaseCopy)
FILE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/files", Answer)
OWN_FILE = Operation("feedback", "POST", "/api/feedback/v1/mailbox/files/{attachment_id}", Answer)
NO_ANSWERS = Operation("feedback", "GET", "/api/feedback/v1/no-answers", SilenceFigure)
NOTICES = Operation("feedback", "GET", "/api/feedback/v1/notices", NoticeOffer)
LOG_STATUS = Operation("feedback", "GET", "/api/feedback/v1/log/status", LogStatus)
COPIES = Operation("feedback", "GET", "/api/feedback/v1/publications", Listing[ListedCopy])
COPY_OF_ALL = Operation("feedback", "GET", "/api/feedback/v1/publications/{publication_id}", WholeCopy)
ENDORSEMENTS = Operation("feedback", "GET", "/api/feedback/v1/publications/{publication_id}/endorsements", Endorsements)
ENDORSING = Operation("feedback", "POST", "/api/feedback/v1/publications/{publication_id}/endorsements", Endorsements)
ALIKE = Operation("feedback", "POST", "/api/feedback/v1/similar", AlikeCopies)
FIELDS = Operation("feedback", "GET", "/api/feedback/v1/fields", CaseFields)
PROPOSALS = Operation("feedback", "GET", "/api/feedback/v1/proposals", Listing[Proposal])
PROPOSAL = Operation("feedback", "GET", "/api/feedback/v1/proposals/{proposal_id}", Proposal)
STATISTICS = Operation("feedback", "GET", "/api/feedback/v1/statistics", YearFigures)
SATISFACTION = Operation("feedback", "GET", "/api/feedback/v1/satisfaction", Satisfaction, outlasts=True)


class Feedback:
    """The calls to `feedback`; but for the log each is made for a visitor."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def submit(self, body: Mapping[str, Any], key: str, shown: Mapping[str, str] | None = None) -> Receipt:
        """Sends a submission; the same key and body give the same receipt. `shown` are headers beside them."""
        return await self._transport.post(SUBMISSION, body, key, shown)

    async def work_offer(self) -> WorkOffer:
        """What a form can show while too many submissions come; each is for one form."""
        return await self._transport.get(WORK_OFFER)

    async def mailbox(self, code: str) -> Case:
        """The case that a receipt code opens; wrong codes are counted for the visitor."""
        return await self._transport.post(MAILBOX, {"receipt_code": code})

    async def reply(self, code: str, text: str, key: str) -> None:
        """Adds the sender's message to a case."""
        await self._transport.post(MESSAGE, {"receipt_code": code, "text": text}, key)

    async def send_file(self, code: str, name: str, content: AsyncIterator[bytes]) -> None:
        """Adds a file to a case; the same file under the same name is there once."""
        await self._transport.send_file(FILE, {"receipt_code": code}, name, content)

    async def read_file(self, code: str, attachment_id: UUID) -> httpx2.Response:
        """A file of a case as it was sent, to be read and closed by the caller."""
        return await self._transport.read_file(OWN_FILE, {"receipt_code": code}, attachment_id=attachment_id)

    async def rate(self, code: str, rating: str, words: str | None, key: str) -> None:
        """Says how far the answer of a case helped."""
        await self._transport.post(RATING, {"receipt_code": code, "rating": rating, "words": words}, key)

    async def reopen(self, code: str, reason: str, key: str) -> None:
        """Has an answered case opened again."""
        await self._transport.post(REOPENING, {"receipt_code": code, "reason": reason}, key)

    async def appeal(self, code: str, reason: str | None, key: str) -> None:
        """Appeals to the body above."""
        await self._transport.post(APPEAL, {"receipt_code": code, "reason": reason}, key)

    async def withdraw(self, code: str, key: str) -> None:
        """Takes a case back before its answer."""
        await self._transport.post(WITHDRAWAL, {"receipt_code": code}, key)

    async def raise_identity(self, code: str, given: Mapping[str, str], key: str) -> None:
        """Says who one is, or how to be reached."""
        await self._transport.post(IDENTITY, {"receipt_code": code, **given}, key)

    async def change_consent(self, code: str, agreed: bool, key: str) -> None:
        """Agrees to a public copy of a case, or no longer."""
        await self._transport.post(CONSENT, {"receipt_code": code, "consent": agreed}, key)

    async def change_notice(self, code: str, notice: Mapping[str, str] | None, key: str) -> None:
        """Has news of a case told to an address, or no longer."""
        await self._transport.post(NOTICE, {"receipt_code": code, "notice": notice}, key)

    async def notices(self) -> bool:
        """Whether mails are sent that say that there is news."""
        return (await self._transport.kept(NOTICES, {})).offered

    async def erase(self, code: str, what: str, key: str) -> Erasure:
        """Erases the contact of a case, or the `case` itself, which its code then opens no longer."""
        return await self._transport.post(ERASURE, {"receipt_code": code, "what": what}, key)

    async def copy(self, code: str) -> CaseCopy:
        """All that is held about the sender of a case."""
        return await self._transport.post(COPY, {"receipt_code": code})

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

    async def publications(self, query: Query) -> Listing[ListedCopy]:
        """Public copies by the filters of `query`, those that were released last first."""
        return await self._transport.get(COPIES, query)

    async def publication(self, publication_id: UUID) -> WholeCopy:
        """One public copy."""
        return await self._transport.get(COPY_OF_ALL, publication_id=publication_id)

    async def endorsements(self, publication_id: UUID) -> Endorsements:
        """How many endorse a public copy."""
        return await self._transport.get(ENDORSEMENTS, publication_id=publication_id)

    async def endorse(self, publication_id: UUID, key: str) -> Endorsements:
        """Endorses a public copy, not verified; the same key counts once."""
        return await self._transport.post(ENDORSING, {}, key, publication_id=publication_id)

    async def alike(self, text: str) -> AlikeCopies:
        """Public copies that are like a text; it stands in no address and is not kept."""
        return await self._transport.post(ALIKE, {"text": text})

    async def fields(self) -> CaseFields:
        """The fields that a case can be of."""
        return await self._transport.kept(FIELDS, {}, _LIST_SECONDS)

    async def proposals(self, query: Query) -> Listing[Proposal]:
        """Accepted ideas, newest first."""
        return await self._transport.get(PROPOSALS, query)

    async def proposal(self, proposal_id: UUID) -> Proposal:
        """An accepted idea with what has become of it."""
        return await self._transport.get(PROPOSAL, proposal_id=proposal_id)

    async def statistics(self, query: Query) -> YearFigures:
        """What became of the cases of a year, by group."""
        return await self._transport.kept(STATISTICS, query)

    async def satisfaction(self, query: Query) -> Satisfaction:
        """How content senders are with the answers of a year."""
        return await self._transport.kept(SATISFACTION, query)
