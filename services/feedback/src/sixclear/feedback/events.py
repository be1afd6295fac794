"""What feedback publishes: states and times. Never a title, a text, a person or a receipt code."""

from sixclear.common.events.catalogue import EventCatalogue
from sixclear.feedback.census.events import CENSUS_EVENTS
from sixclear.feedback.submission.events import SUBMISSION_EVENTS

EVENTS = EventCatalogue(service="feedback", entities=(SUBMISSION_EVENTS, CENSUS_EVENTS))
