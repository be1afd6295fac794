"""The tasks service as the launcher sees it: it registers the organisations that ship with the product."""

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.tasks.app import create_app
from sixclear.tasks.census.service import count
from sixclear.tasks.decision.service.apply import apply_decisions
from sixclear.tasks.events import EVENTS
from sixclear.tasks.evidence.service import redact_left
from sixclear.tasks.file.service import forget, forget_redacted
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.organisation.seed import follow_shipped
from sixclear.tasks.period.service.passing import pass_time
from sixclear.tasks.settings import Settings
from sixclear.tasks.urge.service import ladder


async def register_organisations(target: SourceTarget[Settings]) -> None:
    """Register missing organisations; tasks and directives name them."""
    if target.settings.seed_organisations:
        await follow_shipped(target.database, target.event_log, target.runtime.clock())


def with_files(settings: Settings, process: CommonSettings) -> Settings:
    """The settings, with the place of files below the data folder where they name none.

    Not in production, where a data folder may end with its process: there, files are not taken until a place is named.
    """
    if settings.files or process.env == "production":
        return settings
    return settings.model_copy(update={"files": str(process.home / "files" / "tasks")})


async def tend(target: SourceTarget[Settings]) -> None:
    """Take out files that nothing has named for a day, and content that was blacked out; take up ladders left behind.

    A process of the release before, which may still run, assigns tasks without one.
    """
    await ladder.take_up_left(target.database, target.runtime.clock)
    if not target.settings.files:
        return
    store, now = store_of(target.settings), target.runtime.clock()
    await forget(target.database, store, now)
    await forget_redacted(target.database, store, now)


async def pass_time_of_tasks(target: SourceTarget[Settings]) -> None:
    """Open, miss and lock periods of recurring tasks, and send what is due on the ladders of others."""
    await pass_time(target.database, target.event_log, target.runtime.clock)
    await ladder.pass_time(target.database, target.event_log, target.runtime.clock)


async def take_decisions(target: SourceTarget[Settings]) -> None:
    """Take decisions over many tasks to their tasks, and what was blacked out to all that names it."""
    await apply_decisions(target.database, target.event_log, target.runtime.clock)
    await redact_left(target.database, target.event_log, target.runtime.clock)


def create_target(runtime: Runtime, settings: Settings | None = None) -> SourceTarget[Settings]:
    """The target, with settings from the environment unless they are given."""
    own = with_files(settings or Settings(), runtime.settings)
    return SourceTarget(
        runtime,
        events=EVENTS,
        prefixes=("/api/tasks",),
        package="sixclear.tasks",
        settings=own,
        create_app=create_app,
        waiting_for="migrating and registering organisations",
        prepare=register_organisations,
        count=count,
        tend=tend,
        pass_time=pass_time_of_tasks,
        go_on=take_decisions,
    )
