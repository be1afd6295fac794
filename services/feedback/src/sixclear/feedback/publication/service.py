"""Public copies: drafted with masks, released by a moderator, withdrawn when consent is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sixclear.common.clock import civil_date
from sixclear.common.errors import InvalidRequest
from sixclear.common.folding import fold
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.errors import PublicationByDrafter
from sixclear.feedback.answer.lifecycle import require_other_publisher
from sixclear.feedback.answer.models import Answer, Answers, promise_words
from sixclear.feedback.answer.models import state_of as draft_state
from sixclear.feedback.answer.models import words_of as words_of_answer
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.public_clock import service as public_clocks
from sixclear.feedback.publication import repository, rules
from sixclear.feedback.publication.errors import ModerationByAnswerer, PublicationNotFound
from sixclear.feedback.publication.models import Publication
from sixclear.feedback.publication.repository import Narrowing
from sixclear.feedback.publication.schemas import PublicationEntry
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.texts import abstract_of, title_and_text

# 18 months: older ones were answered under other rules, and would push out what is open now.
_COMPARED = timedelta(days=548)
_NEAREST = 20
# A third of 300 ms for an index; the rest is for the newest, where it takes longer, and for the answer.
_MILLISECONDS = 100
_PLACE = "#/place"
_BY_SENDER = "consent"


@dataclass(frozen=True, slots=True)
class Words:
    """What a moderator begins with, by the fields of a public copy; `released` is the copy that stands."""

    said: dict[str, str | None]
    steps: dict[UUID, str]
    hindrance: str | None
    released: Publication | None


async def words_of(ctx: Context, hub: UUID, submission_id: UUID) -> Words:
    """The words of a case that the caller handles; none of one that may have no public copy.

    That those of a sealed one were read is logged. Raises SubmissionNotFound.
    """
    submission = await submissions.get_submission(ctx, hub, submission_id)
    case = _case(submission, civil_date(ctx.now))
    hindrance, standing = rules.hindrance(case), await repository.find_of_case(ctx.session, submission_id)
    if hindrance is not None:
        return Words({"title": None, "text": None, "answer": None}, {}, hindrance, standing)
    if rules.is_sealed(case):
        abstract = await abstract_of(ctx, submission) or ""
        return Words({"title": rules.first_line(abstract), "text": abstract, "answer": None}, {}, None, standing)
    found = await answers.list_answers(ctx, submission_id)
    await submissions.log_reading(ctx, submission)
    said: dict[str, str | None] = {**await title_and_text(ctx, submission), "answer": None}
    steps: dict[UUID, str] = {}
    if found.published():
        key = await sealing.key_to_read(ctx, submission_id)
        said["answer"] = words_of_answer(key, found.published()[0])["text"]
        steps = {promise.promise_id: promise_words(key, promise) for promise in found.promised()}
    return Words(said, steps, None, standing)


async def release(
    ctx: Context, hub: UUID, submission_id: UUID, entry: PublicationEntry, expect: Expect
) -> tuple[Publication, Submission, bool]:
    """Release the words of `entry`, or these in the place of those that stand. True when there was no public copy.

    Raises PublicationNotAllowed, ModerationByAnswerer, PersonalDataLeft; InvalidRequest for an answer that is missing
    or too early.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    case = _case(submission, civil_date(ctx.now))
    rules.require_allowed(case)
    found = await answers.list_answers(ctx, submission_id)
    answer = next(iter(found.published()), None)
    _require_promised(entry, found)
    if rules.is_sealed(case):
        abstract = await abstract_of(ctx, submission) or ""
        answered = entry.answer is not None or entry.head_answer is not None or bool(entry.steps)
        rules.require_from_abstract(entry.title, entry.text, abstract, answered=answered)
    else:
        _require_answer(entry, answer)
    if answer is not None:
        _require_other(ctx, answer)
    if not entry.left_on_purpose:
        rules.require_masked(_texts(entry))
    place = (await organisations.referenced(ctx, {_PLACE: entry.place})).get(_PLACE)
    standing = await repository.find_of_case(ctx.session, submission_id)
    publication = standing or _new(submission_id, civil_date(ctx.now))
    if standing is not None:
        publication.revised_on = civil_date(ctx.now)
    publication.version += 1
    _say(publication, submission, entry, place or submission.place_id)
    _say_head(publication, entry, civil_date(ctx.now))
    publication.outcome = answer.outcome if answer else None
    publication.released_by = ctx.caller.client_id
    publication.released_person, publication.released_position = ctx.caller.person, ctx.caller.position
    ctx.session.add(publication)
    await ctx.session.flush()
    await public_clocks.tell(ctx, publication.publication_id, {one.promise_id: one.words for one in entry.steps})
    return publication, submission, standing is None


async def withdraw(ctx: Context, hub: UUID, submission_id: UUID, why: str, expect: Expect) -> Submission:
    """Take a public copy back, its words with it. Raises PublicationNotFound where none stands."""
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    if not await withdraw_of_case(ctx, submission_id, why):
        raise PublicationNotFound("This case has no public copy.")
    return submission


async def withdraw_of_case(ctx: Context, submission_id: UUID, why: str = _BY_SENDER) -> bool:
    """Take the public copy of a case back, without `why` since its sender asks for it; whether one stood.

    What a sender ends is ended with what copies of before, which a moderator took back, earned.
    """
    if why == _BY_SENDER:
        await repository.end_former(ctx.session, submission_id, why)
    publication = await repository.find_of_case(ctx.session, submission_id)
    if publication is None:
        return False
    publication.withdrawn_on, publication.withdrawn_why = civil_date(ctx.now), why
    publication.title = publication.text = publication.answer = publication.folded = None
    publication.head = publication.points = publication.head_answered_on = None
    publication.version += 1
    await public_clocks.take_back(ctx, publication.publication_id)
    await ctx.session.flush()
    return True


