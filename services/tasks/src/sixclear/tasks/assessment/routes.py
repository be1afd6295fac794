"""Assessments over HTTP: the list, one of them, and the steps of the body and of those that verify."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.assessment import access, service
from sixclear.tasks.assessment.errors import (
    AnswersRefused,
    AssessmentClosed,
    AssessmentNotFound,
    AssessmentRefused,
    SameAssessor,
)
from sixclear.tasks.assessment.models import Assessment
from sixclear.tasks.assessment.repository import AssessmentFilter
from sixclear.tasks.assessment.responses import assessment_responses
from sixclear.tasks.assessment.schemas import (
    AnswersEntry,
    AssessmentEntry,
    AssessmentView,
    Period,
    State,
    VerificationEntry,
)
from sixclear.tasks.fields import PREFIX

router = APIRouter(route_class=TransactionalRoute, tags=["assessments"])

PUBLIC = Depends(access.PUBLIC)
CriteriaParam = Annotated[Lookup | None, Query(description="Those of the set with this code.")]
OrganisationParam = Annotated[Lookup | None, Query(description="Those of this body and of the bodies below it.")]
_STEP = (AssessmentNotFound, OrganisationNotAllowed, TransitionNotAllowed, AnswersRefused, StaleVersion)


@router.get(
    "/assessments",
    operation_id="listAssessments",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown),
)
async def list_assessments(
    ctx: ContextDep,
    criteria: CriteriaParam = None,
    period: Period | None = None,
    organisation: OrganisationParam = None,
    state: State | None = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[AssessmentView]:
    """What bodies answered to sets of criteria, in the order of identifiers: no list ranks them."""
    context = f"assessments {criteria} {period} {organisation} {state}"
    after = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    narrow = AssessmentFilter(criteria, period, state)
    found = await service.list_assessments(ctx, narrow, organisation, after, limit + 1)
    views = await assessment_responses(ctx.session, found)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.assessment_id,), context=context)


@router.get(
    "/assessments/{assessment_id}",
    operation_id="getAssessment",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(AssessmentNotFound),
)
async def get_assessment(ctx: ContextDep, assessment_id: UUID, response: Response) -> AssessmentView:
    """One assessment, with its version as ETag."""
    return await _answer(ctx, await service.get_assessment(ctx, assessment_id), response)


@router.post(
    "/assessments",
    operation_id="openAssessment",
    dependencies=[Depends(access.OPEN)],
    status_code=201,
    responses=LOCATED
    | problem_responses(AssessmentRefused, ReferenceUnknown, OrganisationNotAllowed, StaleVersion)
    | {200: {"description": "The assessment was there; consent was added where it is new.", "model": AssessmentView}},
)
async def open_assessment(
    ctx: ContextDep, entry: AssessmentEntry, expect: ExpectDep, response: Response
) -> AssessmentView:
    """Open the assessment of your body for a period; the owner of the programme opens any, and consents in writing.

    It keeps the edition of the set that is the newest now.
    """
    assessment, created = await service.open_assessment(ctx, entry, expect)
    if created:
        locate(response, f"{PREFIX}/assessments/{assessment.assessment_id}")
    else:
        response.status_code = 200
    return await _answer(ctx, assessment, response)


@router.post(
    "/assessments/{assessment_id}/answers",
    operation_id="answerCriteria",
    dependencies=[Depends(access.ANSWER)],
    responses=TAGGED | problem_responses(*_STEP, AssessmentClosed),
)
async def answer(
    ctx: ContextDep, assessment_id: UUID, entry: AnswersEntry, expect: ExpectDep, response: Response
) -> AssessmentView:
    """Answer criteria for your body, with evidence; without evidence the points count as 0.

    The window is judged by when the system records the answer: the last change of an answer counts.
    """
    return await _answer(ctx, await service.answer(ctx, assessment_id, entry, expect), response)


@router.post(
    "/assessments/{assessment_id}/verify",
    operation_id="verifyAnswers",
    dependencies=[Depends(access.VERIFY)],
    responses=TAGGED | problem_responses(*_STEP, SameAssessor),
)
async def verify(
    ctx: ContextDep, assessment_id: UUID, entry: VerificationEntry, expect: ExpectDep, response: Response
) -> AssessmentView:
    """Say what you verified of a body's answers, and give penalties; what the body said stays beside it."""
    return await _answer(ctx, await service.verify(ctx, assessment_id, entry, expect), response)


async def _answer(ctx: Context, assessment: Assessment, response: Response) -> AssessmentView:
    tag(response, ctx.log, assessment)
    return (await assessment_responses(ctx.session, [assessment]))[0]
