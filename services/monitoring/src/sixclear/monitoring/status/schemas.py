"""The live status and the provinces, as they are answered."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from sixclear.common.web.schemas import Schema
from sixclear.monitoring.streams.schemas import SourceFreshness


class Filters(Schema):
    """What the figures were narrowed to; null means all."""

    organisation_id: UUID | None
    programme: str | None
    assigned_by: str | None
    reach: Literal["national", "own", "both"] | None = Field(
        default=None,
        description="Whose work the tasks are: of national programmes, of bodies' own, or, where an organisation is "
        "named, `both`: national work, its own, and that of the bodies above it. The country contains no own work.",
    )
    directive: UUID | None = Field(
        default=None,
        description="Of one directive or group of work only tasks are known: `periods`, `evidence`, `decisions`, "
        "`urges`, `reporting`, `obstacles`, `documents`, `budgets` and `indicators` are null then.",
    )
    group: str | None = None
    tree: Literal["then", "now"] = Field(
        default="now",
        description="By which tree of organisations: that of now, or that of the instant that is asked about, where "
        "an organisation has moved since; so are the reach, the owners and the groups of programmes.",
    )


class InTermParts(Schema):
    """How tasks in term stand; exclusive, and their sum is `in_term`."""

    on_track: int = Field(description="Also those without a deadline.")
    due_soon: int = Field(description="Seven days are left, or fewer.")
    at_risk: int = Field(
        description="Five days are left, or fewer, and less than 80 percent is done; or the body expects to be done "
        "five days late, or later."
    )
    waiting: int = Field(description="Handed in: another body has not confirmed them yet.")
    paused: int = Field(description="Stopped by decision; no deadline runs.")


class OverdueParts(Schema):
    """How overdue tasks stand; exclusive, and their sum is `overdue`."""

    late: int = Field(description="A body works on them after their deadline.")
    waiting: int = Field(description="Handed in, in time or not: another body has not confirmed them yet.")
    paused: int = Field(description="Stopped by decision after their deadline.")


class Done(Schema):
    """Completed tasks by when the accepted submission was made. One without a deadline is in none of a pair."""

    on_time: int = Field(description="By the current deadline: as `completed_on_time`.")
    late: int = Field(description="After the current deadline: as `completed_late`.")
    on_time_original: int = Field(description="By the deadline that was set first.")
    late_original: int = Field(description="After the deadline that was set first.")


class TaskFigures(Schema):
    """Tasks by bucket; exclusive, and their sum is the total."""

    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int
    remaining_this_year: int = Field(
        description="Open one-off tasks due by the end of the civil year of `as_of`, also in years before: the sum of "
        "`remaining_overdue` and `remaining_not_due`."
    )
    remaining_overdue: int = Field(description="Of `remaining_this_year`, those past their deadline.")
    remaining_overdue_of_earlier_years: int = Field(
        description="Of `remaining_overdue`, those whose deadline lies in a civil year before this one."
    )
    remaining_not_due: int = Field(description="Of `remaining_this_year`, those whose deadline is still to come.")
    completed_on_time: int | None = Field(
        description="Of `completed`, those whose accepted submission came by the deadline; one that was returned does "
        "not count. Null while the records are counted again after an upgrade, as for the three below."
    )
    completed_late: int | None = Field(
        description="Of `completed`, those whose accepted submission came after the deadline. One without a deadline "
        "is in neither."
    )
    awaiting_confirmation: int | None = Field(
        description="Open tasks that were handed in and wait for another body to confirm; each is in its bucket, too."
    )
    overdue_handed_in_on_time: int | None = Field(
        description="Of `overdue`, those that were handed in by their deadline and wait for another body."
    )
    in_term_parts: InTermParts | None = Field(
        default=None, description="Null while the records are counted again after an upgrade, as for the one below."
    )
    overdue_parts: OverdueParts | None = None
    done: Done | None = Field(
        default=None,
        description="Null as the two above are, and where of a completed task it is not known when it was handed in.",
    )


class Shares(Schema):
    """Percent of `tasks.total`, half up, two decimals; null when there are no tasks."""

    completed: float | None
    in_term: float | None
    overdue: float | None
    recurring: float | None


class Rates(Schema):
    """Percent of the tasks that were due, half up, two decimals: completed in time or late, or overdue and not paused.

    Null when there are none of these, or while it is not known.
    """

    done_of_due: float | None = Field(description="Completed, in time or late.")
    overdue_of_due: float | None = Field(description="Overdue and not paused, those that wait among them.")
    on_time: float | None = Field(description="Completed in time by their current deadline.")


class Activity(Schema):
    """Progress reports."""

    reports_today: int = Field(description="On the civil day of `as_of`.")
    last_report_at: datetime | None


class ListFigures(Schema):
    """The entries of one programme list, each in one stage."""

    total: int = Field(description="Every entry that stands in the list, each once: the sum of the six stages.")
    formed_centralised: int
    deploying_foundation: int
    deploying_digitised_only: int
    not_deployed: int
    rebuild: int
    retire: int
    at_risk: int = Field(description="How many of `total` have a high risk and are not retired.")


class NotApproved(Schema):
    """Databases whose registration was sent and is not approved."""

    databases: int
    organisations: int


class Databases(Schema):
    """For the code of each programme list in which something stands its figures; and what waits for approval.

    Which lists there are is data of the catalogue: see its `/lists`. One that is not here has no entry.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ListFigures]

    registered_not_approved: NotApproved


