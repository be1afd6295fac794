"""Which bodies are suggested for a case: by the rules, and by what was decided for the same field and place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.competence.rules import competences
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission.access import require_hub
from sixclear.feedback.submission.service import reading as submissions

_SINCE = timedelta(days=548)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A body that may be competent; `rule` is None for what was decided `times` times."""

    organisation_id: UUID
    rule: str | None
    reason_vi: str
    reason_en: str
    times: int | None


async def suggest(ctx: Context, hub: UUID, submission_id: UUID) -> Sequence[Suggestion]:
    """The bodies that may be competent for a case, with the reason; the hub asks. A body may stand there twice.

    Bodies that the mirror of organisations does not know are left out. Raises SubmissionNotFound.
    """
    case = await submissions.get_submission(ctx, hub, submission_id)
    require_hub(ctx, hub, "ask which bodies are competent")
    held = competences().holding(case.field, case.place_id is not None)
    known = await organisations.known(ctx, [rule.body for rule in held if rule.body])
    bodies = [(rule, case.place_id if rule.body is None else known.get(rule.body)) for rule in held]
    ruled = [Suggestion(body, rule.rule, rule.vi, rule.en, None) for rule, body in bodies if body is not None]
    decided = await submissions.count_decided(ctx, case, ctx.now - _SINCE)
    return [*ruled, *(_decided(body, times) for body, times in decided)]


def _decided(organisation_id: UUID, times: int) -> Suggestion:
    return Suggestion(
        organisation_id,
        None,
        f"{times} góp ý cùng lĩnh vực và địa phương đã được giao cho cơ quan này trong 18 tháng qua.",
        f"{times} cases of the same field and place were given to this body within 18 months.",
        times,
    )
