"""The two-way mailbox of a case: its sender opens it with the receipt code, without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.errors import InvalidRequest
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import service as answers
from sixclear.feedback.appeal import service as appeals
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.attachment.models import Attachment
from sixclear.feedback.attachment.service import Arrived, Bounds
from sixclear.feedback.mailbox import repository
from sixclear.feedback.mailbox.errors import MailboxFull, MailboxNotFound
from sixclear.feedback.mailbox.models import Message
from sixclear.feedback.mailbox.schemas import (
    AppealEntry,
    ConsentEntry,
    ErasureEntry,
    HandlerMessage,
    IdentityEntry,
    MailboxMessage,
    NoticeChange,
    RatingEntry,
    ReopeningEntry,
)
from sixclear.feedback.notice import service as notices
from sixclear.feedback.notice.schemas import NoticeView
from sixclear.feedback.publication import service as publications
from sixclear.feedback.rating import service as ratings
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.models import Erasure
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.service import erasing, identity, steps, timing
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.intake import check_key
from sixclear.feedback.transfer import service as transfers
from sixclear.feedback.transparency import service as transparency
from sixclear.feedback.transparency.service import Stated


@dataclass(frozen=True, slots=True)
class Changed:
    """The code that opens the mailbox now; `again` when this request only repeats an earlier one."""

    code: str
    changed_at: datetime
    again: bool


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a case, what opens its name, and whether this request brought it."""

    attachment: Attachment
    key: CaseKey
    new: bool


async def list_messages(ctx: Context, submission_id: UUID) -> Sequence[Message]:
    """A submission's messages, oldest first."""
    return await repository.list_messages(ctx.session, submission_id)


async def open_mailbox(ctx: Context, receipts: Receipts, typed: str, *, lock: bool = False) -> Submission:
    """The submission that this code opens; raises MailboxNotFound, also for a code that cannot be one."""
    submission = await submissions.find_by_receipt(ctx, receipts, typed, lock=lock)
    if submission is None:
        raise _not_found()
    await sealing.open_to_sender(ctx, submission.submission_id, receipts.content_key(typed))
    return submission


def _not_found() -> MailboxNotFound:
    """The same for a code that cannot be one, was never given out, was ended, or whose case is gone."""
    words = "No case has this code: compare it with the receipt, character by character."
    unknown = {"pointer": "#/receipt_code", "code": "receipt-code-unknown", "detail": words}
    return MailboxNotFound(words, errors=[unknown])


async def list_statements(ctx: Context, receipts: Receipts, typed: str) -> list[Stated]:
    """What was stated on the case that this code opens; raises MailboxNotFound."""
    submission = await submissions.find_by_receipt(ctx, receipts, typed)
    if submission is None:
        raise _not_found()
    return await transparency.list_statements(ctx, submission.submission_id)


async def change_code(ctx: Context, receipts: Receipts, typed: str, key: str) -> Changed:
    """Give the case another receipt code, and end this one; a retry with the same key gets the same code.

    Raises InvalidIdempotencyKey, and MailboxNotFound for every code that opens nothing: one that was ended costs the
    same two look-ups as one that never was. The new code follows from both code and key, so nothing of it is kept, and
    it is told again only to who has both.
    """
    check_key(key)
    code = receipts.next_code(typed, key)
    submission = await submissions.find_by_receipt(ctx, receipts, typed, lock=True)
    changed = await submissions.find_by_receipt(ctx, receipts, code)
    if submission is None:
        if changed is None:
            raise _not_found()
        return Changed(code, changed.code_changed_at or ctx.now, again=True)
    case_id = submission.submission_id
    await sealing.change_code(ctx, case_id, receipts.content_key(typed), receipts.content_key(code))
    await steps.change_code(ctx, submission, receipts.lookup_hash(code))
    return Changed(code, submission.code_changed_at or ctx.now, again=False)


