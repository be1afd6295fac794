"""Request fields that several questions share."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from sixclear.common.web.texts import Lookup

Level = Literal["central", "province", "commune"]

AsOf = Annotated[
    str | None,
    Query(
        max_length=40,
        description="An instant with its offset, or a civil day (its end). Without it: now.",
        examples=["2025-12-04T17:00:00+07:00", "2025-12-25"],
    ),
]
Programme = Annotated[Lookup | None, Query(description="Slug of a programme.", examples=["nq57-central"])]
Organisation = Annotated[
    Lookup | None,
    Query(description="`organisation_id` or any code: the lead body with its subtree.", examples=["01"]),
]
Tree = Annotated[
    Literal["then", "now"] | None,
    Query(
        description="Of past instants: by which tree of organisations. Without it, by the one of each instant "
        "(`then`): one that was merged since is named by its code of that time, and is not counted at its successor. "
        "`now`: by today's, as figures of now are. The reach of programmes, their owners and their groups of work are "
        "those of the same time."
    ),
]
OfReach = Annotated[
    Literal["national", "own"] | None,
    Query(
        description="Tasks of national programmes, or of bodies' own. Without it: national work and, where an "
        "organisation is named, its own and that of the bodies above it."
    ),
]
Directive = Annotated[
    UUID | None,
    Query(description="`directive_id` of the document that gave the tasks. What hangs on tasks is not narrowed by it."),
]
Group = Annotated[
    Lookup | None,
    Query(
        description="`work_group`: the group of work in which a decision put the tasks. A group of which its programme "
        "says that it has parts is meant with them.",
        examples=["institutions"],
    ),
]
AssignedBy = Annotated[Level | None, Query(description="The level that assigned the task.")]
