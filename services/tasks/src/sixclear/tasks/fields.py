"""Where the service answers, and fields that requests on several entities share."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sixclear.common.web.instants import DayOrInstant, Instant
from sixclear.common.web.texts import line_of, lines_of

PREFIX = "/api/tasks/v1"

Line = Annotated[str, line_of(500)]
Reference = Annotated[str, line_of(80), Field(description="An `organisation_id` or any of the organisation's codes.")]
# A client that fills an optional field from a table sends an empty cell as "".
OptionalReference = Annotated[Reference | None, BeforeValidator(lambda given: None if given == "" else given)]
Deadline = Annotated[
    DayOrInstant,
    Field(description="A date (17:00 that day, Asia/Ho_Chi_Minh) or an instant with its offset."),
]
OccurredAt = Annotated[
    Instant | None,
    Field(description="When it became true, for facts of the past; needs the scope `facts:past`. Default: now."),
]
# Whether the tasks of a programme are national work, or the own work of its owner and the bodies below.
Reach = Literal["national", "own"]
# What a register of obstacles is kept of: what cannot go on without a decision (*vướng mắc*), what falls short (*hạn
# chế*), and what is to be resolved (*vấn đề*).
ObstacleNature = Literal["obstacle", "limit", "issue"]
# By which kind an obstacle is counted where figures of several programmes are added up, whatever kinds they have.
KindClass = Literal[
    "institution",
    "leadership-and-implementation",
    "data-and-infrastructure",
    "resources",
    "service-quality",
    "coordination",
    "other",
]
CountsAs = KindClass | Literal["not-classified"]
# What a field of a programme's own may hold, and a value of it.
OwnFieldKind = Literal["text", "number", "date", "choice", "yes_no", "reference", "link"]
OwnValue = Annotated[str, lines_of(2_000)] | bool | int | Annotated[float, Field(allow_inf_nan=False)]
