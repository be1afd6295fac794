"""Answers over HTTP: drafted and published."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.answer import service
from sixclear.feedback.answer.errors import AnswerNotFound, PersonNotKnown, PublicationByDrafter
from sixclear.feedback.answer.responses import drafted_response
from sixclear.feedback.answer.schemas import AnswerEntry, AnswerState
from sixclear.feedback.fields import Step
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS
from sixclear.feedback.submission.responses import submission_response
from sixclear.feedback.submission.schemas import SubmissionState

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/submissions/{submission_id}/answers",
    operation_id="draftAnswer",
    dependencies=[Depends(access.HANDLE)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ReferenceUnknown, PersonNotKnown)
    | {200: {"description": "Your last draft says the same; nothing changed.", "model": AnswerState}},
)
async def draft_answer(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: AnswerEntry, expect: ExpectDep, response: Response
) -> AnswerState:
    """Draft an answer with decision, reason, legal basis and responsible body, as a person or from a position."""
    answer, submission, drafted = await service.draft_answer(ctx, hub, submission_id, entry, expect)
    response.status_code = 201 if drafted else 200
    tag(response, ctx.log, submission)
    return drafted_response(answer, submission.version)


@router.post(
    "/submissions/{submission_id}/answers/{answer_id}/publish",
    operation_id="publishAnswer",
    dependencies=[Depends(access.PUBLISH)],
    responses=problem_responses(*STEP_REFUSALS, AnswerNotFound, PersonNotKnown, PublicationByDrafter),
)
async def publish_answer(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    answer_id: UUID,
    step: Step,
    expect: ExpectDep,
    response: Response,
) -> SubmissionState:
    """Publish an answer that another person drafted: one who signed in, or a client of another position."""
    submission = await service.publish_answer(ctx, hub, submission_id, answer_id, step, expect)
    tag(response, ctx.log, submission)
    return submission_response(submission, ctx.now)
