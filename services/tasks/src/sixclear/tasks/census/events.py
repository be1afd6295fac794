"""The event by which tasks states its own counts. A restricted task is in none of them."""

from sixclear.common.census import ENTITY_TYPE, STATED, CensusData
from sixclear.common.events.catalogue import EntityEvents

CENSUS_EVENTS = EntityEvents(
    ENTITY_TYPE,
    "How many published tasks are counted: `group` is a programme, or null for the country; `state` is the bucket"
    " (`completed`, `in_term`, `overdue`, `recurring`). Restricted tasks are in no count, nor are proposals, drafts and"
    " cancelled tasks.",
    CensusData,
    {STATED: "The tasks were counted; every ten minutes, and so at the end of each civil day."},
)
