"""Templates of answers over HTTP."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends

from sixclear.common.caller import OrganisationRequired
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.answer_template import service
from sixclear.feedback.answer_template.errors import TemplateNotFound, TemplatesFull
from sixclear.feedback.answer_template.schemas import TemplateEnd, TemplateEntry, TemplateView
from sixclear.feedback.submission import access

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.get(
    "/answer-templates",
    operation_id="listAnswerTemplates",
    dependencies=[Depends(access.OWN)],
    responses=problem_responses(InvalidCursor, OrganisationRequired),
)
async def list_templates(ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50) -> Page[TemplateView]:
    """The texts that the caller's body may begin an answer with, its own and those that ship, oldest first."""
    after = decode_cursor(cursor, datetime, UUID) if cursor else None
    rows = await service.list_offered(ctx, (after[0], after[1]) if after else None, limit + 1)
    return page_of(
        rows,
        limit,
        item=lambda row: TemplateView.model_validate(row, from_attributes=True),
        key=lambda row: (row.written_at, row.template_id),
    )


@router.post(
    "/answer-templates",
    operation_id="writeAnswerTemplate",
    dependencies=[Depends(access.OWN)],
    status_code=201,
    responses=problem_responses(OrganisationRequired, TemplatesFull),
)
async def write_template(ctx: ContextDep, entry: TemplateEntry) -> TemplateView:
    """Add a text that the body's answers may begin with. What a draft leaves of it unchanged is shown to the checker.

    It names no person: it is no answer to anybody.
    """
    return TemplateView.model_validate(await service.write(ctx, entry), from_attributes=True)


@router.post(
    "/answer-templates/{template_id}/retire",
    operation_id="retireAnswerTemplate",
    dependencies=[Depends(access.OWN)],
    responses=problem_responses(OrganisationRequired, TemplateNotFound),
)
async def retire_template(ctx: ContextDep, template_id: UUID, _end: TemplateEnd) -> TemplateView:
    """Offer a template of the body no more; drafts are still compared with it."""
    return TemplateView.model_validate(await service.retire(ctx, template_id), from_attributes=True)
