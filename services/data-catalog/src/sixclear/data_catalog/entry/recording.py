"""What an entry publishes. Nothing of it can be hidden, so every change goes out."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.data_catalog.entry.events import EntryData, HeartbeatData, ListingData, RegistrationData
from sixclear.data_catalog.entry.models import Entry

_NOT_COLUMNS = {"change", "lists", "registration", "heartbeat"}


async def entry_data(_ctx: Context, entry: Entry, change: str) -> EntryData:
    """The public state of an entry after `change`, as events carry it."""
    own = {name: getattr(entry, name) for name in EntryData.model_fields if name not in _NOT_COLUMNS}
    return EntryData(
        change=change,
        lists=[ListingData.model_validate(listing) for listing in entry.lists],
        registration=RegistrationData.model_validate(
            {
                "status": entry.registration_status,
                "submitted_at": entry.submitted_at,
                "missing_documents": entry.missing_documents,
            }
        ),
        heartbeat=HeartbeatData(promised_period_seconds=entry.promised_period_seconds, last_at=entry.last_heartbeat_at),
        **own,
    )


ENTRY = EntityKind[Entry]("entry", lambda entry: entry.entry_id, entry_data)
