"""Events in: the organisations that `tasks` publishes."""

from sixclear.common.bus.mirror import Mirror
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.data_catalog.organisation.models import Organisation

# The third one: the first kept nothing of what stands above a body, the second not which one took its place. Another
# one is still that of the release before.
GROUP = "data-catalog.organisations-3"
TOPIC = "sixclear.tasks.organisation.v1"


def mirror(bus: Bus, database: Database, clock: Clock) -> Mirror:
    """What fills the table of organisations."""
    return Mirror(bus, database, clock, group=GROUP, topic=TOPIC, kind=Organisation)
