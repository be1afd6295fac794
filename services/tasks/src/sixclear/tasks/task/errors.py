"""Refusals of requests on tasks, each with its code and HTTP status."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import DomainError
from sixclear.common.use_case import (
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import StaleVersion

# How many identifiers a refusal lists.
_LISTED = 100


class TaskNotFound(DomainError):
    code, status, title = "task-not-found", 404, "Task not found"
    meaning = "No task that the caller may see has this identifier."
    remedy = "Check the identifier. A restricted task is seen only by the organisations that work on it."


class ReferenceAmbiguous(DomainError):
    code, status, title = "reference-ambiguous", 422, "A reference names several things"
    meaning = (
        "A field of the request could mean several things, or does not fit another field. `detail` says what to "
        "correct."
    )
    remedy = "Name the entity by its identifier alone, without another key."


class LevelMismatch(DomainError):
    code, status, title = "level-mismatch", 422, "The assigning body is not of this level"
    meaning = "The task names a level of assignment that is not the level of its assigning organisation."
    remedy = (
        "State the level at which the assigning organisation acts. A department acts at the level of the body above it."
    )


class SixClearsMissing(DomainError):
    code, status, title = "six-clears-missing", 422, "The task is not six-clear"
    meaning = (
        "A task is assigned only when person, work, time, responsibility, product and authority are clear. `errors` "
        "names what is missing."
    )
    remedy = "Add what is missing, then assign the task again."


class EvidenceMissing(DomainError):
    code, status, title = "evidence-missing", 409, "Evidence is missing"
    meaning = "A result is submitted with evidence of its product, and the task has none."
    remedy = "Add at least one piece of evidence, then submit the result again."


class ProofMissing(DomainError):
    code, status, title = "proof-missing", 409, "The system is not proved yet"
    meaning = (
        "An information system or a database is confirmed with evidence that it runs, holds data and has real users. "
        "`errors` names what no piece of evidence shows."
    )
    remedy = "Have the doer add evidence whose `proves` names what is missing, then confirm the task again."


class EvidenceWaiting(DomainError):
    code, status, title = "evidence-waiting", 409, "Evidence waits for another body"
    meaning = "The programme asks another organisation to accept or refuse evidence first, and some still waits for it."
    remedy = "Ask the organisation that the programme names in `evidence_organisation`, then confirm the task again."

    def __init__(self, evidence_ids: Sequence[UUID], reviewer: Mapping[str, Any]) -> None:
        """These pieces wait, and that body, as answers name it, accepts or refuses them."""
        super().__init__(
            f"{len(evidence_ids)} pieces of evidence wait for {reviewer['code']} ({reviewer['name_vi']}), which the "
            "programme names. `evidence_ids` lists them.",
            evidence_ids=evidence_ids[:_LISTED],
            evidence_organisation=reviewer,
        )


class ConfirmationByDoer(DomainError):
    code, status, title = "confirmation-by-doer", 403, "The doer cannot confirm its own result"
    meaning = "An organisation that worked on the task cannot confirm its result."
    remedy = "Ask the assigning organisation, or the owner of the programme, to confirm it."


class ConfirmationImpossible(DomainError):
    code, status, title = "confirmation-impossible", 422, "No body could confirm this task"
    meaning = "Every organisation that could confirm the result also works on the task, so it could never be completed."
    remedy = "Name another organisation as lead and as coordinating, such as the department or ward that does the work."


class DeadlineNeedsDecision(DomainError):
    code, status, title = "deadline-needs-decision", 409, "A deadline moves by a decision"
    meaning = "The deadline of an assigned task changes only by an extension."
    remedy = "Leave the deadline as it is here, and extend the task."


class DeadlineInPast(DomainError):
    code, status, title = "deadline-in-past", 422, "The deadline is over already"
    meaning = "The new deadline is already over."
    remedy = (
        "State a deadline that is still to come. To record a decision of the past, use a client with the scope "
        "`facts:past`."
    )


class FieldNeedsDecision(DomainError):
    code, status, title = "field-needs-decision", 409, "This was decided when the task was assigned"
    meaning = "Lead, assigning organisation, level, kind and programme are fixed when a task is assigned."
    remedy = (
        "Leave these fields as they are. To hand the task to another lead body, ask for a decision of kind "
        "`transfer`. For the other fields cancel the task and assign a new one."
    )


class TooManyOpenProposals(DomainError):
    code, status, title = "too-many-open-proposals", 409, "Too many proposals are open"
    meaning = "The organisation has as many open proposals in this programme as one may have there."
    remedy = "Withdraw a proposal, or wait until the owner of the programme has decided on some."


class UpperTaskInvalid(DomainError):
    code, status, title = "upper-task-invalid", 422, "The task cannot stand below that one"
    meaning = "Only a task of a body's own programme stands below another one, which is a public national task."
    remedy = "Name a public task of a national programme, or leave out what `errors` names."


class RemedyMissing(DomainError):
    code, status, title = "remedy-missing", 422, "The remedy is missing"
    meaning = (
        "The report expects the task to be done five days after its current deadline or later, and does not say what "
        "is done about it."
    )
    remedy = "State in `remedy` what is done about the delay, or ask for an extension."


class RecurrenceInvalid(DomainError):
    code, status, title = "recurrence-invalid", 422, "The recurrence rule is not valid"
    meaning = "A recurring task needs a rule that repeats, written as RFC 5545 defines it."
    remedy = "Correct the rule, for example `FREQ=MONTHLY`."


# What every step of a task can be refused with.
STEP_REFUSALS = (
    TaskNotFound,
    OrganisationNotAllowed,
    TransitionNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)
# What a confirmation can be refused with.
CONFIRMATION_REFUSALS = (*STEP_REFUSALS, ConfirmationByDoer, ProofMissing, EvidenceWaiting)
# What a description can be refused with, besides what its programme and its bodies stand against.
DESCRIBING_REFUSALS = (
    ReferenceUnknown,
    ReferenceAmbiguous,
    OrganisationNotAllowed,
    RecurrenceInvalid,
    LevelMismatch,
    ConfirmationImpossible,
    SixClearsMissing,
    DeadlineInPast,
    TransitionNotAllowed,
    DeadlineNeedsDecision,
    FieldNeedsDecision,
    TooManyOpenProposals,
    UpperTaskInvalid,
    TaskNotFound,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)
