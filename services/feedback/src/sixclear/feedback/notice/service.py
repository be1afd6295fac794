"""Tells senders who left an address that there is news: at most one mail a case and day, at a time by chance."""

import random
from collections.abc import Callable, Collection
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from uuid import UUID, uuid4

import structlog

from sixclear.common.caller import PUBLIC_CALLER, Caller
from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.notice import repository
from sixclear.feedback.notice.errors import NoticesNotSent
from sixclear.feedback.notice.mails import compose
from sixclear.feedback.notice.metrics import NOTICES, NOTICES_WAIT
from sixclear.feedback.notice.models import Notice
from sixclear.feedback.notice.rules import NEWS, first_try, next_try
from sixclear.feedback.notice.schemas import NoticeEntry, NoticeView
from sixclear.feedback.notice.smtp import Mailer, Outcome
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.models import Erasure

_log = structlog.get_logger(__name__)
_CHUNK = 200
_SENDING = Caller("notices")
_CHANCE = random.SystemRandom()


def require_taken(given: NoticeEntry | None, *, taken: bool) -> None:
    """Raises NoticesNotSent for an address where no process sends mails."""
    if given is not None and not taken:
        raise NoticesNotSent("No mails are sent here; nothing was stored.")


async def keep(ctx: Context, case_id: UUID, version: int, given: NoticeEntry) -> None:
    """Tell the sender of a case of what comes after this version; another address takes the place of the one kept."""
    await repository.put(ctx.session, case_id, given.language, version)
    await sealing.keep_address(ctx, case_id, given.email)


async def forget(ctx: Context, case_id: UUID) -> Erasure | None:
    """Erase the address of a case, and the mail that waits; None where nothing was kept."""
    if not await repository.remove(ctx.session, case_id):
        return None
    return await sealing.erase(ctx, case_id, sealing.NOTICE)


async def of_case_now(ctx: Context, case_id: UUID) -> NoticeView:
    """Whether the sender of a case is told of news."""
    notice = await repository.find_notice(ctx.session, case_id)
    return NoticeView.model_validate({"wanted": notice is not None, "language": notice and notice.language})


async def ask_for_ratings(ctx: Context, cases: Collection[UUID]) -> None:
    """Let a mail wait for these cases, whose mailboxes ask for a rating from now on; the caller does it once for each.

    It is the mail that says that there is news. One that waits already says it too.
    """
    for notice in await repository.lock_free(ctx.session, cases):
        _let_wait(notice, ctx.now, asks_rating=True)


async def end_question(ctx: Context, case_id: UUID) -> None:
    """Send no mail that only asks for a rating: the sender gave it, or had the case opened again."""
    notice = await repository.find_notice(ctx.session, case_id, lock=True)
    if notice is not None and notice.asks_rating:
        _settle(notice)


async def send_notices(database: Database, log: EventLog, clock: Clock, mailer: Mailer, mailbox: str) -> int:
    """Look for news, then send the mails that are due; answers how many went out.

    Safe to run again, to interrupt and to run in several processes. A mail that was sent by a process which ended
    before it could say so goes out again, with the same identifier.
    """
    async with database.session() as session:
        sealing.make_ready(session, sealing.SENDING, clock())
    await _find_news(database, clock)
    sent, passed = 0, set[UUID]()
    while True:
        async with database.transaction() as session:
            notice = await repository.lock_due(session, clock(), passed)
            if notice is None:
                break
            case_id, ctx = notice.submission_id, Context(session, log, _SENDING, clock())
            passed.add(case_id)
            address = await sealing.open_address(ctx, case_id)
            if address is None or notice.mail_id is None:
                _log.error("an address does not open here: is the key of notices in this process?")
                continue
            made = partial(compose, mailer.sender, address, notice.language, mailbox, notice.mail_id, ctx.now)
            notice.attempts += 1
            # Before it is tried, so that a process that dies meanwhile does not try at once for ever.
            notice.send_at = next_try(ctx.now, notice.attempts) or notice.send_at
        outcome = await _send(mailer, made, address)
        async with database.transaction() as session:
            await _write_down(await repository.find_notice(session, case_id, lock=True), outcome, clock)
        sent += outcome == "sent"
    await _measure(database, clock)
    return sent


async def _send(mailer: Mailer, made: Callable[[], EmailMessage], to: str) -> Outcome:
    """One mail; an address that no mail can be made of, or that the library does not take, stops no other mail."""
    try:
        return await mailer.send(made(), to)
    except Exception as error:  # the libraries raise errors of many kinds; their texts repeat the address
        _log.error("a mail could not be made or sent", problem=type(error).__name__)
        return "refused"


async def _find_news(database: Database, clock: Clock) -> None:
    """Let a mail wait for each case of which the log has news. Steps that keep hours are there after their hour."""
    while True:
        async with database.transaction() as session:
            notices = await repository.lock_behind(session, _CHUNK)
            steps = await repository.steps_since(session, notices, NEWS, PUBLIC_CALLER.client_id)
            for case_id, notice in notices.items():
                notice.version = steps[case_id].version
                if steps[case_id].news:
                    if notice.send_at is None:
                        _let_wait(notice, clock(), asks_rating=False)
                    notice.asks_rating = False
        if len(notices) < _CHUNK:
            return


def _let_wait(notice: Notice, now: datetime, *, asks_rating: bool) -> None:
    notice.send_at = first_try(now, notice.last_sent_on, _CHANCE.random())
    notice.mail_id, notice.asks_rating = uuid4(), asks_rating


def _settle(notice: Notice) -> None:
    """No mail waits any more."""
    notice.send_at, notice.mail_id, notice.attempts, notice.asks_rating = None, None, 0, False


async def _write_down(notice: Notice | None, outcome: Outcome, clock: Clock) -> None:
    """What became of a mail; nothing where its address was erased meanwhile."""
    given_up = outcome == "failed" and notice is not None and next_try(clock(), notice.attempts) is None
    NOTICES.labels("given_up" if given_up else outcome).inc()
    if notice is None or (outcome == "failed" and not given_up):
        return
    _settle(notice)
    if outcome == "sent":
        notice.last_sent_on = civil_date(clock())


async def _measure(database: Database, clock: Clock) -> None:
    async with database.session() as session:
        oldest = await repository.oldest_due(session)
    NOTICES_WAIT.set(0 if oldest is None else max(0.0, (clock() - oldest).total_seconds()))
