"""Title, text and contact of a submission, sealed and opened (decision 0075)."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Contact, Submission
from sixclear.feedback.submission.schemas import Contacts, ContactView

_TITLE, _TEXT, _ABSTRACT = "submission.title", "submission.text", "submission.abstract"
_POINTS = "submission.points"
_CONTACT = ("name", "email", "phone")


def seal(key: CaseKey, title: str, text: str) -> dict[str, bytes]:
    """Title and text of a new submission, as its columns keep them."""
    case_id = key.case_id
    return {"title_sealed": key.seal(_TITLE, case_id, title), "text_sealed": key.seal(_TEXT, case_id, text)}


async def title_and_text(ctx: Context, submission: Submission) -> dict[str, str]:
    """Both, for who may read this case; empty where its keys are gone."""
    key = await sealing.key_to_read(ctx, submission.submission_id)
    text = key.open(_TEXT, submission.submission_id, submission.text_sealed, submission.text)
    return {"title": _title(key, submission), "text": text}


def seal_abstract(key: CaseKey, abstract: str | None) -> bytes | None:
    """The public abstract of a sealed initiative, as its column keeps it."""
    return key.seal_maybe(_ABSTRACT, key.case_id, abstract)


async def abstract_of(ctx: Context, submission: Submission) -> str | None:
    """What everyone may read of a sealed initiative, in the author's words; None where none was given."""
    if submission.abstract_sealed is None:
        return None
    key = await sealing.key_to_read(ctx, submission.submission_id)
    return key.open(_ABSTRACT, submission.submission_id, submission.abstract_sealed) or None


def seal_points(key: CaseKey, points: Sequence[str]) -> bytes | None:
    """What a body wants answered point by point, as its column keeps it; nothing of one matter."""
    return key.seal_maybe(_POINTS, key.case_id, json.dumps(list(points), ensure_ascii=False) if points else None)


async def points_of(ctx: Context, submission: Submission) -> list[str]:
    """The points that are to be answered one by one, for who may read this case; none where its keys are gone."""
    if submission.points_sealed is None:
        return []
    key = await sealing.key_to_read(ctx, submission.submission_id)
    opened = key.open(_POINTS, submission.submission_id, submission.points_sealed)
    return [str(point) for point in json.loads(opened or "[]")]


async def titles(ctx: Context, submissions: Sequence[Submission]) -> Mapping[UUID, str | None]:
    """The titles of at most a page of submissions; none of a sealed one, nor where the keys are gone."""
    shown = [submission for submission in submissions if submission.visibility != "sealed"]
    keys = await sealing.keys_to_read(ctx, [submission.submission_id for submission in shown])
    return {one.submission_id: _title(keys[one.submission_id], one) or None for one in shown}


def seal_contact(key: CaseKey, given: Contacts) -> Contact:
    """How the sender can be reached, under the identity key."""
    contact = Contact(submission_id=key.case_id, name=None, email=None, phone=None)
    change_contact(key, contact, given)
    return contact


def change_contact(key: CaseKey, contact: Contact, given: Contacts) -> None:
    """Keep what is given, sealed; what is left out stays as it was."""
    for name in _CONTACT:
        if (said := getattr(given, name)) is not None:
            setattr(contact, f"{name}_sealed", key.seal(f"contact.{name}", key.case_id, said))
            setattr(contact, name, None)


async def open_contact(ctx: Context, contact: Contact) -> ContactView:
    """How the sender can be reached, for the custodian."""
    case_id = contact.submission_id
    key = await sealing.key_to_read(ctx, case_id, sealing.IDENTITY)
    said = {
        name: key.open_maybe(f"contact.{name}", case_id, getattr(contact, f"{name}_sealed"), getattr(contact, name))
        for name in _CONTACT
    }
    return ContactView(**said)


def _title(key: CaseKey, submission: Submission) -> str:
    return key.open(_TITLE, submission.submission_id, submission.title_sealed, submission.title)
