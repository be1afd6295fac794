"""A row of an import, by the use case of the single route of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.caller import InsufficientScope
from sixclear.common.entity import HasVersion
from sixclear.common.errors import InvalidRequest, field_error
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.etags import check_version
from sixclear.tasks.assessment import service as assessments
from sixclear.tasks.assessment.schemas import AnswersEntry, OwnAnswer, Said, VerificationEntry
from sixclear.tasks.budget import service as budgets
from sixclear.tasks.budget.schemas import AmountEntry
from sixclear.tasks.decision.service.assignment import accept
from sixclear.tasks.directive.service import register_directive
from sixclear.tasks.document.service import register_document, register_new
from sixclear.tasks.imports import repository as rows
from sixclear.tasks.imports.schemas import (
    AmountRow,
    AssessmentRow,
    AssignmentRow,
    BudgetRow,
    DirectiveRow,
    DocumentRow,
    IndicatorRow,
    MilestoneRow,
    PeriodRow,
    ResultRow,
    TargetsRow,
    TaskNamed,
)
from sixclear.tasks.indicator import service as indicators
from sixclear.tasks.milestone import service as milestones
from sixclear.tasks.milestone.schemas import MilestoneEntry, MilestoneMove
from sixclear.tasks.period.schemas import PeriodReason, PeriodStep
from sixclear.tasks.period.service import judge
from sixclear.tasks.reporting.schemas import EvidenceItem, SubmissionEntry
from sixclear.tasks.reporting.service.hand_in import submit
from sixclear.tasks.settings import Settings
from sixclear.tasks.task.deadlines import deadline_instant
from sixclear.tasks.task.errors import ReferenceAmbiguous, TaskNotFound
from sixclear.tasks.task.schemas import Step
from sixclear.tasks.task.service.assign import assign
from sixclear.tasks.task.service.confirm import confirm
from sixclear.tasks.task.service.find import locked


@dataclass(frozen=True, slots=True)
class Taken:
    """What a row made or changed."""

    outcome: str
    entity_id: UUID
    version: int
    task_id: UUID | None = None


class _Expects:
    """What a row expects of its entity (`if_match`), and the version that the entity had before."""

    def __init__(self, ctx: Context, if_match: str | None) -> None:
        self._ctx, self._if_match, self.before = ctx, if_match, 0

    def __call__(self, entity: HasVersion | None) -> None:
        check_version(self._if_match, self._ctx.log.epoch, None if entity is None else entity.version)
        self.before = 0 if entity is None else entity.version

    def outcome(self, version: int) -> str:
        """What became of the entity since."""
        if version == self.before:
            return "unchanged"
        return "updated" if self.before else "created"


async def put_directive(ctx: Context, row: DirectiveRow, own: Settings) -> Taken:
    """Enter a directive with its clauses, or describe it again."""
    expects = _Expects(ctx, row.if_match)
    directive, _ = await register_directive(ctx, row, expects, most_open=own.open_directives)
    return Taken(expects.outcome(directive.version), directive.directive_id, directive.version)


async def put_document(ctx: Context, row: DocumentRow, _own: Settings) -> Taken:
    """Enter a document, or describe it again."""
    expects = _Expects(ctx, row.if_match)
    document, _ = await register_document(ctx, row, expects)
    return Taken(expects.outcome(document.version), document.document_id, document.version)


async def put_new_documents(ctx: Context, found: Mapping[int, DocumentRow]) -> dict[int, Taken]:
    """Enter together the documents that are simply new; a row that names a version says that it is not."""
    entered = await register_new(ctx, {place: row for place, row in found.items() if row.if_match is None})
    return {place: Taken("created", one.document_id, one.version) for place, one in entered.items()}


async def put_indicator(ctx: Context, row: IndicatorRow, _own: Settings) -> Taken:
    """Register an indicator, or describe it again."""
    expects = _Expects(ctx, row.if_match)
    indicator, _ = await indicators.register(ctx, row, expects)
    return Taken(expects.outcome(indicator.version), indicator.indicator_id, indicator.version)


async def put_targets(ctx: Context, row: TargetsRow, _own: Settings) -> Taken:
    """Set all targets of a body."""
    expects = _Expects(ctx, row.if_match)
    indicator, _ = await indicators.set_targets(ctx, row.indicator, row, expects)
    return Taken(expects.outcome(indicator.version), indicator.indicator_id, indicator.version)


async def open_budget(ctx: Context, row: BudgetRow, _own: Settings) -> Taken:
    """Open a line of money."""
    expects = _Expects(ctx, row.if_match)
    budget, _ = await budgets.open_budget(ctx, row, expects)
    return Taken(expects.outcome(budget.version), budget.budget_id, budget.version, budget.task_id)


async def state_amount(ctx: Context, row: AmountRow, _own: Settings) -> Taken:
    """State an amount of a line of money, which is opened where it is not there yet."""
    expects = _Expects(ctx, row.if_match)
    line, _ = await budgets.open_budget(ctx, row, expects)
    entry = AmountEntry.model_validate(row.model_dump(include=set(AmountEntry.model_fields)))
    budget, _ = await budgets.state_amount(ctx, line.budget_id, entry, lambda _line: None)
    return Taken(expects.outcome(budget.version), budget.budget_id, budget.version, budget.task_id)


async def step_assessment(ctx: Context, row: AssessmentRow, _own: Settings) -> Taken:
    """Open the assessment of a body, answer it, or verify answers; the same again changes nothing."""
    expects = _Expects(ctx, row.if_match)
    if row.step == "open":
        _require(ctx, "tasks:report", "tasks:administer")
        if row.answers is not None:
            raise InvalidRequest(errors=[field_error("/answers", "step-without-answers", _OPENS)])
        assessment, _ = await assessments.open_assessment(ctx, row, expects)
    elif row.step == "answer":
        _require(ctx, "tasks:report")
        entry = AnswersEntry(answers=_answers(row))
        opened, _ = await assessments.open_assessment(ctx, row, expects)
        assessment = await assessments.answer(ctx, opened.assessment_id, entry, lambda _known: None)
    else:
        _require(ctx, "tasks:confirm")
        checked = [_checked(place, one) for place, one in enumerate(_answers(row))]
        assessment_id = await assessments.identified(ctx, row)
        assessment = await assessments.verify(ctx, assessment_id, VerificationEntry(answers=checked), expects)
    return Taken(expects.outcome(assessment.version), assessment.assessment_id, assessment.version)


_OPENS = "To open an assessment answers nothing: leave `answers` out, or say `answer` or `verify` as the step."


def _answers(row: AssessmentRow) -> list[OwnAnswer]:
    if row.answers is None:
        raise InvalidRequest(errors=[field_error("/answers", "missing", "Say what is answered of each criterion.")])
    return row.answers


def _checked(place: int, said: OwnAnswer) -> Said:
    """What is verified of a criterion; raises InvalidRequest for evidence, which the assessed body alone gives."""
    if said.evidence:
        detail = "Evidence is given by the assessed body: leave it out."
        raise InvalidRequest(errors=[field_error(f"/answers/{place}/evidence", "evidence-of-the-body", detail)])
    return Said.model_validate(said.model_dump(exclude={"evidence"}))


async def step_assignment(ctx: Context, row: AssignmentRow, _own: Settings) -> Taken:
    """Assign a task, or accept it; what was done before changes nothing."""
    task_id, expects = await _task_id(ctx, row), _Expects(ctx, row.if_match)
    step = Step(occurred_at=row.occurred_at)
    if row.step == "accept":
        _require(ctx, "tasks:report")
        task = await accept(ctx, task_id, step, expects)
    else:
        _require(ctx, "tasks:assign")
        task = await locked(ctx, task_id, expects)
        if task.assigned_at is None:
            task = await assign(ctx, task_id, step, expects)
    return Taken(expects.outcome(task.version), task_id, task.version, task_id)


# In which states of its task a step was taken before.
_TAKEN = {"submit": ("submitted", "completed"), "confirm": ("completed",)}


async def step_result(ctx: Context, row: ResultRow, _own: Settings) -> Taken:
    """Hand in the result of a task with its evidence, or confirm it; what was done before changes nothing."""
    task_id, expects = await _task_id(ctx, row), _Expects(ctx, row.if_match)
    _require(ctx, "tasks:report" if row.step == "submit" else "tasks:confirm")
    task = await locked(ctx, task_id, expects)
    if task.status not in _TAKEN[row.step]:
        if row.step == "submit":
            title = _said(row.title, "/title", "Name the evidence that proves the result.")
            evidence = [EvidenceItem(title=title, url=_said(row.url, "/url", "Give the address of the evidence."))]
            task = await submit(ctx, task_id, SubmissionEntry(evidence=evidence, occurred_at=row.occurred_at), expects)
        else:
            task = await confirm(ctx, task_id, Step(occurred_at=row.occurred_at), expects)
    return Taken(expects.outcome(task.version), task_id, task.version, task_id)


async def step_period(ctx: Context, row: PeriodRow, _own: Settings) -> Taken:
    """Confirm a period, send it back or open it again; what was decided so before changes nothing."""
    task_id, expects = await _task_id(ctx, row), _Expects(ctx, row.if_match)
    task, period = await judge.locked(ctx, task_id, row.period, expects)
    done = {"confirm": "confirmed", "return": "returned", "reopen": "open"}[row.step]
    if period.status != done:
        if row.step == "confirm":
            step = PeriodStep(occurred_at=row.occurred_at)
            _, period = await judge.confirm(ctx, task.task_id, row.period, step, expects)
        else:
            decide = judge.send_back if row.step == "return" else judge.reopen
            entry = PeriodReason(occurred_at=row.occurred_at, reason=_reason(row.reason))
            _, period = await decide(ctx, task.task_id, row.period, entry, expects)
    return Taken(expects.outcome(period.version), period.period_id, period.version, task_id)


async def put_milestone(ctx: Context, row: MilestoneRow, _own: Settings) -> Taken:
    """Plan a milestone, or move the one that the row names."""
    expects = _Expects(ctx, row.if_match)
    if row.milestone_id is None:
        task_id = await _task_id(ctx, row)
        entry = MilestoneEntry(title=row.title, weight=row.weight, deadline=row.deadline, occurred_at=row.occurred_at)
        milestone, _, new = await milestones.plan(ctx, task_id, entry)
        expects(None if new else milestone)
        return Taken("created" if new else "unchanged", milestone.milestone_id, milestone.version, task_id)
    known, task = await milestones.get_milestone(ctx, row.milestone_id)
    if (known.title, known.weight) != (row.title, row.weight):
        raise InvalidRequest(errors=[field_error("/title", "milestone-keeps-its-title", _KEEPS)])
    moved = deadline_instant(row.deadline, task.programme.terms.closes) != known.current_deadline
    reason = _reason(row.reason) if moved else _UNUSED
    move = MilestoneMove(deadline=row.deadline, reason=reason, occurred_at=row.occurred_at)
    milestone, task = await milestones.move(ctx, row.milestone_id, move, expects)
    return Taken(expects.outcome(milestone.version), milestone.milestone_id, milestone.version, task.task_id)


_KEEPS = (
    "A milestone keeps its title and weight: only its deadline moves. Leave out `milestone_id` to plan another one."
)
# Nothing moves, so nothing records it.
_UNUSED = "-"


def _reason(given: str | None) -> str:
    return _said(given, "/reason", "Say why: this step needs a reason.")


def _said(given: str | None, pointer: str, detail: str) -> str:
    if given is None:
        raise InvalidRequest(errors=[field_error(pointer, "missing", detail)])
    return given


def _require(ctx: Context, *scopes: str) -> None:
    if ctx.caller.scopes.isdisjoint(scopes):
        raise InsufficientScope(*scopes)


async def _task_id(ctx: Context, row: TaskNamed) -> UUID:
    """The task that the row names; raises TaskNotFound, ReferenceAmbiguous and ReferenceUnknown."""
    if row.task_id is not None:
        return row.task_id
    if row.source is None or row.external_id is None:
        raise ReferenceUnknown("Name the task by task_id, or by source and external_id.")
    found = await rows.task_ids_of(ctx.session, ctx.caller.own_organisation(), row.source, row.external_id)
    if not found:
        raise TaskNotFound("No task in which your organisation has a part has this key.")
    if len(found) > 1:
        raise ReferenceAmbiguous("Several tasks have this key: name the one that you mean by task_id.")
    return found[0]
