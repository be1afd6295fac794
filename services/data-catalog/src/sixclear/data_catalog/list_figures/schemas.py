"""Responses about programme lists."""

from typing import Literal

from pydantic import Field

from sixclear.common.web.schemas import Schema


class StageCounts(Schema):
    """Entries by deployment stage."""

    not_deployed: int = 0
    deploying_digitised_only: int = 0
    deploying_foundation: int = 0
    formed_centralised: int = 0
    rebuild: int = 0
    retire: int = 0


class RiskCounts(Schema):
    """Entries at a high risk, by who says so. What is retired is at no risk."""

    declared: int = Field(description="Those of which a body said it: `at_risk`.")
    computed: int = Field(description="Those of which rule R19 says it of their due date, at the time of the response.")
    either: int = Field(description="Those of which one of both says it, each once.")
    not_known: int = Field(description="Those of which R19 can say nothing, because no due date is known.")
    rule: Literal["R19"]
    rule_version: int


class Counted(Schema):
    """Entries counted: `total`, whatever their kind and stage, and the same entries by stage."""

    total: int
    stages: StageCounts
    at_risk: int = Field(description="How many of `total` have a high risk and are not retired.")
    risks: RiskCounts
    demonstration: int = Field(description="How many of `total` are demonstration records.")


class EditionView(Counted):
    """An edition of a list with the entries that stand in it."""

    edition: str
    legal_basis: str


class ListView(Counted):
    """A programme list with the entries that stand in any of its editions, each once; the newest edition first."""

    slug: str
    name_vi: str
    name_en: str
    editions: list[EditionView]
