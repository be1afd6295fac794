"""The data catalogue as the launcher sees it: it registers the programme lists that ship with the product."""

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.data_catalog.app import create_app
from sixclear.data_catalog.assignment.service import succeed
from sixclear.data_catalog.census.service import count
from sixclear.data_catalog.entry.service import withdraw_hidden
from sixclear.data_catalog.events import EVENTS
from sixclear.data_catalog.organisation import consumers as organisations
from sixclear.data_catalog.programme_list.service import seed_lists
from sixclear.data_catalog.settings import Settings


async def prepare(target: SourceTarget[Settings]) -> None:
    """Register missing lists and editions; entries name them. Take out of sight what an upgrade has hidden."""
    if target.settings.seed_lists:
        await seed_lists(target.database)
    await withdraw(target)


async def withdraw(target: SourceTarget[Settings]) -> None:
    """Publish what is left to withdraw; a process of the release before may have published what is hidden."""
    await withdraw_hidden(target.database, target.event_log, target.runtime.clock)


async def give_to_successors(target: SourceTarget[Settings]) -> None:
    """Give the entries of bodies that are no more to those that took their place."""
    await succeed(target.database, target.event_log, target.runtime.clock)


def create_target(runtime: Runtime, settings: Settings | None = None) -> SourceTarget[Settings]:
    """The target, with settings from the environment unless they are given."""
    return SourceTarget(
        runtime,
        events=EVENTS,
        prefixes=("/api/catalog",),
        package="sixclear.data_catalog",
        settings=settings or Settings(),
        create_app=create_app,
        mirror=organisations.mirror,
        waiting_for="migrating and registering programme lists",
        prepare=prepare,
        count=count,
        pass_time={"withdrawals": withdraw, "successions": give_to_successors},
    )
