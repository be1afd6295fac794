"""Templates of answers: written and retired by a body, known to every draft of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.answer_template import repository, rules
from sixclear.feedback.answer_template.errors import TemplateNotFound, TemplatesFull
from sixclear.feedback.answer_template.models import AnswerTemplate, rule_of
from sixclear.feedback.answer_template.rules import Sentence
from sixclear.feedback.answer_template.schemas import TemplateEntry

# A draft is compared with each of them.
MOST_TEMPLATES = 100

Templates = Sequence[rules.Template]
gaps_left, says_nothing = rules.gaps_left, rules.says_nothing


async def write(ctx: Context, entry: TemplateEntry) -> AnswerTemplate:
    """Add a template to those of the caller's body. Raises TemplatesFull."""
    body = ctx.caller.own_organisation()
    if await repository.count_of(ctx.session, body) >= MOST_TEMPLATES:
        raise TemplatesFull(f"A body keeps at most {MOST_TEMPLATES} templates.")
    template = AnswerTemplate(
        template_id=ctx.new_id(),
        organisation_id=body,
        written_by=ctx.caller.client_id,
        written_at=ctx.now,
        retired_at=None,
        **entry.model_dump(),
    )
    ctx.session.add(template)
    return template


async def retire(ctx: Context, template_id: UUID) -> AnswerTemplate:
    """Offer a template of the caller's body no more; again it changes nothing. Raises TemplateNotFound."""
    template = await repository.lock_own(ctx.session, template_id, ctx.caller.own_organisation())
    if template is None:
        raise TemplateNotFound("Your organisation has no template with this identifier.")
    template.retired_at = template.retired_at or ctx.now
    return template


async def list_offered(ctx: Context, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[AnswerTemplate]:
    """The templates that the caller's body may begin an answer with, oldest first."""
    return await repository.list_offered(ctx.session, ctx.caller.own_organisation(), after=after, limit=limit)


async def known_to(ctx: Context, bodies: set[UUID | None]) -> Templates:
    """Every template that drafts of these bodies are compared with."""
    named = {body for body in bodies if body is not None}
    return [rule_of(template) for template in await repository.of_bodies(ctx.session, named)]


def read(text: str, templates: Templates) -> list[Sentence]:
    """The sentences of a text, and of which templates they are."""
    return rules.read(text, templates)