async def raise_identity(ctx: Context, receipts: Receipts, entry: IdentityEntry) -> Submission:
    """Say who one is, or how to be reached. Raises MailboxNotFound, and InvalidRequest where nothing is said."""
    if not (entry.name or entry.email or entry.phone):
        raise InvalidRequest(
            "Say at least one of name, e-mail and phone.",
            errors=[{"pointer": "#/name", "code": "nothing-given", "detail": "Give a name, an e-mail or a phone."}],
        )
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    await identity.raise_identity(ctx, receipts, submission, entry)
    _note_given(ctx, submission)
    return submission


def _note_given(ctx: Context, submission: Submission) -> None:
    """Of a closed case a contact counts from when it was given; before that, from the closing."""
    if submission.status in ("answered", "withdrawn"):
        submission.contact_given_at = of_case(ctx, submission).now


async def change_consent(ctx: Context, receipts: Receipts, entry: ConsentEntry) -> bool:
    """Agree that a public copy is released, or no longer: then one that stands is taken back. Whether one was.

    Raises MailboxNotFound.
    """
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    ctx = of_case(ctx, submission)
    await steps.change_consent(ctx, submission, entry.consent)
    return not entry.consent and await publications.withdraw_of_case(ctx, submission.submission_id)


async def rate(ctx: Context, receipts: Receipts, entry: RatingEntry) -> Submission:
    """Rate the answer of one's case, once. Raises MailboxNotFound and TransitionNotAllowed."""
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    await ratings.rate(ctx, submission, entry.rating, entry.words)
    return submission


async def reopen(ctx: Context, receipts: Receipts, entry: ReopeningEntry) -> Submission:
    """Have one's answered case opened again, once. Raises MailboxNotFound and TransitionNotAllowed."""
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    await appeals.reopen(ctx, submission, entry.reason)
    return submission


async def appeal(ctx: Context, hub: UUID, receipts: Receipts, entry: AppealEntry) -> Submission:
    """Appeal against the answer of one's case, or against silence. Raises MailboxNotFound, TransitionNotAllowed."""
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    await appeals.appeal(ctx, hub, submission, entry.reason)
    return submission


async def change_notice(ctx: Context, receipts: Receipts, entry: NoticeChange, *, taken: bool) -> NoticeView:
    """Be told of news by mail from now on, or no longer. Raises MailboxNotFound, and NoticesNotSent."""
    notices.require_taken(entry.notice, taken=taken)
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    if entry.notice is None:
        await notices.forget(of_case(ctx, submission), submission.submission_id)
        return NoticeView(wanted=False, language=None)
    await notices.keep(ctx, submission.submission_id, submission.version, entry.notice)
    _note_given(ctx, submission)
    return NoticeView(wanted=True, language=entry.notice.language)


async def withdraw(ctx: Context, receipts: Receipts, typed: str) -> Submission:
    """Take one's case back before its answer, with drafts and copy. Raises MailboxNotFound, TransitionNotAllowed."""
    submission = await open_mailbox(ctx, receipts, typed, lock=True)
    ctx = of_case(ctx, submission)
    withdrawn_at = ctx.fact_time(None, submission.occurred_at)
    await timing.end_pause(ctx, submission, withdrawn_at, "sender")
    await transfers.lapse(ctx, submission, withdrawn_at)
    await steps.withdraw(ctx, submission, withdrawn_at)
    await answers.withdraw_drafts(ctx, submission.submission_id, withdrawn_at)
    await publications.withdraw_of_case(ctx, submission.submission_id)
    return submission


async def erase(ctx: Context, receipts: Receipts, entry: ErasureEntry) -> Erasure:
    """Erase contact or whole case. Raises MailboxNotFound, and TransitionNotAllowed while an answer is owed."""
    submission = await submissions.find_by_receipt(ctx, receipts, entry.receipt_code, lock=True)
    if submission is None:
        raise _not_found()
    return await (erase_case if entry.what == "case" else erasing.erase_contact)(ctx, submission)


