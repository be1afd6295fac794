"""The event by which feedback states its own counts: totals of the country, without sealed submissions."""

from sixclear.common.census import ENTITY_TYPE, STATED, CensusData
from sixclear.common.events.catalogue import EntityEvents

CENSUS_EVENTS = EntityEvents(
    ENTITY_TYPE,
    "How many submissions the whole country has: `group` is always null, for a count of one body could be of one"
    " person; `state` is that of the clock (`in_time`, `due_soon`, `overdue`, `answered`, `withdrawn`). Sealed"
    " submissions are in no count.",
    CensusData,
    {STATED: "The submissions were counted; every ten minutes, and so at the end of each civil day."},
)
