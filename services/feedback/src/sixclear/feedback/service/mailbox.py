"""The two-way mailbox that a receipt code opens, without an account."""

from datetime import datetime

from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.feedback import lifecycle
from sixclear.feedback.errors import MailboxFull, MailboxNotFound
from sixclear.feedback.models import Message, Submission
from sixclear.feedback.receipts import Receipts
from sixclear.feedback.repository import submissions as rows
from sixclear.feedback.service.recording import SUBMISSION


async def open_mailbox(ctx: Context, receipts: Receipts, typed: str, *, lock: bool = False) -> Submission:
    """The submission that this code opens; raises MailboxNotFound, also for a code that cannot be one."""
    submission = await rows.find_by_receipt(ctx.session, receipts.lookup_hash(typed), lock=lock)
    if submission is None:
        raise MailboxNotFound("Check every character; the letters I, L, O and U are not used.")
    return submission


async def add_message(
    ctx: Context, submission: Submission, text: str, *, author: str, most: int, occurred_at: datetime | None = None
) -> Message:
    """Add a message to a locked submission; raises MailboxFull."""
    if submission.messages_count >= most:
        raise MailboxFull(f"A case holds at most {most} messages.")
    sent_at = ctx.fact_time(occurred_at, submission.occurred_at)
    await record(ctx, submission, lifecycle.add_message(submission), sent_at, SUBMISSION)
    message = Message(
        submission_id=submission.submission_id,
        submission_version=submission.version,
        author=author,
        client_id=ctx.caller.client_id,
        text=text,
        occurred_at=sent_at,
        recorded_at=ctx.now,
    )
    ctx.session.add(message)
    return message
