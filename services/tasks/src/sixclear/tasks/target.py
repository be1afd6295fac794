"""The tasks service as the launcher sees it: it registers the organisations that ship with the product."""

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.tasks.app import create_app
from sixclear.tasks.census.service import count
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.seed import follow_shipped
from sixclear.tasks.settings import Settings


async def register_organisations(target: SourceTarget[Settings]) -> None:
    """Register missing organisations; tasks and directives name them."""
    if target.settings.seed_organisations:
        await follow_shipped(target.database, target.event_log, target.runtime.clock())


def create_target(runtime: Runtime, settings: Settings | None = None) -> SourceTarget[Settings]:
    """The target, with settings from the environment unless they are given."""
    return SourceTarget(
        runtime,
        events=EVENTS,
        prefixes=("/api/tasks",),
        package="sixclear.tasks",
        settings=settings or Settings(),
        create_app=create_app,
        waiting_for="migrating and registering organisations",
        prepare=register_organisations,
        count=count,
    )
