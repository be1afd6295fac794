"""Who may see entries, and who may act on them."""

from dataclasses import dataclass
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.data_catalog.entry import reading
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import INSPECT, STEWARD, Reader, mandated_bodies
from sixclear.data_catalog.organisation import service as organisations

NOT_SEEN = "No entry that you may see has this identifier; list them at /entries."

PUBLIC = Access.public("Which data the state holds, who owns it and how far it is, is published to everyone.")


async def reader_of(ctx: Context) -> Reader:
    """What the caller may know of; one statement where its token has a mandate."""
    named = mandated_bodies(ctx.caller)
    return reading.reader_of(ctx.caller, await organisations.within(ctx, named) if named else ())


def reads(reader: Reader, entry: Entry) -> bool:
    """Whether the reader may know of the entry."""
    return reading.reads(reader, entry.classification, entry.owner_organisation_id)


def reads_whole(reader: Reader, entry: Entry) -> bool:
    """Whether the reader reads all that there is of the entry, also what happened to it while it was hidden."""
    return reading.reads_whole(reader, entry.owner_organisation_id)


def reads_inside(reader: Reader, entry: Entry) -> bool:
    """Whether the reader is told what bodies know of each other's entries: how they are protected and backed up."""
    return reader.inside or reads_whole(reader, entry)


@dataclass(frozen=True, slots=True)
class OfBodies(Access):
    """A client that acts for a body reads what bodies may know; so does one with a mandate, which need not be one."""

    def require(self, caller: Caller) -> None:
        """As `Access.require`; raises OrganisationRequired for a client with neither body nor mandate."""
        Access.require(self, caller)
        if not mandated_bodies(caller):
            caller.own_organisation()


_OF_BODIES = OrganisationRule(
    "body_or_mandate",
    "an organisation, and gets what bodies may know, and its own entries whole; by mandate, those that its token names",
    reading.reads,
)
# What clients of bodies have. A citizen's token has none of them.
READ = OfBodies(
    (
        "catalog:write",
        "catalog:heartbeat",
        STEWARD,
        INSPECT,
        "tasks:write",
        "tasks:assign",
        "tasks:report",
        "tasks:confirm",
        "feedback:handle",
    ),
    _OF_BODIES,
)


def is_steward(ctx: Context) -> bool:
    """Whether the caller keeps the catalogue for all organisations."""
    return STEWARD in ctx.caller.scopes


def require_owner_or_steward(ctx: Context, owner_organisation_id: UUID, step: str) -> None:
    """Raises OrganisationNotAllowed for a caller that neither is of this organisation nor a steward."""
    if not is_steward(ctx):
        ctx.require_organisation({owner_organisation_id}, step)


def require_owner(ctx: Context, entry: Entry, step: str) -> UUID:
    """The caller's organisation, which must own the entry; raises OrganisationNotAllowed."""
    return ctx.require_organisation({entry.owner_organisation_id}, step)


OWNER_OR_STEWARD = OrganisationRule(
    "owner_or_steward", "the owner of the entry, or is a steward (scope `catalog:approve`)", require_owner_or_steward
)
OWNER = OrganisationRule("owner", "the owner of the entry", require_owner)
BEAT = Access.scope("catalog:heartbeat", organisation=OWNER)
