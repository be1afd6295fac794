"""Requests and answers on urges and ladders."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.fields import Line
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.programme.ladder import Addressee
from sixclear.tasks.task.schemas import PositionView

UrgeKind = Literal["urging", "remark", "rung"]
UrgeStateName = Literal["open", "answered", "lapsed", "told", "skipped"]
_WORDS = "Read by the bodies concerned and by the one that said it; null for everyone else."
AnswerDays = Annotated[
    int,
    Field(ge=1, le=60, strict=True, description="In how many working days an answer is wanted."),
    TAKES_WHOLE,
]
_HOURS = "Civil hour (Asia/Ho_Chi_Minh) of working days"


class UrgeEntry(Schema):
    """What a body says to the one that does a task; it wants an answer."""

    kind: Literal["urging", "remark"] = Field(description="`remark`: of a leader. `urging`: of the standing body.")
    text: Text
    position: Line | None = Field(
        default=None, description="The position in your body that says it, such as Bộ trưởng: never a person's name."
    )
    answer_days: AnswerDays | None = Field(default=None, description="Default: that of the programme's ladder.")


class UrgeAnswer(Schema):
    """What is answered to an urge."""

    text: Text


class UrgeView(Schema):
    """What was said to the body that does a task, by a body or by a rung of the ladder, and what it answered."""

    urge_id: UUID
    task_id: UUID
    programme: str
    organisation: OrganisationBrief | None = Field(description="The body that is answerable for the task, or was.")
    kind: UrgeKind
    state: UrgeStateName = Field(
        description="`open`: an answer is wanted. `told`: a rung, which wants none. `skipped`: a higher rung was sent "
        "in its place. `lapsed`: its task ended before it was answered."
    )
    rule: str | None = Field(description="Of a rung: days after the deadline, civil (`-7d`) or working ones (`+5wd`).")
    deadline: datetime | None = Field(description="Of a rung: the deadline that it counts from.")
    due_at: datetime | None = Field(description="Of a rung: from when on it was to be sent.")
    to: Addressee
    addressee: OrganisationBrief | None
    addressee_position: PositionView | None
    author: OrganisationBrief | None = Field(description="Null for a rung.")
    author_position: PositionView | None
    urged_at: datetime
    answer_by: datetime | None
    late: bool = Field(description="It is not answered, and was to be.")
    text: str | None = Field(description=_WORDS)
    answer: str | None = Field(description=_WORDS)
    answered_by: OrganisationBrief | None
    answered_at: datetime | None
    version: int


class UrgeDay(Schema):
    """What a body is told on one civil day: one message, however many tasks it is about."""

    day: date
    organisation: OrganisationBrief
    tasks: int
    reminders: int
    escalations: int
    urgings: int
    remarks: int
    unanswered: int = Field(description="Of these, those that still wait for an answer.")


class LadderRung(Schema):
    """One step of a ladder."""

    days: Annotated[
        int,
        Field(ge=-90, le=250, strict=True, description="Days after the deadline; below 0 before it."),
        TAKES_WHOLE,
    ]
    working: bool = Field(default=False, description="Working days, not civil ones; only after the deadline.")
    to: Addressee = Field(
        description="`doer`: the position that is responsible. `head`: that of its body. `standing_body`: the owner of "
        "the programme. `late_list`: the task is entered in the official monthly list of late tasks."
    )


class LadderEntry(Schema):
    """When the tasks of a programme are told to whom. It replaces the one before."""

    rungs: list[LadderRung] = Field(max_length=20, description="In their order: each is later than the one before it.")
    sent_from: Annotated[int, Field(ge=0, le=23, strict=True, description=f"{_HOURS} from which on."), TAKES_WHOLE] = 8
    sent_until: Annotated[int, Field(ge=1, le=24, strict=True, description=f"{_HOURS} until which."), TAKES_WHOLE] = 17
    answer_days: AnswerDays = 5


class LadderView(LadderEntry):
    """The ladder of a programme."""

    is_default: bool = Field(description="The programme gave none of its own.")
