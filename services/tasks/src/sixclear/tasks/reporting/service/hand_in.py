"""Evidence of a result, and the result itself handed in for confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.clock import civil_date, civil_day_start
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context, Expect, ReferenceUnknown, unknown_reference
from sixclear.tasks.document.service import hold_document
from sixclear.tasks.evidence.service import file_path, tell
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.file.service import lock_files, name_file
from sixclear.tasks.period.service.passing import takes_evidence
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.schemas import EvidenceEntry, EvidenceItem, SubmissionEntry
from sixclear.tasks.reporting.service.repeat import count_repeated, evidence_words, unbroken
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_doer, require_lead
from sixclear.tasks.task.models import Evidence, Task, state_of
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


@dataclass(frozen=True, slots=True)
class Attached:
    """A task, a piece of its evidence, and whether that was attached now."""

    task: Task
    evidence_id: UUID
    new: bool


async def add_evidence(ctx: Context, task_id: UUID, entry: EvidenceEntry, expect: Expect) -> Attached:
    """Attach a link, a file or a document as evidence; the lead and the coordinating bodies may.

    Not new when the body repeats itself word for word: at the same stated time, or without one on the same civil day
    with nothing since. Then nothing is written. Raises ReferenceUnknown and PeriodClosed for the period that it names.
    """
    task = await locked(ctx, task_id, expect)
    organisation_id = require_doer(ctx, state_of(task), "add evidence to a task of other organisations")
    if (repeated := await _repeated(ctx, task, entry, organisation_id)) is not None:
        return Attached(task, repeated.evidence_id, new=False)
    occurred_at = _told_at(ctx, entry.occurred_at, task)
    if entry.period is not None:
        await takes_evidence(ctx, task, entry.period, occurred_at)
    return Attached(task, await _attach(ctx, task, entry, organisation_id, occurred_at, entry.period), new=True)


async def submit(ctx: Context, task_id: UUID, entry: SubmissionEntry, expect: Expect) -> Task:
    """Hand in the result, with evidence that was not attached before; only the lead body may."""
    task = await locked(ctx, task_id, expect)
    organisation_id = require_lead(ctx, state_of(task), "submit a task of another lead body")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    new = await _new_among(ctx, task, entry.evidence, organisation_id, occurred_at)
    await lock_files(ctx, {item.file_id for item in new if item.file_id is not None})
    for item in new:
        await _attach(ctx, task, item, organisation_id, occurred_at)
    await record_change(ctx, task, lifecycle.submit(state_of(task), occurred_at), occurred_at)
    return task


def _told_at(ctx: Context, stated: datetime | None, task: Task) -> datetime:
    """When it became true what a body says; a stated time may be earlier than the last change of the task."""
    return ctx.fact_time(stated, None if stated else task.occurred_at)


async def _repeated(ctx: Context, task: Task, entry: EvidenceEntry, organisation_id: UUID) -> Evidence | None:
    """The piece that the entry says again, if it does."""
    today = civil_day_start(civil_date(ctx.now))
    said = await rows.list_evidence_told(ctx.session, task.task_id, entry.occurred_at, today)
    same = (
        one
        for one in said
        if one.organisation_id == organisation_id
        and evidence_words(one) == evidence_words(entry)
        and _may_repeat(one, task, entry.occurred_at, ctx.now)
    )
    return next(same, None)


def _may_repeat(said: Evidence, task: Task, stated: datetime | None, now: datetime) -> bool:
    # At the time that is stated, else as the last change of this civil day.
    is_last = stated is not None or said.task_version == task.version
    return is_last and lifecycle.may_repeat(stated, said.occurred_at, said.recorded_at, now)


async def _new_among(
    ctx: Context, task: Task, items: Sequence[EvidenceItem], organisation_id: UUID, occurred_at: datetime
) -> Sequence[EvidenceItem]:
    """The items of a result, each once, without those that the body attached last on that civil day."""
    day = civil_date(occurred_at)
    said = await rows.list_evidence_told(ctx.session, task.task_id, None, civil_day_start(day)) if items else ()
    run = unbroken(said, task.version, organisation_id, day)
    new = items[count_repeated(run, items, _same_words) :]
    return list({evidence_words(item): item for item in new}.values())


def _same_words(said: Evidence, item: EvidenceItem) -> bool:
    return evidence_words(said) == evidence_words(item)


async def _attach(
    ctx: Context,
    task: Task,
    item: EvidenceItem,
    organisation_id: UUID,
    occurred_at: datetime,
    period: str | None = None,
) -> UUID:
    evidence_id = stable_id("evidence", str(task.task_id), str(task.version + 1))
    place = await _place(ctx, item, evidence_id)
    await record_change(ctx, task, lifecycle.add_evidence(state_of(task), occurred_at), occurred_at)
    said = Evidence(
        evidence_id=evidence_id,
        task_id=task.task_id,
        task_version=task.version,
        title=item.title,
        file_id=item.file_id,
        document_id=item.document_id,
        period=period,
        proves=sorted(set(item.proves)),
        organisation_id=organisation_id,
        occurred_at=occurred_at,
        recorded_at=ctx.now,
        **place,
    )
    ctx.session.add(said)
    await tell(ctx, task, said, in_public=task.classification == "public")
    return evidence_id


async def _place(ctx: Context, item: EvidenceItem, evidence_id: UUID) -> dict[str, str | None]:
    """Where the evidence is and its hash; a file or document is named from here on. Raises ReferenceUnknown."""
    if item.document_id is not None:
        document = await hold_document(ctx.session, item.document_id)
        if document is None or document.number is None:
            raise ReferenceUnknown(
                "No document that was issued has this identifier.",
                errors=[unknown_reference("#/document_id", "document")],
            )
        return {"url": f"{PREFIX}/documents/{item.document_id}", "sha256": document.sha256}
    if item.file_id is None:
        return {"url": item.url, "sha256": item.sha256}
    file = await name_file(ctx, item.file_id)
    return {"url": file_path(evidence_id), "sha256": file.shown_sha256}
