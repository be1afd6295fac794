"""Assessments: opened, answered, allowed late, verified, found and listed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect, ReferenceUnknown, unknown_reference
from sixclear.tasks.assessment import repository as rows
from sixclear.tasks.assessment import rules
from sixclear.tasks.assessment.access import (
    require_assessed_body,
    require_opening_body,
    require_verifying_body,
    who,
)
from sixclear.tasks.assessment.errors import AssessmentNotFound, AssessmentRefused
from sixclear.tasks.assessment.models import Assessment
from sixclear.tasks.assessment.recording import ASSESSMENT
from sixclear.tasks.assessment.repository import AssessmentFilter
from sixclear.tasks.assessment.rules import AssessmentState
from sixclear.tasks.assessment.schemas import AnswersEntry, AssessmentEntry, Consent, VerificationEntry
from sixclear.tasks.criteria import service as sets
from sixclear.tasks.criteria.models import CriteriaSet
from sixclear.tasks.document.service import hold_document
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.organisation.models import Organisation


async def get_assessment(ctx: Context, assessment_id: UUID, *, lock: bool = False) -> Assessment:
    """The assessment with this identifier; raises AssessmentNotFound."""
    assessment = await rows.find_assessment(ctx.session, assessment_id, lock=lock)
    if assessment is None:
        raise AssessmentNotFound("List them at /assessments.")
    return assessment


async def locked(ctx: Context, assessment_id: UUID, expect: Expect) -> Assessment:
    """The assessment, its row locked until the transaction ends.

    Raises AssessmentNotFound, and what `expect` raises.
    """
    assessment = await get_assessment(ctx, assessment_id, lock=True)
    expect(assessment)
    return assessment


async def list_assessments(
    ctx: Context, narrow: AssessmentFilter, organisation: str | None, after: UUID | None, limit: int
) -> Sequence[Assessment]:
    """Assessments in the order of their identifiers; with an organisation those of it and of bodies below it."""
    if organisation is not None:
        named = await organisations.meant(ctx.session, "organisation", organisation)
        narrow = replace(narrow, organisation_ids=await organisations.list_subtree(ctx.session, named))
    return await rows.list_assessments(ctx.session, narrow, after=after, limit=limit)


async def open_assessment(ctx: Context, entry: AssessmentEntry, expect: Expect) -> tuple[Assessment, bool]:
    """Open the assessment of a body for a period, or allow that it answers late; True when it is new.

    The same again changes nothing. `expect` is called with the known assessment or None before anything changes.
    Raises ReferenceUnknown, OrganisationNotAllowed, AssessmentRefused.
    """
    criteria = await sets.referenced_criteria(ctx, entry.criteria)
    body = await _body(ctx, entry)
    require_opening_body(ctx, criteria, body.organisation_id, consents=entry.consent is not None)
    assessment_id = _id(criteria, body, entry.period)
    await wait_to_create(ctx.session, assessment_id)
    known = await rows.find_assessment(ctx.session, assessment_id, lock=True)
    expect(known)
    assessment = known or await _new(ctx, assessment_id, criteria, body, entry.period)
    if known is None:
        await record(ctx, assessment, Change("opened", {}), ctx.now, ASSESSMENT)
    if entry.consent is not None:
        await _consent(ctx, assessment, entry.consent)
    return assessment, known is None


async def identified(ctx: Context, entry: AssessmentEntry) -> UUID:
    """The identifier of an assessment by its set, body and period, whether it is there or not.

    Raises ReferenceUnknown.
    """
    criteria, body = await sets.referenced_criteria(ctx, entry.criteria), await _body(ctx, entry)
    return _id(criteria, body, entry.period)


def _id(criteria: CriteriaSet, body: Organisation, period: str) -> UUID:
    return stable_id("assessment", criteria.code, str(body.organisation_id), period)


async def answer(ctx: Context, assessment_id: UUID, entry: AnswersEntry, expect: Expect) -> Assessment:
    """Record what the body answers; the same again changes nothing, so that it is not late by being told twice.

    Raises AssessmentNotFound, OrganisationNotAllowed, TransitionNotAllowed, AnswersRefused, AssessmentClosed.
    """
    assessment = await locked(ctx, assessment_id, expect)
    require_assessed_body(ctx, assessment.organisation_id)
    said = entry.model_dump(mode="json")["answers"]
    rules.check_answers(_criteria(assessment), said, verified=False)
    answers = rules.merged(assessment.answers, "own", said)
    if answers == assessment.answers:
        return assessment
    rules.check_open(_state(assessment), ctx.now)
    hands = [*assessment.answered_by, *({who(ctx.caller)} - set(assessment.answered_by))]
    fields = {"state": "answered", "answers": answers, "answered_at": ctx.now, "answered_by": hands}
    await _record(ctx, assessment, "answered", fields)
    return assessment


async def verify(ctx: Context, assessment_id: UUID, entry: VerificationEntry, expect: Expect) -> Assessment:
    """Record what another body verifies, beside what the body said; the same again changes nothing.

    Raises AssessmentNotFound, OrganisationNotAllowed, SameAssessor, TransitionNotAllowed, AnswersRefused.
    """
    assessment = await locked(ctx, assessment_id, expect)
    own = require_verifying_body(ctx, assessment.criteria, assessment.organisation_id, assessment.answered_by)
    rules.check_verifiable(_state(assessment))
    said = entry.model_dump(mode="json")["answers"]
    rules.check_answers(_criteria(assessment), said, verified=True)
    answers = rules.merged(assessment.answers, "verified", said)
    if answers != assessment.answers:
        fields = {"state": "verified", "answers": answers, "verified_at": ctx.now, "verified_by_organisation_id": own}
        await _record(ctx, assessment, "verified", fields)
    return assessment


async def _body(ctx: Context, entry: AssessmentEntry) -> Organisation:
    reference = entry.organisation or str(ctx.caller.own_organisation())
    return (await organisations.referenced(ctx.session, {"#/organisation": reference}, hold=True))["#/organisation"]


async def _new(ctx: Context, assessment_id: UUID, criteria: CriteriaSet, body: Organisation, period: str) -> Assessment:
    first = rules.first_day(criteria.every, period)
    if first is None or first > civil_date(ctx.now):
        _refuse("period", "period-unknown", f"Name a {criteria.every} that has begun, by its key.")
    within = await organisations.is_within(ctx.session, body.organisation_id, criteria.organisation_id)
    if body.level not in criteria.levels or not within or body.ended is not None:
        _refuse("organisation", "body-not-assessed", "The set does not assess this body.")
    times = sets.times_of(criteria, first)
    assessment = Assessment(
        assessment_id=assessment_id,
        version=0,
        criteria_id=criteria.criteria_id,
        criteria=criteria,
        code=criteria.code,
        edition=criteria.edition,
        organisation_id=body.organisation_id,
        level=body.level,
        period=period,
        state="open",
        due_at=times.due_at,
        closes_at=times.closes_at,
        answers={},
        answered_by=[],
        demonstration=criteria.demonstration,
    )
    ctx.session.add(assessment)
    return assessment


async def _consent(ctx: Context, assessment: Assessment, consent: Consent) -> None:
    if (assessment.consent_document, assessment.consent_document_id) == (consent.document, consent.document_id):
        return
    if consent.document_id is not None and await hold_document(ctx.session, consent.document_id) is None:
        raise ReferenceUnknown(errors=[unknown_reference("#/consent/document_id", "document")])
    fields = {
        "consent_document": consent.document,
        "consent_document_id": consent.document_id,
        "consented_at": ctx.now,
    }
    await _record(ctx, assessment, "consented", fields)


async def _record(ctx: Context, assessment: Assessment, name: str, fields: dict[str, Any]) -> None:
    occurred_at = ctx.fact_time(None, assessment.occurred_at)
    await record(ctx, assessment, Change(name, fields), occurred_at, ASSESSMENT)


def _criteria(assessment: Assessment) -> Sequence[Any]:
    return sets.criteria_for(assessment.criteria, assessment.level)


def _state(assessment: Assessment) -> AssessmentState:
    return AssessmentState(assessment.state, assessment.closes_at, assessment.consented_at is not None)


def _refuse(field: str, code: str, detail: str) -> NoReturn:
    raise AssessmentRefused(errors=[{"pointer": f"#/{field}", "code": code, "detail": detail}])
