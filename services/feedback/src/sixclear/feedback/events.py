"""What feedback publishes: states and times, and of accepted ideas the body's words. Never a sender's words or name."""

from sixclear.common.events.catalogue import EventCatalogue
from sixclear.feedback.census.events import CENSUS_EVENTS
from sixclear.feedback.proposal.events import PROPOSAL_EVENTS
from sixclear.feedback.submission.events import SUBMISSION_EVENTS

EVENTS = EventCatalogue(service="feedback", entities=(SUBMISSION_EVENTS, CENSUS_EVENTS, PROPOSAL_EVENTS))
