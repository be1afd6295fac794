"""Taking in what people send: once per idempotency key, with a receipt that only its sender ever sees.

The key is kept here and in no other place: the submission's identifier follows from it, and the keyed fingerprint of
what was sent stands in the row. So a retry gets its receipt years later too, and no hash of what a sender wrote is
stored without the secret (decision 0018).
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.errors import DomainError, InvalidRequest
from sixclear.common.ids import stable_id
from sixclear.common.recording import apply, event_of
from sixclear.common.use_case import Context
from sixclear.common.web.idempotency import IdempotencyKeyReused, InvalidIdempotencyKey
from sixclear.feedback.challenge import service as challenges
from sixclear.feedback.challenge.rules import Proof
from sixclear.feedback.notice import service as notices
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission import repository
from sixclear.feedback.submission.access import persons_of
from sixclear.feedback.submission.clocks import answer_clock
from sixclear.feedback.submission.errors import (
    ComplaintTurnedAway,
    ContactNotAnonymous,
    ReceiptCodeChanged,
    VisibilityNotAllowed,
)
from sixclear.feedback.submission.guidance import GUIDANCE
from sixclear.feedback.submission.metrics import SUBMISSIONS, TURNED_AWAY
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.submission.schemas import Sender, SubmissionEntry, SubmissionOnBehalf
from sixclear.feedback.submission.service import hours, texts
from sixclear.feedback.submission.service.stating import statement_of
from sixclear.feedback.terms import term
from sixclear.feedback.transparency import service as transparency
from sixclear.feedback.transparency.service import Signed
from sixclear.feedback.typed import domain_of

KEY_LENGTHS = range(16, 201)
_LONGEST_EMBARGO = 3653  # ten years, in days

_ADDRESSED, _PLACE = "#/organisation_id", "#/place"


@dataclass(frozen=True, slots=True)
class Received:
    """A submission that is there, with its receipt code; `again` when this sending only repeats an earlier one.

    `stated` is what was stated of it, once that is signed.
    """

    submission: Submission
    code: str
    again: bool
    stated: Signed | None = None


@dataclass(frozen=True, slots=True)
class _Sending:
    """Which submission it is, under which name its code is made, and what only a desk or a body may say of it."""

    submission_id: UUID
    name: str
    sender_organisation_id: UUID | None = None
    points: Sequence[str] = ()
    on_behalf_by: str | None = None
    programme: str | None = None
    demonstration: bool = False
    occurred_at: datetime | None = None


async def receive(
    ctx: Context, receipts: Receipts, key: str, entry: SubmissionEntry, proof: Proof | None = None
) -> Received:
    """Take in what the public sends. A retry with the same key gets the same receipt.

    Raises IdempotencyKeyReused for something else under the key or where what was sent is erased, ReceiptCodeChanged
    where the receipt is no longer the sender's, ComplaintTurnedAway, VisibilityNotAllowed and ProofOfWorkNeeded.
    """
    sending = _Sending(receipts.submission_id(ctx.caller.client_id, key), ctx.caller.client_id)
    return await _receive(ctx, receipts, key, entry, sending, proof)


async def receive_on_behalf(
    ctx: Context, hub: UUID, receipts: Receipts, key: str, entry: SubmissionOnBehalf
) -> Received:
    """Take in what a desk enters for a person. The hub's desk sets the programme directly, another one suggests it.

    The identifier follows from client and key alone, so a system that loads records again knows them in advance.
    """
    sending = _Sending(
        submission_id=stable_id("submission", ctx.caller.client_id, key),
        name=ctx.caller.client_id,
        on_behalf_by=ctx.caller.client_id,
        programme=entry.programme if ctx.caller.organisation_id == hub else None,
        demonstration=entry.demonstration,
        occurred_at=entry.occurred_at,
    )
    return await _receive(ctx, receipts, key, entry, sending)


async def receive_of_body(
    ctx: Context, receipts: Receipts, key: str, entry: SubmissionEntry, points: Sequence[str]
) -> Received:
    """Take in what a body sends for itself, with the points that it wants answered one by one.

    A retry by another client of the body gets the same receipt; what the same client entered as a desk under the same
    key is another submission.
    """
    own = ctx.caller.own_organisation()
    name = f"body {own}"
    sending = _Sending(receipts.submission_id(name, key), name, sender_organisation_id=own, points=points)
    return await _receive(ctx, receipts, key, entry, sending)


async def _receive(
    ctx: Context, receipts: Receipts, key: str, entry: SubmissionEntry, sending: _Sending, proof: Proof | None = None
) -> Received:
    check_key(key)
    code = receipts.code(sending.name, key)
    points = json.dumps(list(sending.points)) if sending.points else ""
    fingerprint = receipts.fingerprint(entry.model_dump_json(exclude_defaults=True) + points)
    if proof is not None and proof.needed:  # a retry uses up no work
        known = await repository.find_submission(ctx.session, sending.submission_id)
        if known is not None:
            return await _again(ctx, receipts, code, fingerprint, known)
    try:
        submission = await _take_in(ctx, receipts, code, fingerprint, entry, sending, proof)
    except DomainError:
        # A retry gets its receipt also when the same would be refused now: a body is gone, an embargo is over.
        known = await repository.find_submission(ctx.session, sending.submission_id)
        if known is None:
            raise
        return await _again(ctx, receipts, code, fingerprint, known)
    if submission is None:
        known = await repository.find_submission(ctx.session, sending.submission_id)
        assert known is not None
        return await _again(ctx, receipts, code, fingerprint, known)
    SUBMISSIONS.labels(entry.kind).inc()
    return Received(submission, code, again=False)


async def _again(ctx: Context, receipts: Receipts, code: str, fingerprint: bytes, known: Submission) -> Received:
    # Of an erased case nothing is left to compare with: whatever is sent now is something new.
    if not known.fingerprint:
        raise IdempotencyKeyReused("What was sent with this key is erased. Use a new key for a new submission.")
    if not hmac.compare_digest(known.fingerprint, fingerprint):
        raise IdempotencyKeyReused("Use a new key for a new submission.")
    if not hmac.compare_digest(known.receipt_hash, receipts.lookup_hash(code)):
        raise ReceiptCodeChanged("This submission was taken in; its sender has another receipt code now.")
    stated = await transparency.first_signed(ctx, known.submission_id)
    return Received(known, code, again=True, stated=stated)


async def _take_in(
    ctx: Context,
    receipts: Receipts,
    code: str,
    fingerprint: bytes,
    entry: SubmissionEntry,
    sending: _Sending,
    proof: Proof | None,
) -> Submission | None:
    """The new case, kept; None where one with its identifier is there, and then nothing is."""
    _check_kind(entry)
    _check_identity(entry)
    held = proof is not None and await challenges.admit(ctx, proof)
    ctx = hours.keeping(ctx, hour_only=entry.identity_level == "anonymous" or entry.visibility == "sealed")
    addressed = await organisations.referenced(ctx, {_ADDRESSED: entry.organisation_id, _PLACE: entry.place})
    received_at = ctx.fact_time(sending.occurred_at, None)
    _check_embargo(entry, civil_date(received_at))
    content_key = sealing.new_key(ctx, sending.submission_id, sealing.CONTENT)
    sealed = texts.seal(content_key, entry.title, entry.text)
    submission = _new_submission(sending, entry, receipts.lookup_hash(code), fingerprint, received_at, sealed)
    if entry.visibility != "sealed":
        submission.words_hash = receipts.words_hash(entry.title, entry.text)
    submission.addressed_organisation_id, submission.place_id = addressed.get(_ADDRESSED), addressed.get(_PLACE)
    submission.hands = persons_of(ctx.caller)
    submission.held_until = term("hold").end(received_at, calendar()) if held else None
    submission.abstract_sealed = texts.seal_abstract(content_key, entry.abstract)
    submission.embargo_until = entry.embargo_until
    submission.points_sealed = texts.seal_points(content_key, sending.points)
    previous = apply(submission, Change("received", {}), received_at, ctx.now, SUBMISSION)
    said = [("title", entry.title), ("text", entry.text), *(("point", point) for point in sending.points)]
    stated = statement_of(ctx, submission, "received", said)
    keys = sealing.wraps_of(ctx, content_key, receipts.content_key(code))
    contact = None
    if _has_contact(entry.sender):
        identity_key = sealing.new_key(ctx, submission.submission_id, sealing.IDENTITY)
        keys += sealing.wraps_of(ctx, identity_key)
        contact = texts.seal_contact(identity_key, entry.sender)
        contact.domain_hashes = receipts.house_hashes(submission.submission_id, domain_of(entry.sender.email or ""))
    data = await SUBMISSION.data(ctx, submission, "received")
    event = event_of(ctx, submission, "received", data, received_at, previous, SUBMISSION)
    rows = repository.new_case(submission, stated, keys, contact)
    if not await ctx.log.publish_many(ctx.session, [event], recorded_at=ctx.now, rows=rows):
        return None
    if entry.notice is not None:
        await notices.keep(ctx, submission.submission_id, submission.version, entry.notice)
    return submission


def _new_submission(
    sending: _Sending,
    entry: SubmissionEntry,
    receipt_hash: bytes,
    fingerprint: bytes,
    received_at: datetime,
    sealed: Mapping[str, bytes],
) -> Submission:
    """The row of a new submission: every column that it begins with is set here."""
    clock = answer_clock(received_at, calendar())
    named = entry.sender.name or sending.sender_organisation_id
    return Submission(
        submission_id=sending.submission_id,
        receipt_hash=receipt_hash,
        code_changed_at=None,
        contact_given_at=None,
        fingerprint=fingerprint,
        kind=entry.kind,
        **sealed,
        title="",
        text="",
        suggested_programme=entry.programme,
        programme=sending.programme,
        field=entry.field,
        place_id=None,
        words_hash=None,
        addressed_organisation_id=None,
        organisation_id=None,
        visibility=entry.visibility,
        sender_kind=entry.sender.kind,
        identity_level=entry.identity_level or ("named" if named else "pseudonymous"),
        first_identity_level=None,
        consent=entry.consent,
        on_behalf_by=sending.on_behalf_by,
        sender_organisation_id=sending.sender_organisation_id,
        points_sealed=None,
        status="received",
        outcome=None,
        received_at=received_at,
        due_at=clock.due_at,
        due_soon_at=clock.due_soon_at,
        calendar_edition=clock.edition,
        first_due_at=clock.due_at,
        body_due_at=None,
        body_started_at=None,
        offered_organisation_id=None,
        paused_since=None,
        step=None,
        rating=None,
        appeal_level=None,
        escalation_rung=None,
        no_answer_stated_for=None,
        answered_at=None,
        reopened_at=None,
        appealed_at=None,
        appeal_organisation_id=None,
        message_due_at=None,
        messages_count=0,
        last_message_by=None,
        demonstration=sending.demonstration,
        reviewers=[],
        in_expert_review=False,
        held_until=None,
        version=0,
    )


def _has_contact(sender: Sender) -> bool:
    return bool(sender.name or sender.email or sender.phone)


def check_key(key: str) -> None:
    """Raises InvalidIdempotencyKey for a key that is too short to keep a receipt code secret."""
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


def _check_embargo(entry: SubmissionEntry, received_on: date) -> None:
    if entry.visibility != "sealed":
        given = [name for name in ("abstract", "embargo_until") if getattr(entry, name) is not None]
        detail = "It belongs to a sealed initiative; leave it out."
        errors = [{"pointer": f"#/{name}", "code": "sealed-only", "detail": detail} for name in given]
        if errors:
            raise InvalidRequest("Abstract and embargo belong to a sealed initiative.", errors=errors)
    elif entry.embargo_until is not None and not 0 < (entry.embargo_until - received_on).days <= _LONGEST_EMBARGO:
        detail = "Give a day from tomorrow up to ten years."
        errors = [{"pointer": "#/embargo_until", "code": "embargo-out-of-range", "detail": detail}]
        raise InvalidRequest("The embargo ends on a later day, up to ten years.", errors=errors)


def _check_identity(entry: SubmissionEntry) -> None:
    if entry.identity_level == "anonymous" and _has_contact(entry.sender):
        raise ContactNotAnonymous(
            "An anonymous sender gives no name, e-mail or phone.",
            errors=[{"pointer": "#/sender", "code": "contact-given", "detail": "Leave out name, e-mail and phone."}],
        )


def _turn_away(kind: str) -> NoReturn:
    TURNED_AWAY.labels(kind).inc()
    raise ComplaintTurnedAway(
        GUIDANCE[kind]["en"],
        errors=[{"pointer": "#/kind", "code": kind, "detail": "Nothing was stored."}],
        guidance=GUIDANCE[kind],
    )