async def id_of_case(ctx: Context, submission_id: UUID) -> UUID | None:
    """The identifier of the public copy of a case; None where none stands."""
    publication = await repository.find_of_case(ctx.session, submission_id)
    return publication.publication_id if publication else None


async def get_publication(ctx: Context, publication_id: UUID) -> Publication:
    """One public copy; raises PublicationNotFound, also for one that was withdrawn."""
    publication = await repository.find_publication(ctx.session, publication_id)
    if publication is None:
        raise PublicationNotFound("No public copy has this identifier.")
    return publication


async def list_publications(
    ctx: Context, narrow: Narrowing, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Publication]:
    """Public copies, newest day first."""
    return await repository.list_publications(ctx.session, narrow, after=after, limit=limit)


async def count_publications(ctx: Context, narrow: Narrowing) -> int:
    """How many public copies that list has, as `count_up_to` says it."""
    return await repository.count_publications(ctx.session, narrow)


async def nearest(
    ctx: Context, title: str, field: str | None, place: UUID | None
) -> tuple[Sequence[Publication], bool]:
    """The public copies of 18 months whose titles are nearest to `title`; False where only the newest were compared.

    Nothing can be stored in the transaction that asked this.
    """
    since = civil_date(ctx.now) - _COMPARED
    narrow = Narrowing(None, field, place, None, None)
    return await repository.nearest(
        ctx.session, fold(title), narrow, since=since, most=_NEAREST, milliseconds=_MILLISECONDS
    )


def _case(submission: Submission, today: date) -> rules.Case:
    return rules.Case(
        submission.kind,
        submission.status,
        submission.visibility,
        submission.consent,
        abstract=submission.abstract_sealed is not None,
        embargo_over=submission.embargo_until is not None and submission.embargo_until <= today,
    )


def _require_promised(entry: PublicationEntry, found: Answers) -> None:
    """Raises InvalidRequest for words of a step that no published answer of the case promises."""
    known = {promise.promise_id for promise in found.promised()}
    detail = "Take the identifiers of promised steps from the draft of the public copy."
    errors = [
        {"pointer": f"#/steps/{at}/promise_id", "code": "step-not-promised", "detail": detail}
        for at, one in enumerate(entry.steps)
        if one.promise_id not in known
    ]
    if errors:
        raise InvalidRequest("No published answer of this case promises such a step.", errors=errors)


def _require_answer(entry: PublicationEntry, answer: Answer | None) -> None:
    if entry.head_answer is not None and answer is None:
        raise InvalidRequest(
            "The head answers beside the published answer.",
            errors=[{"pointer": "#/head_answer", "code": "answer-too-early", "detail": "Publish the answer first."}],
        )
    if (entry.answer is None) == (answer is None):
        return
    code, detail = (
        ("answer-missing", "The case is answered: release the answer too.")
        if answer
        else ("answer-too-early", "The case has no published answer yet: leave it out.")
    )
    raise InvalidRequest(detail, errors=[{"pointer": "#/answer", "code": code, "detail": detail}])


def _require_other(ctx: Context, answer: Answer) -> None:
    """R17: who drafted the answer is not its moderator."""
    try:
        require_other_publisher(draft_state(answer), ctx.caller)
    except PublicationByDrafter:
        raise ModerationByAnswerer("You drafted this answer, or it cannot be shown that you did not.") from None


def _new(submission_id: UUID, published_on: date) -> Publication:
    """A copy without words. Its identifier is random in every case: one with a time would tell when."""
    return Publication(
        publication_id=uuid4(),
        submission_id=submission_id,
        published_on=published_on,
        revised_on=None,
        head=None,
        points=None,
        head_answered_on=None,
        withdrawn_on=None,
        withdrawn_why=None,
        version=0,
    )


def _say(publication: Publication, submission: Submission, entry: PublicationEntry, place: UUID | None) -> None:
    publication.kind, publication.demonstration = submission.kind, submission.demonstration
    publication.field, publication.place_id = entry.field or submission.field, place
    publication.organisation_id, publication.programme = submission.organisation_id, submission.programme
    publication.title, publication.text, publication.answer = entry.title, entry.text, entry.answer
    publication.folded = fold(entry.title)


def _say_head(publication: Publication, entry: PublicationEntry, today: date) -> None:
    """The answer of the head stands with the day on which it first became public."""
    said = entry.head_answer
    publication.head = said.head if said else None
    publication.points = [point.model_dump() for point in said.points] if said else None
    publication.head_answered_on = (publication.head_answered_on or today) if said else None


def _texts(entry: PublicationEntry) -> dict[str, str | None]:
    """Every text that becomes public, by its place in the request."""
    texts = {"title": entry.title, "text": entry.text, "answer": entry.answer}
    texts |= {f"steps/{number}/words": step.words for number, step in enumerate(entry.steps)}
    if entry.head_answer is not None:
        texts["head_answer/head"] = entry.head_answer.head
        for number, point in enumerate(entry.head_answer.points):
            texts |= {f"head_answer/points/{number}/{name}": said for name, said in point.model_dump().items()}
    return texts
