"""What a submission publishes: states and times. Never a title, a text, a person or a receipt code."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sixclear.common.events.catalogue import EntityEvents, EventData


class SubmissionData(EventData):
    """A submission after a change. Instants are UTC; `organisation_id` is the body that it is assigned to.

    `calendar_edition` is the edition of the calendar that the due times were counted with.
    What the sender names is not here: `programme` and `organisation_id` are null until a handler says them.

    `status` has six values for good; what is finer stands in the optional fields. `first_due_at` was told at receipt
    and never changes; `due_at` is the sender's and moves by pauses and decisions; `body_due_at` is that of the body
    that has the case, null while it is the same. `paused_since`: both clocks stand still, and `due_at` is the latest
    that it can be. `step` names what the case waits for: `triage` (a look by the hub), `assignment` (a body), `draft`
    (an answer by the body that has it), `release` (another person, who publishes the draft), `completion` (the sender,
    while the clocks stand still), `appeal` (the body above); null where no one is awaited, and of events of before.
    A name that a reader does not know is one that was added since: take it for null. `reopened_at` stays, whatever
    came of it. `escalation_rung` is the highest that was told of an overdue case.
    """

    change: str
    submission_id: UUID
    kind: Literal["feedback", "recommendation", "initiative", "solution"]
    status: str
    outcome: str | None
    visibility: Literal["requester", "public", "sealed"]
    programme: str | None
    organisation_id: UUID | None
    received_at: datetime
    due_at: datetime
    due_soon_at: datetime
    answered_at: datetime | None
    demonstration: bool
    calendar_edition: str | None = None
    identity_level: Literal["verified", "named", "pseudonymous", "anonymous"] | None = None
    first_due_at: datetime | None = None
    body_due_at: datetime | None = None
    paused_since: datetime | None = None
    step: str | None = None
    rating: Literal["solved", "partly", "not_solved"] | None = None
    reopened_at: datetime | None = None
    appeal_level: int | None = None
    escalation_rung: Literal["head", "superior", "standing"] | None = None


SUBMISSION_EVENTS = EntityEvents(
    "submission",
    "Feedback, recommendations, initiatives and solutions, from receipt to answer.",
    SubmissionData,
    {
        "received": "A sender sent it; the clock of the answer runs.",
        "triaged": "A handler checked kind and programme.",
        "assigned": "It was given to the body that must answer; the first clock stays.",
        "message_added": "Sender or handler wrote a message.",
        "answer_drafted": "An answer was drafted; another person publishes it.",
        "answered": "The answer was published to the sender.",
        "linked": "A handler linked it with another case of the same need; each keeps its clock and its answer.",
        "identity_raised": "The sender can be known better than before; only the sender does this.",
        "rated": "The sender said, once, how far the answer helped: `rating`; what was written stays with the case.",
        "reopened": "It is open again, for its sender or by a decision on an appeal; `due_at` is counted from then.",
        "appealed": "The sender appeals to the body above, on the level `appeal_level`.",
        "appeal_decided": "The body above decided on the appeal; what it said stays with the case.",
        "step_done": "A step that the answer promised is done.",
        "taken_back": "The sender took it back before it was answered.",
        "shredded": "All that was written in the case was erased; its states and times stay.",
        "due_moved": "A newer edition of the calendar of working days moved the due time of an open case.",
        "clock_paused": "The sender was asked for what lacks; both clocks stand still, for a stated time at most.",
        "clock_resumed": "The sender replied, the time was over, or a handler needs no more; both clocks go on.",
        "due_changed": "A decision gave more working days; the sender was told why.",
        "transferred": "The body that was offered the case accepted it; the sender's clock goes on.",
        "escalated": "The case is overdue, and was told to the next higher body; once for each rung.",
    },
)
