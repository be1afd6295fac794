"""The public state of an assessment. Every change is published."""

from collections.abc import Mapping
from typing import Any

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.assessment.events import AnswerData, AssessmentData
from sixclear.tasks.assessment.models import Assessment

_OWN = [name for name in AssessmentData.model_fields if name in Assessment.__table__.columns and name != "answers"]


async def assessment_data(_ctx: Context, assessment: Assessment, change: str) -> AssessmentData:
    """The public state of an assessment after `change`, as events carry it."""
    criteria = assessment.criteria
    return AssessmentData(
        change=change,
        criteria=criteria.code,
        programme=criteria.programme.slug,
        assigned_by=criteria.assigned_by,
        answers=[_answer_data(code, said) for code, said in sorted(assessment.answers.items())],
        **{name: getattr(assessment, name) for name in _OWN},
    )


def _answer_data(criterion: str, said: Mapping[str, Any]) -> AnswerData:
    own, verified = said.get("own"), said.get("verified")
    return AnswerData(
        criterion=criterion,
        self_points=own and own["points"],
        self_not_applicable=bool(own and own["not_applicable"]),
        evidence=len(own["evidence"]) if own else 0,
        answered=own is not None,
        verified=verified is not None,
        verified_points=verified and verified["points"],
        verified_not_applicable=bool(verified and verified["not_applicable"]),
    )


ASSESSMENT = EntityKind[Assessment]("assessment", lambda assessment: assessment.assessment_id, assessment_data)
