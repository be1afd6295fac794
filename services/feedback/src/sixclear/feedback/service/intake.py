"""Taking in what people send: once per idempotency key, with a receipt that only its sender ever sees."""

import hmac
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.common.web.idempotency import IdempotencyKeyReused, InvalidIdempotencyKey
from sixclear.feedback.clocks import answer_clock, calendar
from sixclear.feedback.errors import ComplaintTurnedAway, VisibilityNotAllowed
from sixclear.feedback.guidance import GUIDANCE
from sixclear.feedback.metrics import SUBMISSIONS, TURNED_AWAY
from sixclear.feedback.models import Contact, Submission
from sixclear.feedback.receipts import Receipts
from sixclear.feedback.repository import submissions as rows
from sixclear.feedback.schemas import Sender, SubmissionEntry, SubmissionOnBehalf
from sixclear.feedback.service.recording import SUBMISSION

KEY_LENGTHS = range(16, 201)


async def receive(ctx: Context, receipts: Receipts, key: str, entry: SubmissionEntry) -> tuple[Submission, str]:
    """Take in what the public sends; answers it with its receipt code. A retry with the same key gets the same."""
    _check_key(key)
    submission_id = receipts.submission_id(ctx.caller.client_id, key)
    return await _receive(ctx, receipts, key, entry, Submission(submission_id=submission_id, demonstration=False), None)


async def receive_on_behalf(
    ctx: Context, hub: UUID, receipts: Receipts, key: str, entry: SubmissionOnBehalf
) -> tuple[Submission, str]:
    """Take in what a desk enters for somebody. The hub's desk sets the programme at once, another one suggests it.

    The identifier follows from client and key alone, so a system that loads records again knows them in advance.
    """
    _check_key(key)
    draft = Submission(
        submission_id=stable_id("submission", ctx.caller.client_id, key),
        on_behalf_by=ctx.caller.client_id,
        demonstration=entry.demonstration,
        programme=entry.programme if ctx.caller.organisation_id == hub else None,
    )
    return await _receive(ctx, receipts, key, entry, draft, entry.occurred_at)


async def _receive(
    ctx: Context, receipts: Receipts, key: str, entry: SubmissionEntry, draft: Submission, given: datetime | None
) -> tuple[Submission, str]:
    code = receipts.code(ctx.caller.client_id, key)
    fingerprint = receipts.fingerprint(entry.model_dump_json(exclude_defaults=True))
    known = await rows.find_submission(ctx.session, draft.submission_id)
    if known is not None:
        if not hmac.compare_digest(known.fingerprint, fingerprint):
            raise IdempotencyKeyReused("Use a new key for a new submission.")
        return known, code
    _check_kind(entry)
    draft.receipt_hash = receipts.lookup_hash(code)
    draft.fingerprint = fingerprint
    await _store(ctx, draft, entry, ctx.fact_time(given, None))
    SUBMISSIONS.labels(entry.kind).inc()
    return draft, code


async def _store(ctx: Context, submission: Submission, entry: SubmissionEntry, received_at: datetime) -> None:
    clock = answer_clock(received_at, calendar())
    fields = {
        "kind": entry.kind,
        "title": entry.title,
        "text": entry.text,
        "suggested_programme": entry.programme,
        "addressed_organisation_id": entry.organisation_id,
        "visibility": entry.visibility,
        "sender_kind": entry.sender.kind,
        "consent": entry.consent,
        "status": "received",
        "received_at": received_at,
        "due_at": clock.due_at,
        "due_soon_at": clock.due_soon_at,
        "calendar_edition": clock.edition,
        "messages_count": 0,
    }
    ctx.session.add(submission)
    await record(ctx, submission, Change("received", fields), received_at, SUBMISSION)
    contact = _contact(submission.submission_id, entry.sender)
    if contact is not None:
        ctx.session.add(contact)


def _contact(submission_id: UUID, sender: Sender) -> Contact | None:
    if not (sender.name or sender.email or sender.phone):
        return None
    return Contact(submission_id=submission_id, name=sender.name, email=sender.email, phone=sender.phone)


def _check_key(key: str) -> None:
    if len(key) not in KEY_LENGTHS:
        raise InvalidIdempotencyKey(
            "Here a key has 16 to 200 characters, best a random UUID: the receipt follows from it."
        )


def _check_kind(entry: SubmissionEntry) -> None:
    if entry.kind in GUIDANCE:
        _turn_away(entry.kind)
    if entry.visibility == "sealed" and entry.kind != "initiative":
        raise VisibilityNotAllowed(
            "Only an initiative can be sealed.",
            errors=[{"pointer": "#/visibility", "code": "sealed-initiatives-only", "detail": "Leave it out."}],
        )


def _turn_away(kind: str) -> NoReturn:
    TURNED_AWAY.labels(kind).inc()
    raise ComplaintTurnedAway(
        GUIDANCE[kind]["en"],
        errors=[{"pointer": "#/kind", "code": kind, "detail": "Nothing was stored."}],
        guidance=GUIDANCE[kind],
    )
