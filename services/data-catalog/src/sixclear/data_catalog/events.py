"""What the data catalogue publishes: organisations by identifier, never a person or the content of a document."""

from sixclear.common.events.catalogue import EventCatalogue
from sixclear.data_catalog.census.events import CENSUS_EVENTS
from sixclear.data_catalog.element.events import ELEMENT_EVENTS
from sixclear.data_catalog.entry.events import ENTRY_EVENTS

EVENTS = EventCatalogue(service="data-catalog", entities=(ENTRY_EVENTS, CENSUS_EVENTS, ELEMENT_EVENTS))
