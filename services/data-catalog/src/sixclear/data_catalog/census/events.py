"""The event by which the data catalogue states its own counts."""

from sixclear.common.census import ENTITY_TYPE, STATED, CensusData
from sixclear.common.events.catalogue import EntityEvents

CENSUS_EVENTS = EntityEvents(
    ENTITY_TYPE,
    "How many entries are counted: `group` is a programme list, `state` the deployment stage. An entry counts once in"
    " each list in which it stands, whatever number of its editions; one that stands in none is in no count.",
    CensusData,
    {STATED: "The entries were counted; every ten minutes, and so at the end of each civil day."},
)
