"""Requests and answers on the end of organisations."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.fields import Line, OccurredAt, OptionalReference, Reference
from sixclear.tasks.organisation.schemas import Level, OrganisationDetail

Kind = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[a-z][a-z_]*$", examples=["city", "ward"])]


class _Decided(Schema):
    """Why an organisation is changed, by which document, and from when on."""

    reason: Text
    document: Line | None = Field(default=None, description="The document by which it is decided, such as its number.")
    occurred_at: OccurredAt = None


class Registration(_Decided):
    """An organisation that is set up, such as a committee of a province: its code, its names and where it stands."""

    code: Annotated[
        str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["01-BCD57"])
    ]
    name_vi: Line
    name_en: Line | None = None
    type: Kind
    level: Level
    parent: OptionalReference = Field(default=None, description="Left out only of a central body.")


class Merger(_Decided):
    """Into which organisation one is merged, and why."""

    into: Reference


class Closure(_Decided):
    """Why an organisation is closed, and which one takes over its open work."""

    successor: OptionalReference = Field(default=None, description="Needed where it has open work.")


class Upgrade(_Decided):
    """What an organisation is called from now on, of what type and level, and where it stands; left out: as before.

    Its identifier, its codes and its work stay.
    """

    name_vi: Line | None = None
    name_en: Line | None = None
    type: Kind | None = None
    level: Level | None = None
    parent: OptionalReference = None


class Retry(Schema):
    """Which open tasks of an organisation that has ended, refused to its successor, go on, and to which one."""

    task_ids: list[UUID] | None = Field(
        default=None, min_length=1, max_length=500, description="Left out: all that were refused."
    )
    organisation: OptionalReference = Field(
        default=None, description="Who takes them over by a decision of now; left out: the successor after all."
    )


class EndedOrganisation(OrganisationDetail):
    """An organisation that has ended, and the decision by which its open tasks move."""

    decision_id: UUID | None = Field(
        description="The decision over its open tasks: `GET /decisions/{decision_id}` says how far it has come. Null "
        "where it had none."
    )
