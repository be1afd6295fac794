"""Who reports on a programme how often: kept as data of the programme, and opened from then on."""

from collections.abc import Mapping, Sequence
from datetime import date

from sixclear.common.clock import civil_date
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.filing import repository as rows
from sixclear.tasks.filing.models import FilingCourse
from sixclear.tasks.filing.schemas import ObligationEntry
from sixclear.tasks.organisation.service import referenced
from sixclear.tasks.programme import service as programmes
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.obligation import Obligation, obligations_of, span_of


async def put_obligations(ctx: Context, slug: str, entries: Sequence[ObligationEntry], expect: Expect) -> Programme:
    """Say who reports on a programme how often; its owner may. Filings that were opened stay as they are.

    Raises ReferenceUnknown for a body that is not known, and what `programmes.put_obligations` raises.
    """
    found = await programmes.get_programme(ctx.session, slug)
    wanted = await _read(ctx, entries, {one.name: one.since for one in obligations_of(found.obligations)})
    programme, before = await programmes.put_obligations(ctx, slug, wanted, expect)
    if before != tuple(wanted):
        await _follow(ctx, programme, before, wanted)
    return programme


async def get_programme(ctx: Context, slug: str) -> Programme:
    """The programme whose obligations are asked for; raises ProgrammeNotFound."""
    return await programmes.get_programme(ctx.session, slug)


async def _read(ctx: Context, entries: Sequence[ObligationEntry], since: Mapping[str, date]) -> Sequence[Obligation]:
    places = {
        f"#/obligations/{number}/organisations/{place}": reference
        for number, entry in enumerate(entries)
        for place, reference in enumerate(entry.organisations)
    }
    bodies = await referenced(ctx.session, places) if places else {}
    today = civil_date(ctx.now)
    return [
        Obligation(
            **entry.model_dump(exclude={"organisations", "since"}),
            since=entry.since or since.get(entry.name, today),
            organisation_ids=tuple(
                dict.fromkeys(
                    str(bodies[f"#/obligations/{number}/organisations/{place}"].organisation_id)
                    for place in range(len(entry.organisations))
                )
            ),
        )
        for number, entry in enumerate(entries)
    ]


async def _follow(
    ctx: Context, programme: Programme, before: Sequence[Obligation], wanted: Sequence[Obligation]
) -> None:
    """Let each obligation be looked at by the next pass of time, from the span on that it was opened to."""
    courses = {one.obligation: one for one in await rows.lock_courses(ctx.session, programme.programme_id)}
    former = {one.name: one for one in before}
    for one in wanted:
        first = one.span(one.since).first
        course, was = courses.get(one.name), former.get(one.name)
        if course is None:
            course = FilingCourse(programme_id=programme.programme_id, obligation=one.name, first=first)
            ctx.session.add(course)
        else:
            is_over = was is not None and not was.holds_in(was.span(course.first))
            if was is None or was.every != one.every:
                course.first = _goes_on(course.first, was, one, first)
            if is_over:
                # It had ended and begins again: what lies between was not asked for, and is not in retrospect.
                course.first = max(course.first, one.span(civil_date(ctx.now)).first)
        course.next_at = ctx.now
    await ctx.session.flush()


def _goes_on(opened_to: date, former: Obligation | None, now: Obligation, first: date) -> date:
    """The first span by another rule that begins when the one that is open by the former rule is over."""
    if former is None:
        return max(first, now.span(opened_to).first)
    over = former.span(opened_to).after
    span = span_of(now.every, over)
    return max(first, span.first if span.first == over else span.after)
