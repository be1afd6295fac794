"""Answers over HTTP: drafted and published."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.answer import service
from sixclear.feedback.answer.errors import (
    AnswerNotFound,
    AnswerSaysNothing,
    PersonNotKnown,
    PromiseNotFound,
    PublicationByDrafter,
)
from sixclear.feedback.answer.responses import drafted_response
from sixclear.feedback.answer.schemas import AnswerEntry, AnswerState, PromiseDone, Publication
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
    responses=problem_responses(*STEP_REFUSALS, ReferenceUnknown, PersonNotKnown, AnswerSaysNothing)
    | {200: {"description": "Your last draft says the same; nothing changed.", "model": AnswerState}},
)
async def draft_answer(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: AnswerEntry, expect: ExpectDep, response: Response
) -> AnswerState:
    """Draft an answer with decision, reason, legal basis and responsible body, as a person or from a position.

    With `corrects` it is to take the place of the published answer, which the sender can still read.
    """
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
    entry: Publication,
    expect: ExpectDep,
    response: Response,
) -> SubmissionState:
    """Publish an answer that another person drafted: one who signed in, or a client of another position.

    With `publish_at` it goes out then. A newer draft, a transfer or a withdrawal takes the schedule back.
    """
    submission = await service.publish_answer(ctx, hub, submission_id, answer_id, entry, expect)
    tag(response, ctx.log, submission)
    return submission_response(submission, ctx.now)


@router.post(
    "/submissions/{submission_id}/promises/{promise_id}/done",
    operation_id="finishPromise",
    dependencies=[Depends(access.HANDLE)],
    responses=problem_responses(*STEP_REFUSALS, PromiseNotFound),
)
async def finish_promise(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    promise_id: UUID,
    entry: PromiseDone,
    expect: ExpectDep,
    response: Response,
) -> SubmissionState:
    """Say that a step which a published answer promised is done; until then the sender is shown it as open."""
    submission = await service.finish_promise(ctx, hub, submission_id, promise_id, entry, expect)
    tag(response, ctx.log, submission)
    return submission_response(submission, ctx.now)
