"""The tasks service as the launcher sees it: it registers the organisations that ship with the product."""

from collections.abc import Awaitable, Callable

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.source_target import SourceTarget, Work
from sixclear.common.runtime.target import Runtime
from sixclear.common.sender import queue
from sixclear.common.sender.courier import deliver, measure
from sixclear.common.sender.sender import Sender
from sixclear.common.settings import CommonSettings
from sixclear.common.visitor import trusted_networks
from sixclear.tasks.app import create_app
from sixclear.tasks.census.service import count
from sixclear.tasks.connector.service.deliver import KIND
from sixclear.tasks.connector.service.send import ConnectorMission
from sixclear.tasks.decision.service.apply import apply_decisions
from sixclear.tasks.events import EVENTS
from sixclear.tasks.evidence.service import redact_left
from sixclear.tasks.feedback_proposal import consumers as proposals
from sixclear.tasks.feedback_proposal.service import open_left
from sixclear.tasks.file.service import forget, forget_redacted
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.filing.service import passing as filings
from sixclear.tasks.obstacle.service import follow as obstacles
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


Target = SourceTarget[Settings]


async def take_up_ladders(target: Target) -> None:
    """Take up ladders left behind: a process of the release before, which may still run, assigns tasks without one."""
    await ladder.take_up_left(target.database, target.runtime.clock)


async def forget_files(target: Target) -> None:
    """Take out files that nothing has named for a day, and content that was blacked out."""
    if not target.settings.files:
        return
    store, now = store_of(target.settings), target.runtime.clock()
    await forget(target.database, store, now)
    await forget_redacted(target.database, store, now)


async def forget_attempts(target: Target) -> None:
    """Delete old attempts to send a delivery; that it was sent stays known."""
    async with target.database.transaction() as session:
        await queue.forget_attempts(session, target.runtime.clock())


async def measure_deliveries(target: Target) -> None:
    """Tell the metrics how long deliveries wait."""
    await measure(target.database, target.runtime.clock(), KIND)


def _timed(work: Callable[[Database, EventLog, Clock], Awaitable[object]]) -> Work:
    async def timed(target: Target) -> None:
        await work(target.database, target.event_log, target.runtime.clock)

    return timed


TENDED = {"ladders": take_up_ladders, "files": forget_files, "deliveries": forget_attempts}
PASSING = {
    "periods": _timed(pass_time),
    "ladders": _timed(ladder.pass_time),
    "filings": _timed(filings.pass_time),
    "obstacles": _timed(obstacles.pass_time),
    "proposals of feedback": _timed(open_left),
    "deliveries": measure_deliveries,
}
GOING_ON = {"decisions": _timed(apply_decisions), "redactions": _timed(redact_left)}


def _deliveries(settings: Settings) -> Work:
    """What connectors put is sent; tokens that were got for it are kept while the process runs."""
    sender = Sender(trusted_networks(settings.outgoing_allowed), settings.outgoing_ca_file)
    missions: list[ConnectorMission] = []

    async def send(target: Target) -> None:
        if not missions:
            clock = target.runtime.clock
            missions.append(ConnectorMission(target.database, sender.send, clock, settings.connector_secrets))
        await deliver(target.database, target.runtime.clock, sender.send, missions[0])

    return send


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
        followers=(proposals.proposals_of_feedback,),
        count=count,
        tend=TENDED,
        pass_time=PASSING,
        go_on=GOING_ON | {"deliveries": _deliveries(own)},
    )