class FeedbackParts(Schema):
    """Parts of the submissions received; one may be in several."""

    paused: int = Field(description="Their clocks stand still: the sender was asked for what lacks.")
    reopened: int = Field(description="Their senders had them opened again after an answer, whatever came of it.")
    appealed: int = Field(description="Their senders appealed, whatever came of it.")


class FeedbackFigures(Schema):
    """Submissions: received = in time + due soon + overdue + answered + closed without an answer.

    The open ones count by the sender's clock, which starts at receipt.
    """

    received: int
    in_time: int
    due_soon: int
    overdue: int
    answered: int
    closed_without_answer: int = Field(default=0, description="Their senders took them back before the answer.")
    overdue_by_body: int | None = Field(
        default=None,
        description="Open ones past the due time of the body that has them: its own where it took the case over from "
        "another, else the sender's. Null while it is not known: records are counted again after an upgrade.",
    )
    of_which: FeedbackParts | None = Field(default=None, description="Null while it is not known, as the field above.")
    sealed: int | None = Field(
        default=None,
        description="How many of these are sealed initiatives, as they stood at the close of the last civil day; the "
        "country's figures only. Null for an organisation or a programme: sealed ones are not counted there.",
    )


class PeriodFigures(Schema):
    """Periods of recurring tasks whose due instant has passed, beside the bucket `recurring`."""

    due: int = Field(
        description="The sum of the three below. One that was reported early counts from its due instant on; one whose "
        "task was over before it was due, never."
    )
    on_time: int = Field(description="Reported by the due instant; a report that was sent back does not count.")
    late: int = Field(description="Reported later than that.")
    missing: int = Field(description="Not reported yet.")


class EvidenceFigures(Schema):
    """Pieces of evidence of tasks. Each is a claim until another body than the doer accepts it."""

    waiting: int
    accepted: int = Field(description="By itself, or with the whole result.")
    refused: int


class DecisionFigures(Schema):
    """Decisions on tasks of one kind, each in one outcome."""

    asked: int = Field(description="Not decided yet.")
    granted: int = Field(description="As it was asked; a transfer is so until the receiving body answers.")
    granted_otherwise: int
    refused: int
    accepted: int = Field(description="Of transfers: the receiving body took the task over.")
    declined: int = Field(description="Of transfers: the receiving body did not take it over.")
    withdrawn: int = Field(description="Taken back by the body that asked.")
    lapsed: int = Field(description="Its task ended before it was decided, or before the receiving body answered.")


class UrgeFigures(Schema):
    """What was said to the bodies that do tasks: urging, leaders' remarks, and the rungs of ladders."""

    unanswered: int = Field(description="Urging and remarks that wait for an answer.")
    answered: int
    lapsed: int = Field(description="Their tasks ended before they were answered.")
    rungs: int = Field(description="Rungs that were told; they want no answer. Those that were skipped do not count.")


class ReportingFigures(Schema):
    """What bodies owe programmes as their reports: expected = on time + late + missing + awaited."""

    expected: int = Field(
        description="From the beginning of each period on; what a body was exempted from is not expected."
    )
    on_time: int
    late: int
    missing: int = Field(description="It is late, and was not filed.")
    awaited: int = Field(description="It may still be filed in time.")
    empty: int = Field(description="Of those on time and late: the body had no public task to report on.")


class ObstacleFigures(Schema):
    """What holds work back. Each way to divide those that are open adds up to them."""

    open: int
    settled: int
    by_kind: dict[str, int] = Field(
        description="Of those open: by the kind as which each counts, one of six, `other` or `not-classified`; a "
        "programme's own kinds say as which."
    )
    by_level: dict[str, int] = Field(description="Of those open: by the level of the body that is to decide.")
    by_age: dict[str, int] = Field(
        description="Of those open: by civil days since they hold work back, the first one included: `up_to_7_days`, "
        "`up_to_30_days`, `up_to_90_days`, `over_90_days`."
    )


