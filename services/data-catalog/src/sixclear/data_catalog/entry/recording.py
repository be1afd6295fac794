"""What an entry publishes, and which of its changes go out."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.data_catalog.entry.events import EntryData, EntryWithdrawn, HeartbeatData, ListingData, RegistrationData
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import PUBLIC

_NOT_COLUMNS = {"change", "lists", "registration", "heartbeat"}
WITHDRAWN = "withdrawn"


def is_published(entry: Entry, change: str) -> bool:
    """Whether an event goes out: always for a public entry, once more when it is withdrawn."""
    return entry.classification == PUBLIC or change == WITHDRAWN


async def entry_data(_ctx: Context, entry: Entry, change: str) -> EntryData | EntryWithdrawn:
    """The state of an entry after `change`, as events carry it; of a withdrawn one only the identifier is left."""
    if change == WITHDRAWN:
        return EntryWithdrawn(change=change, entry_id=entry.entry_id)
    own = {name: getattr(entry, name) for name in EntryData.model_fields if name not in _NOT_COLUMNS}
    return EntryData(
        change=change,
        lists=[ListingData.model_validate(listing) for listing in entry.lists],
        registration=RegistrationData.model_validate(
            {
                "status": entry.registration_status,
                "submitted_at": entry.submitted_at,
                "missing_documents": entry.missing_documents,
                "due": entry.registration_due,
            }
        ),
        heartbeat=HeartbeatData(promised_period_seconds=entry.promised_period_seconds, last_at=entry.last_heartbeat_at),
        **own,
    )


ENTRY = EntityKind[Entry]("entry", lambda entry: entry.entry_id, entry_data, is_published)