async def erase_case(ctx: Context, submission: Submission) -> Erasure:
    """Erase all that was written in a locked submission; its public copy is taken back."""
    erasure = await erasing.shred(ctx, submission)
    await attachments.forget_of_case(ctx, submission.submission_id)
    await answers.forget_campaign(ctx, submission.submission_id)
    await publications.withdraw_of_case(of_case(ctx, submission), submission.submission_id)
    return erasure


async def send_message(ctx: Context, receipts: Receipts, entry: MailboxMessage, most: int) -> Message:
    """Write to the handler. Raises MailboxNotFound, and MailboxFull when the case holds `most` messages.

    A clock that stands still for the sender's reply goes on: such a reply finds room in a full mailbox too. A message
    on an answered case reopens nothing; handlers find the case among those whose sender wrote last.
    """
    submission = await open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    awaited = submission.paused_since is not None
    message = await add_message(ctx, submission, entry.text, author="sender", most=None if awaited else most)
    await timing.end_pause(of_case(ctx, submission), submission, message.occurred_at, "sender")
    return message


async def check_code(ctx: Context, receipts: Receipts, typed: str) -> None:
    """Raises MailboxNotFound for a code that opens nothing.

    That a case is full shows when the file is there: it may be the last one again, whose answer was lost.
    """
    if await submissions.find_by_receipt(ctx, receipts, typed) is None:
        raise _not_found()


async def send_file(
    ctx: Context, receipts: Receipts, typed: str, text: str, arrived: Arrived, bounds: Bounds, most: int
) -> SentFile:
    """Add a file that arrived to the case that the code opens, with a message of `text`; a retry adds neither.

    A file that answers a pause finds room in a full mailbox, as such a message does.
    Raises MailboxNotFound, AttachmentsFull, MailboxFull, CaseErased.
    """
    submission = await open_mailbox(ctx, receipts, typed, lock=True)
    key = await sealing.key_to_write(ctx, submission.submission_id)
    if (same := await attachments.find_same(ctx, submission, arrived.facts)) is not None:
        return SentFile(same, key, new=False)
    of_this = of_case(ctx, submission)
    awaited = submission.paused_since is not None
    attachment = await attachments.record(of_this, submission, arrived, bounds)
    message = await add_message(ctx, submission, text, author="sender", most=None if awaited else most)
    await timing.end_pause(of_this, submission, message.occurred_at, "sender")
    return SentFile(attachment, key, new=True)


async def ask_sender(
    ctx: Context, hub: UUID, submission_id: UUID, entry: HandlerMessage, most: int, expect: Expect
) -> tuple[Message, Submission]:
    """Write to the sender. Raises MailboxFull when the case holds `most` messages."""
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    message = await add_message(ctx, submission, entry.text, author="handler", most=most, occurred_at=entry.occurred_at)
    return message, submission


async def add_message(
    ctx: Context,
    submission: Submission,
    text: str,
    *,
    author: str,
    most: int | None,
    occurred_at: datetime | None = None,
) -> Message:
    """Add a message to a locked case; raises MailboxFull when it holds `most` messages.

    `most` is None for what belongs to a step on the clock: the terms say how often there can be one.
    """
    if most is not None and submission.messages_count >= most:
        raise MailboxFull(f"A case holds at most {most} messages.")
    ctx = of_case(ctx, submission)
    sent_at = ctx.fact_time(occurred_at, submission.occurred_at)
    key = await sealing.key_to_write(ctx, submission.submission_id)
    await steps.add_message(ctx, submission, author, sent_at)
    message = Message(
        submission_id=submission.submission_id,
        submission_version=submission.version,
        author=author,
        client_id=ctx.caller.client_id,
        text_sealed=key.seal("message.text", submission.version, text),
        occurred_at=sent_at,
        recorded_at=ctx.now,
    )
    ctx.session.add(message)
    return message