class DocumentCounts(Schema):
    """Documents by how they stand on the civil day of `as_of`. Those issued are in force, not yet, or not any more."""

    issued: int = Field(description="By their day of issue, whenever they were entered.")
    not_in_force_yet: int = Field(description="Their day of effect is to come, or is not known.")
    in_force: int
    replaced: int = Field(description="By another document, since its day of effect.")
    owed: int = Field(description="Another document asks for them; not issued, and not due yet.")
    overdue: int = Field(description="Owed since an earlier day.")


class DocumentFigures(DocumentCounts):
    """Documents of law and administration (*văn bản*), in all and by type."""

    by_type: dict[str, DocumentCounts] = Field(
        description="`law`, `resolution`, `decree`, `decision`, `circular`, `directive`, `plan`, `local_document` and "
        "`other`; more may come."
    )


class StageFigures(Schema):
    """What a stage comes to over lines, in whole đồng."""

    amount: int | None = Field(description="Null when no line has the stage; a line without it is not a line of 0.")
    lines: int = Field(description="How many lines have it.")


class ShareFigures(Schema):
    """A rate with what it is made of."""

    numerator: int
    denominator: int
    percent: float = Field(description="Half up, two decimals.")


class PairFigures(Schema):
    """Two stages over the lines that have both."""

    difference: int | None
    lines: int
    share: ShareFigures | None


class BudgetFigures(Schema):
    """Money by stage, in whole đồng; each figure says of how many of `lines` it is."""

    lines: int
    requested: StageFigures
    appraised: StageFigures
    approved: StageFigures
    allocated: StageFigures
    disbursed: StageFigures
    not_approved: PairFigures = Field(description="`requested` less `approved`, and `approved` of `requested`.")
    undisbursed: PairFigures = Field(description="`allocated` less `disbursed`, and `disbursed` of `allocated`.")


class IndicatorCounts(Schema):
    """Indicators and approved values, by programme and organisation; what each says is in `/indicators`."""

    defined: int | None = Field(description="Null where an organisation is asked about: none is a body's own.")
    values: int = Field(description="Approved ones, of all indicators, bodies and periods.")
    values_by_level: dict[str, int] = Field(description="Those, by the level of the body that is measured.")
    bounds: int = Field(description='Of those: stated as a bound, as "more than 90"; they are in no sum.')
    waiting: int = Field(description="Values, or corrections of approved ones, that wait for review.")


class TaskPart(Schema):
    """The part of a status that counts tasks."""

    tasks: TaskFigures
    shares_percent: Shares
    rates_percent: Rates | None = Field(default=None, description="Null while `tasks.done` is.")
    activity: Activity


class Status(TaskPart):
    """The live status."""

    as_of: datetime
    staleness_seconds: float | None = Field(
        description="Age of the view; null while it is not known: a relay is silent, or a restored log is read again."
    )
    filters: Filters
    demonstration_included: bool = Field(description="Whether generated records are among those counted.")
    sources: dict[str, SourceFreshness]
    databases: Databases
    feedback: FeedbackFigures
    periods: PeriodFigures | None = Field(
        default=None,
        description="Null while it is not known: no period was heard of by `as_of`, or the records are counted again "
        "after an upgrade.",
    )
    evidence: EvidenceFigures | None = Field(default=None, description="Null while it is not known, as of periods.")
    decisions: dict[str, DecisionFigures] | None = Field(
        default=None,
        description="By kind: `extension`, `transfer`, `pause`, `resume`, `cancellation`, `split`, `merger`, "
        "`regrouping`, `reopening`. One of which there is none has no entry. Null as `evidence` is.",
    )
    urges: UrgeFigures | None = Field(default=None, description="Null while it is not known, as of periods.")
    reporting: ReportingFigures | None = Field(default=None, description="Null while it is not known, as of periods.")
    obstacles: ObstacleFigures | None = Field(default=None, description="Null while it is not known, as of periods.")
    budgets: BudgetFigures | None = Field(
        default=None, description="Money of all years. By the days that are known now, and null, as `documents` are."
    )
    documents: DocumentFigures | None = Field(
        default=None,
        description="By the days that are known now, also of past instants. Null while it is not known, as of periods.",
    )
    indicators: IndicatorCounts | None = Field(default=None, description="Null while it is not known, as of periods.")
    without_movement: int | None = Field(
        default=None,
        description='Tasks on which a body works and of which it said "no change" in four filings in a row, without a '
        "report since. Null as `reporting` is.",
    )
    denominators: dict[str, Any] = Field(description="What each figure is a part of, and which filters it heeds.")
