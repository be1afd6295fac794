"""Assessments as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.assessment.models import Assessment
from sixclear.tasks.assessment.schemas import AnswerView, AssessmentView, ConsentView
from sixclear.tasks.organisation.service import briefs, named

_MADE = {"criteria", "answers"}
_PLAIN = [name for name in AssessmentView.model_fields if name in Assessment.__table__.columns and name not in _MADE]


async def assessment_responses(session: AsyncSession, rows: Sequence[Assessment]) -> list[AssessmentView]:
    """Assessments with the names of the bodies."""
    names = await briefs(
        session, (one for row in rows for one in (row.organisation_id, row.verified_by_organisation_id))
    )
    return [
        AssessmentView(
            criteria=row.code,
            programme=row.criteria.programme.slug,
            organisation=names[row.organisation_id],
            consent=_consent(row),
            verified_by=named(names, row.verified_by_organisation_id),
            answers=_answers(row),
            ranked=row.criteria.every != "month",
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in rows
    ]


def _answers(row: Assessment) -> list[AnswerView]:
    """In the order of the set."""
    codes = [one["code"] for group in row.criteria.content["groups"] for one in group["criteria"]]
    said = [(code, row.answers[code]) for code in codes if code in row.answers]
    return [
        AnswerView.model_validate({"criterion": code, "own": one.get("own"), "verified": one.get("verified")})
        for code, one in said
    ]


def _consent(row: Assessment) -> ConsentView | None:
    if row.consent_document is None or row.consented_at is None:
        return None
    return ConsentView(
        document=row.consent_document, document_id=row.consent_document_id, consented_at=row.consented_at
    )
