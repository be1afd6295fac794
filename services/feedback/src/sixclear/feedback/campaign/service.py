"""One answer for the copies of a campaign: drafted in each, published in each where the very same words wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.entity import HasVersion
from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.models import Answer
from sixclear.feedback.answer.schemas import Publication
from sixclear.feedback.campaign import repository
from sixclear.feedback.campaign.schemas import CampaignAnswerEntry
from sixclear.feedback.submission.access import persons_of
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions

# The copies of one request; each costs some twenty statements.
_MOST = 49


# The answer of one case, and what became of it.
Done = tuple[Submission, Answer, str]


@dataclass(frozen=True, slots=True)
class Step:
    """The named case, what became of it and of its copies, and whether more of them may wait."""

    case: Submission
    done: Sequence[Done]
    more: bool


async def draft(ctx: Context, hub: UUID, submission_id: UUID, entry: CampaignAnswerEntry, expect: Expect) -> Step:
    """Draft one answer in a case, and in its copies for which the same body has drafted nothing.

    Raises what `draft_answer` raises.
    """
    case = await submissions.get_submission(ctx, hub, submission_id)
    copies = await repository.list_unanswered(ctx.session, case, persons_of(ctx.caller), _MOST + 1)
    taken = await _locked(ctx, case, copies[:_MOST], "assigned")
    answer, case, new = await answers.draft_answer(ctx, hub, submission_id, entry, expect)
    done = [(case, answer, "drafted" if new else "drafted_before")]
    for one in taken:
        answer, copy, _ = await answers.draft_answer(ctx, hub, one, entry, _any_version)
        done.append((copy, answer, "drafted"))
    return Step(case, done, len(copies) > _MOST)


async def publish(ctx: Context, hub: UUID, submission_id: UUID, answer_id: UUID, expect: Expect) -> Step:
    """Publish a draft in a case, and in its copies where the very same words wait.

    A draft that is published already is left: the next copies are. A copy with other words in its last draft waits for
    a publisher of its own. Raises what `publish_answer` raises.
    """
    case = await submissions.get_submission(ctx, hub, submission_id)
    answer = await answers.get_answer(ctx, submission_id, answer_id)
    copies = await repository.list_drafted(ctx.session, case, answer, persons_of(ctx.caller), _MOST + 1)
    taken = await _locked(ctx, case, copies[:_MOST], "in_review")
    done: list[Done] = []
    if answer.published_at is None:
        case = await answers.publish_answer(ctx, hub, submission_id, answer_id, Publication(), expect)
        done.append((case, answer, "published"))
    for one in taken:
        same = await answers.waiting_like(ctx, answer, one)
        if same is not None:
            copy = await answers.publish_answer(ctx, hub, one, same.answer_id, Publication(), _any_version)
            done.append((copy, same, "published"))
    return Step(case, done, len(copies) > _MOST)


async def _locked(ctx: Context, case: Submission, copies: Sequence[UUID], status: str) -> list[UUID]:
    """Those of the copies that still wait with the body of the case, their rows and its own locked in one order."""
    body = case.organisation_id
    found = await submissions.lock_many(ctx, [case.submission_id, *copies])
    return [one for one in copies if (found[one].status, found[one].organisation_id) == (status, body)]


def _any_version(_: HasVersion | None) -> None:
    """Expects nothing of the version of a copy."""
