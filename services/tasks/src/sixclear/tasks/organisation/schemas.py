"""Answers on organisations."""

from datetime import date
from functools import cached_property
from typing import Literal, Self
from uuid import UUID

import orjson
from pydantic import Field, PrivateAttr

from sixclear.common.web.schemas import Schema

Ended = Literal["merged", "closed"]
Level = Literal["central", "province", "commune", "department"]


class OrganisationBrief(Schema):
    """An organisation as other answers name it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    _version: int = PrivateAttr(default=1)
    _ended: Ended | None = PrivateAttr(default=None)
    _successor_id: UUID | None = PrivateAttr(default=None)

    def of(self, version: int, ended: Ended | None, successor_id: UUID | None) -> Self:
        """The same, as it is since this version of the organisation."""
        self._version, self._ended, self._successor_id = version, ended, successor_id
        return self

    @property
    def how_ended(self) -> Ended | None:
        """How the organisation ended; None for one that has not."""
        return self._ended

    @property
    def taken_over_by(self) -> UUID | None:
        """The organisation that took its place."""
        return self._successor_id

    @property
    def changes(self) -> int:
        """How often the organisation has changed; no part of an answer, but of the entity tags of some."""
        return self._version - 1

    @cached_property
    def fragment(self) -> orjson.Fragment:
        """Its JSON, encoded once: the process remembers it, and each answer on a task names four."""
        return orjson.Fragment(self.__pydantic_serializer__.to_json(self))


class OrganisationPeriodView(Schema):
    """What an organisation was called, from when to when, and by which decision."""

    name_vi: str
    type: str
    valid_from: date
    valid_to: date | None
    legal_basis: str


class PredecessorView(Schema):
    """A unit that is no more: the organisation that lists it took its place, and is meant by its code."""

    code: str
    name_vi: str
    type: str
    valid_to: date = Field(description="The first day on which it was no more.")
    legal_basis: str
    organisation_id: UUID | None = Field(
        default=None, description="Of one that was merged or closed here: its past is read by this."
    )


class OrganisationView(OrganisationBrief):
    """An organisation. Among its `codes` are those of its predecessors."""

    codes: list[str]
    level: Level
    type: str
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None
    predecessors: list[PredecessorView] = Field(
        default_factory=list,
        description="What was merged into it, or closed with it as successor: each with the first day on which it was "
        "no more (`valid_to`), by which decision, and its `organisation_id` where it was a body here. Their codes are "
        "among `codes`. One with this organisation's own code is what it was itself before others joined it.",
    )
    ended: Ended | None = Field(default=None, description="Since `valid_to` it is no more; its past stays its own.")
    merged_into: UUID | None = Field(default=None, description="The organisation into which it was merged.")
    successor_id: UUID | None = Field(
        default=None, description="The organisation that has its open work and its codes, and stands above it now."
    )


class OrganisationDetail(OrganisationView):
    """An organisation with its dated names."""

    successor: OrganisationBrief | None = Field(default=None, description="The one that `successor_id` names.")
    periods: list[OrganisationPeriodView]
