"""Requests and answers on programmes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import KindClass, Line, OccurredAt, OptionalReference, OwnFieldKind, Reach, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief

DecisionDays = Annotated[
    int,
    Field(ge=1, le=60, strict=True, description="In how many working days a request on a task is to be decided."),
    TAKES_WHOLE,
]
NoticeDays = Annotated[
    int,
    Field(
        ge=0,
        le=365,
        strict=True,
        description="How many days before the deadline an extension is asked for at the latest; later is marked.",
    ),
    TAKES_WHOLE,
]
DueRoll = Literal["next", "previous", "keep"]
_HOUR = "The hour, Asia/Ho_Chi_Minh, at which a day ends that is given as a bare date. Stated deadlines never move."
_ROLL = (
    "Where a due day of a recurring task goes that is no working day: to the next one, as the Civil Code says "
    "(91/2015/QH13, Art. 148.5), to the previous one, or nowhere."
)
_LOCK = "A period without a report is locked this many working days after it was due."
_CONFIRMED = "Whether each reported period of a recurring task is to be confirmed."


class OwnChoice(Schema):
    """A value that a field of the kind `choice` may have."""

    value: Slug
    label_vi: Line
    label_en: Line | None = None


class OwnField(Schema):
    """A field that a programme adds to its tasks; its kind, its unit and whether it is public stay as they are."""

    name: Slug
    kind: OwnFieldKind = Field(
        description="`reference` names an organisation, by its identifier or any code; `link` is an address of the web."
    )
    label_vi: Line
    label_en: Line | None = None
    unit: Line | None = Field(default=None, description="Of a number.")
    choices: list[OwnChoice] = Field(default_factory=list, max_length=100)
    required: bool = False
    public: bool = Field(default=False, description="Whether events and everyone are told; else the bodies concerned.")


class WorkPart(Schema):
    """A part of a group of work."""

    code: Slug
    label_vi: Line
    label_en: Line | None = None


class WorkGroup(WorkPart):
    """A group of work of a programme; a task is in a group, or in a part of one, by its code."""

    parts: list[WorkPart] = Field(default_factory=list, max_length=50)


class ObstacleKind(WorkPart):
    """A kind of what holds the work of a programme back."""

    counts_as: KindClass = Field(
        default="other", description="The kind by which figures of several programmes are added up."
    )


class ProgrammeEntry(Schema):
    """A programme to open or to describe again."""

    slug: Slug
    name_vi: Line
    name_en: Line
    resolution: Line
    source_vi: Text | None = None
    source_en: Text | None = None
    owner: Reference
    six_clears_enforced: bool = True
    decision_days: DecisionDays = 5
    extension_notice_days: NoticeDays = 0
    evidence_organisation: OptionalReference = Field(
        default=None,
        description="The body that accepts or refuses evidence before a task is confirmed. Without one, who confirms "
        "the task accepts what still waits.",
    )
    reach: Reach | None = Field(
        default=None,
        description="`own`: its tasks are counted at its owner and the bodies below, and in no figure of the country. "
        "Left out, it stays as it is; a new programme is then `national` where its owner is central, else `own`. Only "
        "a central owner's becomes `national`.",
    )
    deadline_hour: Annotated[int, Field(ge=0, le=23, strict=True, description=_HOUR), TAKES_WHOLE] = 17
    due_roll: DueRoll = Field(default="next", description=_ROLL)
    period_lock_days: Annotated[int, Field(ge=0, le=250, strict=True, description=_LOCK), TAKES_WHOLE] = 20
    periods_confirmed: bool = Field(default=False, description=_CONFIRMED)
    own_fields: list[OwnField] | None = Field(
        default=None,
        max_length=50,
        description="Fields that it adds to its tasks (`own_fields` of a task). Left out, they stay as they are; "
        "one that is there is not taken away.",
    )
    work_groups: list[WorkGroup] | None = Field(
        default=None,
        max_length=50,
        description="Its groups of work and their parts: a regrouping names one of their codes. Left out, they stay as "
        "they are; one that is there is not taken away. Without any a regrouping may name every code.",
    )
    obstacle_kinds: list[ObstacleKind] | None = Field(
        default=None,
        max_length=50,
        description="The kinds of obstacles that it tells apart. Left out, they stay as they are; one that is there is "
        "not taken away. Without any they are the six by which figures are added up.",
    )
    demonstration: bool = False
    occurred_at: OccurredAt = None


class ProgrammeView(Schema):
    """A programme."""

    programme_id: UUID
    slug: str
    name_vi: str
    name_en: str
    resolution: str
    source_vi: str | None
    source_en: str | None
    owner: OrganisationBrief
    six_clears_enforced: bool
    decision_days: int = 5
    extension_notice_days: int = 0
    evidence_organisation: OrganisationBrief | None
    reach: Reach = "national"
    deadline_hour: int = Field(description=_HOUR)
    due_roll: DueRoll = Field(description=_ROLL)
    period_lock_days: int = Field(description=_LOCK)
    periods_confirmed: bool = Field(description=_CONFIRMED)
    own_fields: list[OwnField] | None = Field(default=None, description="The fields that it adds to its tasks.")
    work_groups: list[WorkGroup] | None = Field(default=None, description="Its groups of work and their parts.")
    obstacle_kinds: list[ObstacleKind] = Field(
        default_factory=list, description="The kinds of obstacles that it tells apart."
    )
    demonstration: bool
    version: int
