"""One answer for the copies of a campaign: drafted in each, and published in each into which it was drafted."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.models import Answer
from sixclear.feedback.answer.schemas import Publication
from sixclear.feedback.campaign import repository
from sixclear.feedback.campaign.repository import Place, Waits
from sixclear.feedback.campaign.schemas import CampaignAnswerEntry
from sixclear.feedback.submission.access import persons_of
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions

# The copies of one request; each costs some twenty statements. Where some take no answer, so many times those behind
# them are looked at.
_MOST, _PARTS, _MOST_LEFT = 49, 5, 50
_FIRST: Place = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


# The answer of one case, and what became of it.
Done = tuple[Submission, Answer, str]


@dataclass(frozen=True, slots=True)
class Step:
    """The named case, what became of it and of its copies, which took no answer, and whether more may wait."""

    case: Submission
    done: Sequence[Done]
    left: Sequence[UUID]
    more: bool


async def draft(ctx: Context, hub: UUID, submission_id: UUID, entry: CampaignAnswerEntry, expect: Expect) -> Step:
    """Draft one answer in a case, and in its copies for which the same body has drafted nothing of their own.

    What the caller drafted for all copies before is replaced. Raises what `draft_answer` raises of the named case.
    """
    answer, case, new = await answers.draft_answer(ctx, hub, submission_id, entry, expect)
    campaign_id = answer.campaign_id = answer.campaign_id or answer.answer_id
    await ctx.session.flush()
    first = (case, answer, "drafted" if new else "drafted_before")

    async def one(copy_id: UUID) -> Done:
        drafted, copy, _ = await answers.draft_answer(ctx, hub, copy_id, entry, _any_version)
        drafted.campaign_id = campaign_id
        await ctx.session.flush()
        return copy, drafted, "drafted"

    return await _in_copies(ctx, case, repository.unanswered(answer, persons_of(ctx.caller)), [first], one)


async def publish(ctx: Context, hub: UUID, submission_id: UUID, answer_id: UUID, expect: Expect) -> Step:
    """Publish a draft in a case, and in its copies in which it waits as it was drafted with this one.

    A draft that is published already is left: the next copies are. A copy for which something was drafted since waits
    for a publisher of its own. Raises what `publish_answer` raises of the named case.
    """
    case = await submissions.get_submission(ctx, hub, submission_id)
    answer = await answers.get_answer(ctx, submission_id, answer_id)
    campaign_id, first = answer.campaign_id, []
    if answer.published_at is None:
        case = await answers.publish_answer(ctx, hub, submission_id, answer_id, Publication(), expect)
        first = [(case, answer, "published")]
    if campaign_id is None:
        return Step(case, first, [], more=False)

    async def one(copy_id: UUID) -> Done:
        draft = await repository.find_draft(ctx.session, copy_id, campaign_id)
        assert draft is not None, "a copy waits for its draft alone"
        copy = await answers.publish_answer(ctx, hub, copy_id, draft.answer_id, Publication(), _any_version)
        return copy, draft, "published"

    return await _in_copies(ctx, case, repository.drafted(answer, persons_of(ctx.caller)), first, one)


async def _in_copies(
    ctx: Context, case: Submission, waits: Waits, first: Sequence[Done], one: Callable[[UUID], Awaitable[Done]]
) -> Step:
    """Do the same in the copies that wait for it; what is refused in one of them leaves the others as they are.

    Copies that take no answer wait for ever: with so many of them that none behind them would have its turn, those
    behind them are looked at too.
    """
    done, left = list(first), list[UUID]()
    held, behind, after = False, case.words_hash is not None, _FIRST
    for _ in range(_PARTS):
        room = _MOST - (len(done) - len(first))
        if not behind or not room:
            break
        found = await repository.list_copies(ctx.session, case, waits, after=after, limit=room + 1)
        behind, found = len(found) > room, found[:room]
        free = await submissions.lock_free(ctx, [copy_id for _, copy_id in found])
        still = await repository.still_wait(ctx.session, case, waits, free)
        for copy_id in (copy_id for _, copy_id in found if copy_id in still):
            try:
                async with ctx.session.begin_nested():
                    done.append(await one(copy_id))
            except DomainError:
                left.append(copy_id)
        # A copy that somebody else works on just now may wait.
        held = held or len(free) < len(found)
        after = found[-1] if found else after
    # With none done, those that are left stand in the way.
    return Step(case, done, left[:_MOST_LEFT], more=held or (behind and len(done) > len(first)))


def _any_version(_: HasVersion | None) -> None:
    """Expects nothing of the version of a copy."""
