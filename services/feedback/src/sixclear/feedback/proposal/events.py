"""Events of proposals: the words are the body's, written for everyone. Nothing leads from one to its case."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class PromisedStepData(EventData):
    """A step that the body promised, with its day."""

    text: str
    due_on: date | None


class ProposalData(EventData):
    """An initiative or a solution that was accepted. Instants are UTC. Its identifier is made up at random."""

    change: str
    proposal_id: UUID
    status: Literal["accepted"]
    title: str = Field(description="As the body words it; never the sender's title by itself.")
    abstract: str = Field(description="As the body words it; never the sender's text by itself.")
    programme: str
    organisation_id: UUID = Field(description="The body that accepted it.")
    promised_steps: list[PromisedStepData]
    accepted_at: datetime = Field(description="Of an anonymous or sealed case only the hour.")
    demonstration: bool


class ProposalWithdrawn(EventData):
    """All that is left of a proposal that was withdrawn. A task that came of it is cancelled by people alone."""

    change: Literal["withdrawn"]
    proposal_id: UUID


PROPOSAL_EVENTS = EntityEvents(
    "proposal",
    "Initiatives and solutions that were accepted, as the body words them for everyone.",
    ProposalData,
    {
        "accepted": "The answer accepted it, its sender agreed, and it is public; `tasks` opens a proposed task.",
        "withdrawn": "The body took it back: a last event carries only its identifier.",
    },
    withdrawal="withdrawn",
)
